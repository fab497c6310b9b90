// Goal: a reader knows where series have anything without opening their blocks. Method: a store with
// growing and sealed ticks, loaded bars of minutes and of hours, and live minutes that are rows still.

import { assertEquals } from "@std/assert";
import { BarFolder } from "../domain/bars/fold_bars.ts";
import { barGrid } from "../domain/bars/bar_grid.ts";
import { TickFolder } from "../domain/bars/fold_ticks.ts";
import { type Price, price, type Symbol } from "../domain/instrument.ts";
import { epochMs } from "../domain/time.ts";
import { openTestStore } from "../testing/memory_store.ts";
import { openHistory } from "../testing/history_contract.ts";
import { ticksOf } from "../testing/random_ticks.ts";
import { insertBars } from "./bars_store.ts";
import { BlockHistoryWriter } from "./block_writer.ts";
import { Retention } from "./retention.ts";

const symbol = "EURUSD" as Symbol;
const day = (n: number, hour = 0) => Date.UTC(2019, 0, n, hour);
const step = { bid: 100, spread: 2, volume: 1 };

Deno.test("heldDays() tells of each series and day the first time and the last", async () => {
  const store = await openTestStore();
  const { db, history } = await openHistory(store);
  const writer = new BlockHistoryWriter();
  const ticks = { symbol, source: "loaded" };
  const first = ticksOf([{ stepMs: 5, ...step }, { stepMs: 7_200_000, ...step }], day(2));
  const second = ticksOf([{ stepMs: 9, ...step }], day(31, 3));
  for (const batch of [first, second]) {
    await writer.appendTicks(db, { series: ticks, ticks: batch, batch: null });
  }
  const minutes = { ...ticks, side: "bid", intervalMs: 60_000 } as const;
  const hours = { ...minutes, intervalMs: 3_600_000 };
  const folded = new TickFolder({ grid: barGrid("M1", "utc"), side: "bid" });
  folded.push(first);
  folded.push(second);
  const bars = folded.end();
  const hourly = new BarFolder({ grid: barGrid("H1", "utc"), keepFlat: false });
  hourly.push(bars);
  const range = { from: day(1), to: day(32) };
  await writer.replaceBars(db, { series: minutes, range, bars });
  await writer.replaceBars(db, { series: hours, range, bars: hourly.end() });
  const live = { symbol, source: "live", side: "mid", intervalMs: 60_000 } as const;
  const at = epochMs(day(5, 7));
  const prices = { open: price(1), high: price(1), low: price(1), close: price(1) as Price };
  await insertBars(db, [{ symbol, side: "mid", openTime: at, ...prices, ticks: 1 }]);
  const held = await history.heldDays([ticks, live, hours, minutes], range);
  assertEquals(held, [
    [{ from: day(2) + 5, to: day(2, 2) + 5 }, { from: day(31, 3) + 9, to: day(31, 3) + 9 }],
    [{ from: at, to: at }],
    [{ from: day(2), to: day(2, 2) }, { from: day(31, 3), to: day(31, 3) }],
    [{ from: day(2), to: day(2, 2) }, { from: day(31, 3), to: day(31, 3) }],
  ]);
  assertEquals(await history.heldDays([minutes, live], { from: day(3), to: day(5, 6) }), [[], []]);
  assertEquals(await history.heldDays([{ ...ticks, source: "other" }], range), [[]]);
  const other = { ...ticks, source: "other" };
  assertEquals(await history.newestTick([ticks, other], day(31)), day(31, 3) + 9);
  assertEquals(await history.newestTick([ticks, other], day(31, 4)), null);
  assertEquals(await history.newestTick([other], 0), null);
  await store.close();
});

Deno.test("days before 1970 are told, sealed and let go of as any others", async () => {
  const store = await openTestStore();
  const { db, history, sealer } = await openHistory(store);
  const dayMs = 86_400_000;
  const ticks = { symbol, source: "loaded" };
  const writer = new BlockHistoryWriter();
  const firsts = [-2 * dayMs, -dayMs, 0, dayMs];
  const held = firsts.map((from) => ({ from: from + 1, to: from + 6 }));
  for (const { from } of held) {
    const two = ticksOf([{ stepMs: 0, ...step }, { stepMs: 5, ...step }], from);
    await writer.appendTicks(db, { series: ticks, ticks: two, batch: null });
  }
  const range = { from: -2 * dayMs, to: 2 * dayMs };
  assertEquals(await history.heldDays([ticks], range), [held]);
  assertEquals((await sealer.sealTicks()).blocks, 4);
  assertEquals(await history.heldDays([ticks], range), [held]);
  const rules = [{ kind: "ticks", source: "loaded", symbol: null, days: 1 }] as const;
  assertEquals(await new Retention(db).drop("ticks", { now: 9 * dayMs, rules }), 8);
  assertEquals(await history.heldDays([ticks], range), [[]]);
  await store.close();
});
