import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { sql } from "kysely";
import { endChild } from "../testing/child_server.ts";
import { eventually } from "../testing/eventually.ts";
import { storageContract } from "../testing/storage_contract.ts";
import { openStore } from "./open_store.ts";

const kills = 5;

/** Commits one row after another and prints each id once the commit is acknowledged. */
function startCommitter(folder: string): Deno.ChildProcess {
  const program = `
    import { sql } from "kysely";
    import { openStore } from "${new URL("./open_store.ts", import.meta.url)}";
    const store = await openStore("pglite:" + Deno.args[0]);
    const db = store.database("public");
    await sql\`create table if not exists kept (id int4 primary key, filler text)\`.execute(db);
    const { rows } = await sql\`select coalesce(max(id), 0) as top from kept\`.execute(db);
    for (let id = rows[0].top + 1;; id++) {
      await db.transaction().execute(async (trx) => {
        await sql\`insert into kept values (\${id}, repeat('x', 500))\`.execute(trx);
      });
      Deno.stdout.writeSync(new TextEncoder().encode(id + "\\n"));
    }`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", program, folder],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

const lastId = (text: string): number => {
  const lines = text.split("\n");
  return Number(lines.at(-2) ?? 0); // what follows the last line break may be half an id
};

/** Ids are acknowledged in order, so the last one stands for all before it. */
Deno.test("a PGlite folder keeps every acknowledged commit when its process is killed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-pglite-" });
  let acknowledged = 0;
  for (let kill = 1; kill <= kills; kill++) {
    const child = startCommitter(folder);
    const before = acknowledged;
    let text = "";
    const reading = (async () => {
      for await (const chunk of child.stdout) text += new TextDecoder().decode(chunk);
    })();
    const wanted = before + 20 * kill;
    await eventually(() => lastId(text) >= wanted, { timeoutMs: 60_000, everyMs: 1 });
    await endChild(child, "SIGKILL");
    await reading;
    acknowledged = lastId(text);
    assert(acknowledged >= wanted);
  }
  const store = await openStore(`pglite:${folder}`);
  const { rows } = await sql<{ id: number }>`select id from kept order by id`
    .execute(store.database("public"));
  const ids = rows.map((row) => row.id);
  // The last commit may have happened without its acknowledgement being printed.
  assert(ids.length === acknowledged || ids.length === acknowledged + 1, `${ids.length}`);
  assertEquals(ids, ids.map((_, index) => index + 1));
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a PGlite folder keeps the store's promises, and tables over a restart", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-pglite-" });
  const store = await openStore(`pglite:${folder}`);
  await storageContract(t, store);
  await sql`create table kept as select 1 as id`.execute(store.database("public"));
  await store.close();
  const again = await openStore(`pglite:${folder}`);
  const { rows } = await sql`select id from kept`.execute(again.database("public"));
  assertEquals(rows.length, 1);
  await again.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a PGlite folder is held by one process, and free again when that dies", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-pglite-" });
  const child = startCommitter(folder);
  const reader = child.stdout.getReader();
  await reader.read();
  const error = await assertRejects(() => openStore(`pglite:${folder}`));
  assertStringIncludes((error as Error).message, folder);
  assertStringIncludes((error as Error).message, `process ${child.pid} is using it`);
  await endChild(child, "SIGKILL");
  await reader.cancel();
  const store = await openStore(`pglite:${folder}`);
  await assertRejects(() => openStore(`pglite:${folder}`), Error, `process ${Deno.pid}`);
  await store.close();
  await (await openStore(`pglite:${folder}`)).close();
  await Deno.remove(folder, { recursive: true });
});
