/** What every store promises, as steps of one test. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { migrate } from "../storage/migrate.ts";
import type { Store } from "../storage/store.ts";

interface Tables {
  kept: { id: number; text: string };
}

const keptTable: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.createTable("kept")
      .addColumn("id", "int4", (column) => column.primaryKey())
      .addColumn("text", "text", (column) => column.notNull())
      .execute();
  },
};

type Case = (store: Store) => Promise<void>;

/** Runs every promise against one open store; each uses schemas of its own. */
export async function storageContract(t: Deno.TestContext, store: Store): Promise<void> {
  for (const [name, run] of Object.entries(cases)) await t.step(name, () => run(store));
}

const cases: Record<string, Case> = {
  "ping() resolves": (store) => store.ping(),

  "every type round-trips as the port says": async (store) => {
    for (const { type, given, answered } of roundTrips) {
      const { rows } = await sql<{ value: unknown }>`select ${given}::${sql.raw(type)} as value`
        .execute(store.database("public"));
      assertEquals(rows[0]!.value, answered, type);
    }
  },

  "values inserted through the query builder come back as the port says": async (store) => {
    await migrate(store, "contract_types", { "001": allTypes });
    const db = store.database<{ all_types: Record<string, unknown> }>("contract_types");
    await db.insertInto("all_types").values(inserted).execute();
    const row = await db.selectFrom("all_types").selectAll().executeTakeFirstOrThrow();
    assertEquals<unknown>({ ...row }, selected);
  },

  "a transaction commits whole, or not at all": async (store) => {
    await migrate(store, "contract_commit", { "001": keptTable });
    const db = store.database<Tables>("contract_commit");
    await db.transaction().execute(async (trx) => {
      await trx.insertInto("kept").values([{ id: 1, text: "a" }, { id: 2, text: "b" }]).execute();
    });
    await assertRejects(
      () =>
        db.transaction().execute(async (trx) => {
          await trx.insertInto("kept").values({ id: 3, text: "c" }).execute();
          await trx.insertInto("kept").values({ id: 1, text: "again" }).execute();
        }),
      Error,
      "kept_pkey",
    );
    assertEquals(await ids(db), [1, 2]);
  },

  "a violated key carries Postgres's code": async (store) => {
    await migrate(store, "contract_code", { "001": keptTable });
    const db = store.database<Tables>("contract_code");
    await db.insertInto("kept").values({ id: 1, text: "" }).execute();
    const error = await assertRejects(() =>
      db.insertInto("kept").values({ id: 1, text: "" }).execute()
    );
    assertEquals((error as Error & { code?: string }).code, "23505");
  },

  "a statement answers how many rows it changed": async (store) => {
    await migrate(store, "contract_count", { "001": keptTable });
    const db = store.database<Tables>("contract_count");
    const rows = [1, 2, 3].map((id) => ({ id, text: "" }));
    const inserted = await db.insertInto("kept").values(rows).executeTakeFirst();
    const updated = await db.updateTable("kept").set({ text: "x" }).where("id", ">", 1)
      .executeTakeFirst();
    const deleted = await db.deleteFrom("kept").where("id", "=", 9).executeTakeFirst();
    assertEquals(inserted.numInsertedOrUpdatedRows, 3n);
    assertEquals([updated.numUpdatedRows, deleted.numDeletedRows], [2n, 0n]);
  },

  "concurrent transactions do not see into one another": async (store) => {
    await migrate(store, "contract_queue", { "001": keptTable });
    const db = store.database<Tables>("contract_queue");
    await db.insertInto("kept").values({ id: 0, text: "0" }).execute();
    await Promise.all(Array.from({ length: 8 }, () => increment(db)));
    const row = await db.selectFrom("kept").select("text").executeTakeFirstOrThrow();
    assertEquals(row.text, "8");
  },

  "a rolled back transaction takes no statement of its neighbours along": async (store) => {
    await migrate(store, "contract_neighbour", { "001": keptTable });
    const db = store.database<Tables>("contract_neighbour");
    const failing = db.transaction().execute(async (trx) => {
      await trx.insertInto("kept").values({ id: 1, text: "" }).execute();
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error("decided otherwise");
    });
    const neighbour = db.insertInto("kept").values({ id: 2, text: "" }).execute();
    await assertRejects(() => failing, Error, "decided otherwise");
    await neighbour;
    assertEquals(await ids(db), [2]);
  },

  "schemas are apart": async (store) => {
    await migrate(store, "contract_left", { "001": keptTable });
    await migrate(store, "contract_right", { "001": keptTable });
    const left = store.database<Tables>("contract_left");
    await left.insertInto("kept").values({ id: 1, text: "" }).execute();
    assertEquals(await ids(store.database<Tables>("contract_right")), []);
  },

  "migrate() runs what is missing, once, also when copies start together": async (store) => {
    let ran = 0;
    const counting: Migration = {
      async up(db) {
        ran++;
        await keptTable.up(db);
      },
    };
    await Promise.all(
      Array.from({ length: 4 }, () => migrate(store, "contract_together", { "001": counting })),
    );
    await migrate(store, "contract_together", { "001": counting, "002": addColumn });
    assertEquals(ran, 1);
    const { rows } = await sql`select added from contract_together.kept`
      .execute(store.database("public"));
    assertEquals(rows.length, 0);
  },

  "migrate() names the schema and the migration that failed, and undoes it": async (store) => {
    const failing: Migration = {
      async up(db) {
        await keptTable.up(db);
        throw new Error("wrong turn");
      },
    };
    await assertRejects(
      () => migrate(store, "contract_broken", { "001_first": failing }),
      Error,
      "Cannot migrate schema contract_broken, 001_first: wrong turn",
    );
    await migrate(store, "contract_broken", { "001_first": keptTable });
  },

  "a thousand rows as one JSON parameter": async (store) => {
    const records = JSON.stringify(Array.from({ length: 1_000 }, (_, id) => ({ id })));
    const { rows } = await sql<{ sum: string }>`
      select sum(id)::text as sum from json_to_recordset(${records}::text::json) as x(id int8)`
      .execute(store.database("public"));
    assertEquals(rows[0]!.sum, "499500");
  },
};

const allTypes: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.createTable("all_types")
      .addColumn("big", "int8").addColumn("small", "int2").addColumn("flag", "boolean")
      .addColumn("exact", "numeric").addColumn("float", "float8").addColumn("at", "timestamptz")
      .addColumn("at_text", "timestamptz").addColumn("document", "jsonb")
      .addColumn("document_text", "jsonb").addColumn("list", "jsonb").addColumn("bytes", "bytea")
      .addColumn("tags", sql`text[]`).addColumn("words", "text").addColumn("nothing", "text")
      .execute();
  },
};

const addColumn: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("kept").addColumn("added", "int4").execute();
  },
};

const moment = new Date("2024-02-29T23:59:59.987Z");
const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

const inserted = {
  big: 9_007_199_254_740_993n,
  small: -3,
  flag: false,
  exact: "12345678901234567890.123456789",
  float: 0.1,
  at: moment,
  at_text: moment.toISOString(),
  document: { a: [1, null, "ü"] },
  document_text: '{"b":2}',
  list: JSON.stringify([1, 2]),
  bytes,
  tags: ["a", 'quote " and , comma', ""],
  words: "naïve 💱 '; drop table",
  nothing: null,
};

const selected = {
  ...inserted,
  big: "9007199254740993",
  at_text: moment,
  document_text: { b: 2 },
  list: [1, 2],
};

const roundTrips: readonly { type: string; given: unknown; answered: unknown }[] = [
  { type: "int8", given: "-9223372036854775808", answered: "-9223372036854775808" },
  { type: "int8", given: 5, answered: "5" },
  { type: "int4", given: 5, answered: 5 },
  { type: "float8", given: 1.5, answered: 1.5 },
  { type: "numeric", given: "0.10", answered: "0.10" },
  { type: "numeric", given: 1.25, answered: "1.25" },
  { type: "boolean", given: true, answered: true },
  { type: "text", given: "ü", answered: "ü" },
  { type: "date", given: "2024-02-29", answered: "2024-02-29" },
  { type: "timestamptz", given: "2024-02-29T12:00:00+02:00", answered: new Date(1709200800000) },
  { type: "jsonb", given: '{"a":1}', answered: { a: 1 } },
  { type: "json", given: { a: "1" }, answered: { a: "1" } },
  { type: "bytea", given: bytes, answered: bytes },
  { type: "bytea", given: new Uint8Array(0), answered: new Uint8Array(0) },
  { type: "uuid", given: crypto.randomUUID().replace(/^./, "0"), answered: undefined },
].map((one) => (one.type === "uuid" ? { ...one, answered: one.given } : one));

async function ids(db: Kysely<Tables>): Promise<number[]> {
  const rows = await db.selectFrom("kept").select("id").orderBy("id").execute();
  return rows.map((row) => row.id);
}

/** Reads, lets others run, and writes: loses counts unless the row lock or the queue holds. */
async function increment(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom("kept").select("text").where("id", "=", 0).forUpdate()
      .executeTakeFirstOrThrow();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await trx.updateTable("kept").set({ text: String(Number(row.text) + 1) }).execute();
    assert(Number(row.text) < 8);
  });
}
