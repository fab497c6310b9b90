/** What the bars store promises, whichever engine is behind it. */

import { assertEquals } from "@std/assert";
import { type Bar, minuteMs } from "../domain/bar.ts";
import { price, type Symbol } from "../domain/instrument.ts";
import { epochMs } from "../domain/time.ts";
import { migrate } from "../storage/migrate.ts";
import type { Store } from "../storage/store.ts";
import { insertBars, selectBars } from "../timeseries/bars_store.ts";
import { timeseriesMigrations } from "../timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../timeseries/database.ts";

const symbol = "EURUSD" as Symbol;
const start = Date.UTC(2019, 1, 4);

const barAt = (minute: number, over: Partial<Bar> = {}): Bar => ({
  symbol,
  side: "bid",
  openTime: epochMs(start + minute * minuteMs),
  open: price(110_000 + minute),
  high: price(110_009 + minute),
  low: price(109_990 + minute),
  close: price(110_001 + minute),
  ticks: 7,
  ...over,
});

export async function barsContract(t: Deno.TestContext, store: Store): Promise<void> {
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const bars = Array.from({ length: 5_000 }, (_, minute) => barAt(minute));
  const range = { symbol, side: "bid", limit: 10_000 } as const;

  await t.step("insertBars() stores bars that read back alike, oldest first", async () => {
    await insertBars(db, [...bars].reverse());
    await insertBars(db, []);
    assertEquals(await selectBars(db, range), bars);
  });

  await t.step("selectBars() keeps to its range, symbol, side and limit", async () => {
    await insertBars(db, [barAt(0, { side: "ask" }), barAt(0, { symbol: "USDJPY" as Symbol })]);
    const from = epochMs(start + 10 * minuteMs);
    const to = epochMs(start + 13 * minuteMs);
    assertEquals(await selectBars(db, { ...range, from, to }), bars.slice(10, 13));
    assertEquals(await selectBars(db, { ...range, from, limit: 2 }), bars.slice(10, 12));
    assertEquals(await selectBars(db, { ...range, to, limit: 2 }), bars.slice(11, 13));
    assertEquals(await selectBars(db, { ...range, limit: 1 }), bars.slice(-1));
    assertEquals((await selectBars(db, { ...range, side: "ask" })).length, 1);
  });

  await t.step(
    "insertBars() changes nothing on a repeat; the fuller bar of a minute stays",
    async () => {
      const fuller = barAt(3, { close: price(1), ticks: 8 });
      await insertBars(db, [bars[2]!, barAt(3, { close: price(2), ticks: 6 }), bars[3]!]);
      assertEquals(await selectBars(db, range), bars);
      await insertBars(db, [fuller, barAt(3, { close: price(3), ticks: 1 })]);
      await insertBars(db, [bars[3]!]);
      assertEquals((await selectBars(db, range))[3], fuller);
    },
  );
}
