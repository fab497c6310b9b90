// Goal: a block that is damaged costs what is in it, and nothing else.

import { assertEquals, assertRejects } from "@std/assert";
import { type Kysely, sql } from "kysely";
import { dayMs } from "../domain/bars/granularity.ts";
import { noon, openHistory, readTicks, ticksFrom } from "../testing/history_contract.ts";
import { openTestStore } from "../testing/memory_store.ts";
import { HistoryDamaged } from "./block_pages.ts";
import type { TimeseriesDatabase } from "./database.ts";
import { Retention } from "./retention.ts";

const flipFirstBlock = (db: Kysely<TimeseriesDatabase>) =>
  sql`update timeseries.blocks set bytes = set_byte(bytes, 20, get_byte(bytes, 20) # 1)
    where from_time = (select min(from_time) from timeseries.blocks)`.execute(db);

const stateOf = async (db: Kysely<TimeseriesDatabase>) =>
  (await sql<{ from_time: string; sealed: boolean }>`select from_time, sealed
    from timeseries.blocks order by from_time, place`.execute(db)).rows
    .map(({ from_time, sealed }) => [Number(from_time), sealed]);

Deno.test("a day that cannot be read does not hold up the sealing of others", async () => {
  const store = await openTestStore();
  const { db, append, sealer, history } = await openHistory(store);
  await append("EURUSD", "one", ticksFrom(noon, 300));
  await sealer.sealTicks();
  await flipFirstBlock(db);
  await append("EURUSD", "late", [[noon + 1, 7, 8]]);
  await append("GBPUSD", "later", ticksFrom(noon + 1_000, 5));
  await append("EURUSD", "next day", ticksFrom(noon + dayMs, 5));
  await assertRejects(() => sealer.sealTicks(), HistoryDamaged, "EURUSD ticks of test, block from");
  assertEquals(await stateOf(db), [
    [noon, true],
    [noon + 1, false],
    [noon + 1_000, true],
    [noon + dayMs, true],
  ]);
  assertEquals(await readTicks(history, "GBPUSD"), ticksFrom(noon + 1_000, 5));
  await store.close();
});

Deno.test("ticks that cannot be read stay, and others are let go of", async () => {
  const store = await openTestStore();
  const { db, append, sealer } = await openHistory(store);
  for (const day of [0, 1, 2]) await append("EURUSD", `${day}`, ticksFrom(noon + day * dayMs, 300));
  await sealer.sealTicks();
  await flipFirstBlock(db);
  const rules = [{ kind: "ticks", source: "test", symbol: null, days: 1 }] as const;
  const drop = () => new Retention(db).drop("ticks", { now: noon + 9 * dayMs, rules });
  await assertRejects(drop, HistoryDamaged, "the checksum does not match");
  const { rows } = await sql<{ at: string }>`select from_time as at from timeseries.blocks b
    join timeseries.series s on s.id = b.series_id where s.kind = 'ticks'`.execute(db);
  assertEquals(rows.map(({ at }) => Number(at)), [noon]);
  await store.close();
});

Deno.test("whole blocks that lie in one another's places are not read as ticks", async () => {
  const store = await openTestStore();
  const { db, append, sealer, history } = await openHistory(store);
  for (const day of [0, 1]) await append("EURUSD", `${day}`, ticksFrom(noon + day * dayMs, 300));
  await sealer.sealTicks();
  await sql`update timeseries.blocks a set bytes = b.bytes, byte_count = b.byte_count
    from timeseries.blocks b where b.place <> a.place`.execute(db);
  await assertRejects(() => readTicks(history, "EURUSD"), HistoryDamaged, "the table says");
  await store.close();
});
