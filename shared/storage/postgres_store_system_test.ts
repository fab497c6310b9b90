import { assertEquals, assertRejects } from "@std/assert";
import { sql } from "kysely";
import { realTest } from "../testing/real.ts";
import { startPostgres } from "../testing/real_postgres.ts";
import { storageContract } from "../testing/storage_contract.ts";
import { eventually } from "../testing/eventually.ts";
import { migrate } from "./migrate.ts";
import { openStore } from "./open_store.ts";

realTest("openStore() keeps the store's promises with Postgres", ["postgres"], async (t) => {
  await using server = await startPostgres({ fsync: false });
  const store = await openStore(server.url);
  await storageContract(t, store);
  await store.close();
  await store.close();
});

realTest("readBinary() hands rows out in Postgres's binary form", ["postgres"], async () => {
  await using server = await startPostgres({ fsync: false });
  const store = await openStore(server.url, { connectionsMax: 1 });
  const read = store.readBinary!;
  const large = 3_000_000;
  const rows = await read(
    `select 258::int4, null::text, 'é', decode(repeat('00ff', ${large / 2}), 'hex')
     from generate_series(1, 3)`,
  );
  assertEquals(rows.length, 3);
  for (const [number, nothing, text, bytes] of rows) {
    assertEquals([[...number!], nothing, [...text!]], [[0, 0, 1, 2], null, [0xc3, 0xa9]]);
    assertEquals([bytes!.length, bytes!.at(0), bytes!.at(-1)], [large, 0, 255]);
  }
  assertEquals(await read("select 1 where false"), []);
  // A failure leaves the connection as it was.
  await assertRejects(() => read("select 1 / 0"), Error, "division");
  assertEquals((await read("select 1")).length, 1);
  await store.ping();
  await store.close();
});

realTest("migrate() is safe when copies on pools of one connection start together", [
  "postgres",
], async () => {
  await using server = await startPostgres({ fsync: false });
  const stores = await Promise.all(
    Array.from({ length: 6 }, () => openStore(server.url, { connectionsMax: 1 })),
  );
  let ran = 0;
  await Promise.all(stores.map((store) =>
    migrate(store, "together", {
      "001": {
        async up(db) {
          ran++;
          await db.schema.createTable("kept").addColumn("id", "int4").execute();
        },
      },
    })
  ));
  assertEquals(ran, 1);
  await Promise.all(stores.map((store) => store.close()));
});

realTest("a Postgres store carries on after the server was gone", ["postgres"], async () => {
  await using server = await startPostgres();
  const store = await openStore(server.url, { connectionsMax: 2 });
  const db = store.database("public");
  await sql`create table kept (id int4)`.execute(db);
  await sql`insert into kept values (1)`.execute(db);
  await server.kill();
  await assertRejects(() => store.ping());
  await using _again = await startPostgres({ folder: server.folder, port: server.port });
  await eventually(() => store.ping());
  const { rows } = await sql<{ id: number }>`select id from kept`.execute(db);
  assertEquals(rows.map((row) => row.id), [1]);
  await store.close();
});

for (const meanwhile of ["while others wait", "while nobody waits", "in a statement"]) {
  realTest(`a transaction whose connection breaks ${meanwhile} keeps nothing`, [
    "postgres",
  ], async () => {
    await using server = await startPostgres({ fsync: false });
    const store = await openStore(server.url, { connectionsMax: 1 });
    const other = await openStore(server.url);
    const db = store.database("public");
    const beside = other.database("public");
    await sql`create table kept (n int4)`.execute(db);
    let waiting: Promise<unknown> = Promise.resolve();
    const broken = db.transaction().execute(async (trx) => {
      await sql`insert into kept values (1)`.execute(trx);
      const { rows: [own] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`
        .execute(trx);
      const kill = () => sql`select pg_terminate_backend(${own!.pid}::int4)`.execute(beside);
      if (meanwhile === "in a statement") {
        await Promise.all([sql`select pg_sleep(60)`.execute(trx), kill()]);
      }
      await kill();
      if (meanwhile === "while others wait") waiting = sql`select 1`.execute(db);
      await eventually(async () => {
        const { rows } = await sql`select from pg_stat_activity where pid = ${own!.pid}::int4`
          .execute(beside);
        assertEquals(rows.length, 0);
      });
      if (meanwhile === "while others wait") await waiting;
      else await new Promise((resolve) => setTimeout(resolve, 100));
      await sql`insert into kept values (2)`.execute(trx);
    });
    await assertRejects(() => broken);
    assertEquals((await sql`select n from kept`.execute(beside)).rows, []);
    // The store goes on.
    await db.transaction().execute((trx) => sql`insert into kept values (3)`.execute(trx));
    assertEquals((await sql`select n from kept`.execute(db)).rows, [{ n: 3 }]);
    await Promise.all([store.close(), other.close()]);
  });
}
