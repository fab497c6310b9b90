// Goal: pages depend on nothing but the query. Method: random ticks in small pieces, a bound on
// reading of a few rows; all pages together are the fold of all ticks.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sliceBars } from "../../../shared/domain/bars/bar_builder.ts";
import { barGrid } from "../../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../../shared/domain/bars/fold_ticks.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs, ManualClock, parseRfc3339 } from "../../../shared/domain/time.ts";
import { MemoryHistory } from "../../../shared/testing/memory_history.ts";
import { ticksOf, tickSteps } from "../../../shared/testing/random_ticks.ts";
import { type BarsGround, type BarsQuery, readBars } from "./read_bars.ts";

const symbol = "EURUSD" as Symbol;
const friday = parseRfc3339("2018-03-09T20:00:00Z")!;
const marketClock = new ManualClock(epochMs(Date.UTC(2020, 0)));

const query: BarsQuery = {
  symbol,
  source: "loaded",
  side: "mid",
  granularity: "M5",
  alignment: "fx-day",
  gaps: "empty",
  spread: false,
  from: friday - 3_600_000,
  to: undefined,
  limit: 10,
};

async function allPages(ground: BarsGround, first: BarsQuery): Promise<number[][]> {
  const rows: number[][] = [];
  for (let from = first.from, pages = 0; from !== undefined; pages++) {
    const { bars, next } = await readBars(ground, { ...first, from });
    assert(bars.length <= first.limit && pages < 10_000);
    for (let at = 0; at < bars.length; at++) {
      rows.push([bars.openTime[at]!, bars.open[at]!, bars.close[at]!, bars.ticks[at]!]);
    }
    assert(next === null || next > from || bars.length > 0, "a page that leads nowhere");
    from = next ?? undefined;
  }
  return rows;
}

const ticksAndBounds = [
  tickSteps.map((steps) => ticksOf(steps, friday)),
  fc.constantFrom("S5", "M5", "H4", "D1" as const),
  fc.record({
    limit: fc.integer({ min: 1, max: 12 }),
    scanMax: fc.integer({ min: 1, max: 40 }),
    pieceLength: fc.integer({ min: 1, max: 9 }),
  }),
] as const;

Deno.test("pages together are all bars, wherever the limit and the bound on reading end them", async () => {
  await fc.assert(fc.asyncProperty(...ticksAndBounds, async (ticks, granularity, bounds) => {
    const history = new MemoryHistory(bounds.pieceLength);
    history.putTicks({ symbol, source: "loaded" }, ticks);
    const folder = new TickFolder({ grid: barGrid(granularity, "fx-day"), side: "mid" });
    folder.push(ticks);
    const { length, openTime, open, close, ticks: counts } = folder.end();
    const expected = Array.from(
      { length },
      (_, at) => [openTime[at]!, open[at]!, close[at]!, counts[at]!],
    );
    const ground = { history, hours: tradingHours("fx-week"), marketClock };
    const from = openTime[0]!;
    const wanted = { ...query, granularity, from, limit: bounds.limit };
    assertEquals(await allPages({ ...ground, scanMax: bounds.scanMax }, wanted), expected);
    const newest = await readBars(ground, { ...wanted, from: undefined });
    assertEquals([...newest.bars.openTime], expected.slice(-bounds.limit).map(([at]) => at!));
  }));
});

Deno.test("carried pages are those of one long page", async () => {
  await fc.assert(
    fc.asyncProperty(...ticksAndBounds, async (ticks, granularity, { limit, pieceLength }) => {
      const history = new MemoryHistory(pieceLength);
      const few = { ...ticks, length: Math.min(12, ticks.length) };
      history.putTicks({ symbol, source: "loaded" }, {
        ...few,
        time: ticks.time.slice(0, few.length),
      });
      const ground = { history, hours: tradingHours("fx-week"), marketClock };
      const to = friday + 86_400_000;
      const wanted: BarsQuery = { ...query, granularity, gaps: "carry", to, limit: 5_000 };
      const whole = await readBars(ground, wanted);
      const paged = await allPages(ground, { ...wanted, limit: 40 * limit });
      const cut = sliceBars(whole.bars, 0, 5_000);
      assertEquals(paged.slice(0, cut.length).map(([at]) => at), [...cut.openTime]);
      assertEquals(paged.slice(0, cut.length).map((row) => row[2]), [...cut.close]);
    }),
    { numRuns: 40 },
  );
});

Deno.test("the newest bars are fewer, never older ones, where more rows would have to be read", async () => {
  const history = new MemoryHistory(10);
  const minutes = Array.from(
    { length: 30 * 1_440 },
    () => ({ stepMs: 60_000, bid: 100, spread: 1, volume: 1 }),
  );
  const ticks = ticksOf(minutes, friday);
  history.putTicks({ symbol, source: "loaded" }, ticks);
  const { bars } = await readBars({
    history,
    hours: tradingHours("fx-week"),
    marketClock,
    scanMax: 12 * 1_440,
  }, { ...query, from: undefined, granularity: "D1", limit: 20 });
  assert(bars.length >= 7 && bars.length < 20);
  assertEquals(bars.ticks[bars.length - 2], 1_440);
  assert(bars.openTime[bars.length - 1]! + 86_400_000 > ticks.time.at(-1)!);
});
