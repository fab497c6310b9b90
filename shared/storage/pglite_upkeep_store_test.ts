// Goal: an embedded platform that runs for months takes the room its history needs, and no more.

import { assert, assertEquals } from "@std/assert";
import { sql } from "kysely";
import { noon, openHistory, readTicks, ticksFrom } from "../testing/history_contract.ts";
import { openTestStore } from "../testing/memory_store.ts";
import type { Store } from "./store.ts";

async function numberOf(store: Store, query: string): Promise<number> {
  const { rows } = await sql<{ value: string }>`${sql.raw(query)}`
    .execute(store.database("public"));
  return Number(rows[0]!.value);
}

const tableBytes = (store: Store) =>
  numberOf(
    store,
    "select sum(pg_total_relation_size(relid))::int8 as value from pg_partition_tree('timeseries.blocks')",
  );
const logBytes = (store: Store) =>
  numberOf(
    store,
    "select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::int8 as value from pg_control_checkpoint()",
  );

/** The engine counts rows that are gone a second late. */
const counted = (store: Store) =>
  numberOf(store, "select 1 as value from pg_stat_force_next_flush()");

Deno.test("the room of growing blocks is used again once they are sealed", async () => {
  const store = await openTestStore();
  const { append, sealer, history } = await openHistory(store);
  let batch = 0;
  const round = async () => {
    for (const end = batch + 600; batch < end; batch++) {
      await append("EURUSD", `${batch}`, ticksFrom(noon + batch * 500, 2));
    }
    await sealer.sealTicks();
    await counted(store);
    await store.upkeep!();
    return await tableBytes(store);
  };
  await round();
  const second = await round();
  for (let more = 0; more < 2; more++) await round();
  assert(await round() <= 1.1 * second, `${second} bytes became ${await tableBytes(store)}`);
  assertEquals((await readTicks(history, "EURUSD")).length, 2 * batch);
  await store.close();
});

Deno.test("the log does not grow for as long as the store is open", async () => {
  const store = await openTestStore();
  const db = store.database("public");
  await sql`create table kept (text text)`.execute(db);
  for (let round = 0; round < 12; round++) {
    await sql`insert into kept select string_agg(md5(n::text || k), '')
      from generate_series(1, 3000) as n, generate_series(1, 100) as k group by n`.execute(db);
    await store.upkeep!();
  }
  assert(await logBytes(store) < 96 * 1024 ** 2, `${await logBytes(store)}`);
  await store.close();
});
