// Goal: bars depend on the ticks alone. Method: a plain fold by span, one tick at a time, is the
// oracle for the columns; random cuts, sides, lengths and both alignments.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { cutTicks, ticksOf, tickSteps } from "../../testing/random_ticks.ts";
import { type BarSide, barSides, sidePrice } from "../bar.ts";
import type { TickColumns } from "../columns.ts";
import { tradingHours } from "../fx_week.ts";
import type { Quote } from "../quote.ts";
import { parseRfc3339 } from "../time.ts";
import { type FoldedBars, joinBars } from "./bar_builder.ts";
import { barAlignments, barGrid } from "./bar_grid.ts";
import { GapCarrier } from "./carry_gaps.ts";
import { BarFolder } from "./fold_bars.ts";
import { midPoints, TickFolder, type TickFolderOptions } from "./fold_ticks.ts";
import { granularities, nominalMs } from "./granularity.ts";

const friday = parseRfc3339("2018-03-09T20:00:00Z")!;
const side = fc.constantFrom(...barSides);
const granularity = fc.constantFrom(...granularities);
const alignment = fc.constantFrom(...barAlignments);
const cuts = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 });

const rowsOf = (bars: FoldedBars) =>
  Array.from({ length: bars.length }, (_, at) => ({
    openTime: bars.openTime[at]!,
    prices: [bars.open[at]!, bars.high[at]!, bars.low[at]!, bars.close[at]!],
    ticks: bars.ticks[at]!,
    volume: bars.volume?.[at] ?? null,
    spread: bars.spread && [bars.spread.min[at]!, bars.spread.max[at]!, bars.spread.sum[at]!],
  }));

function foldTicks(
  pieces: Iterable<TickColumns>,
  options: TickFolderOptions,
): FoldedBars {
  const folder = new TickFolder(options);
  const folded: FoldedBars[] = [];
  for (const piece of pieces) {
    folder.push(piece);
    folded.push(folder.take());
  }
  return joinBars([...folded, folder.end()]);
}

/** One tick at a time, by the rules of `bar.ts`. */
function plainly(
  ticks: TickColumns,
  { grid, side, spread: hasSpread }: TickFolderOptions,
) {
  const rows = new Map<number, ReturnType<typeof rowsOf>[number]>();
  for (let at = 0; at < ticks.length; at++) {
    const quote = { bid: ticks.bid[at]!, ask: ticks.ask[at]! } as unknown as Quote;
    const price: number = sidePrice(quote, side);
    const spread = quote.ask - quote.bid;
    const volume = { bid: 1, ask: 2, mid: 3 }[side] * ticks.bidVolume![at]!;
    const { from } = grid.spanAt(ticks.time[at]!);
    const held = rows.get(from);
    rows.set(from, {
      openTime: from,
      prices: [
        held?.prices[0] ?? price,
        Math.max(held?.prices[1] ?? price, price),
        Math.min(held?.prices[2] ?? price, price),
        price,
      ],
      ticks: (held?.ticks ?? 0) + 1,
      volume: (held?.volume ?? 0) + volume,
      spread: !hasSpread ? null : [
        Math.min(held?.spread?.[0] ?? spread, spread),
        Math.max(held?.spread?.[1] ?? spread, spread),
        (held?.spread?.[2] ?? 0) + spread,
      ],
    });
  }
  return [...rows.values()];
}

Deno.test("TickFolder makes the bars of a plain fold, however the ticks are cut", () => {
  fc.assert(fc.property(
    tickSteps,
    cuts,
    side,
    granularity,
    alignment,
    fc.boolean(),
    (steps, sizes, side, granularity, alignment, spread) => {
      const ticks = ticksOf(steps, friday);
      const options = { grid: barGrid(granularity, alignment), side, spread };
      assertEquals(rowsOf(foldTicks(cutTicks(ticks, sizes), options)), plainly(ticks, options));
    },
  ));
});

Deno.test("BarFolder makes of shorter bars what the ticks make, flat bars between them or not", () => {
  const hours = tradingHours("fx-week");
  fc.assert(
    fc.property(
      tickSteps,
      side,
      alignment,
      fc.constantFrom("S5", "M1", "M5" as const),
      fc.constantFrom("H1", "H4", "D1", "W1" as const),
      fc.boolean(),
      (steps, side, alignment, short, long, flat) => {
        const ticks = ticksOf(steps.slice(0, 20), friday);
        const grid = barGrid(short, alignment);
        const shorter = foldTicks([ticks], { grid, side });
        const from = shorter.openTime[0]!;
        const carrier = new GapCarrier({ grid, hours, from, lastClose: null, barsMax: 200_000 });
        const folder = new BarFolder({ grid: barGrid(long, alignment), keepFlat: false });
        folder.push(flat ? carrier.fill(shorter) : shorter);
        assertEquals(
          rowsOf(folder.end()),
          rowsOf(foldTicks([ticks], { grid: barGrid(long, alignment), side })),
        );
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("spans leave no gap, never overlap, and hold the moment they were asked for", () => {
  const years = { min: Date.UTC(2005, 0), max: Date.UTC(2030, 0) };
  fc.assert(fc.property(granularity, alignment, fc.integer(years), (name, alignment, at) => {
    const grid = barGrid(name, alignment);
    const span = grid.spanAt(at);
    const fresh = barGrid(name, alignment);
    assertEquals(span.from <= at && at < span.until, true);
    assertEquals(fresh.spanAt(span.until).from, span.until);
    assertEquals(fresh.spanAt(span.from - 1).until, span.from);
    assertEquals(span.until - span.from <= nominalMs(name) + 3_600_000, true);
  }));
});

Deno.test("midPoints() rounds half a point to even as sidePrice() does, to the ends of 32 bits", () => {
  const points = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(fc.property(points, points, (bid, ask) => {
    const quote = { bid, ask } as unknown as Quote;
    assertEquals(midPoints(bid, ask) + 0, sidePrice(quote, "mid" as BarSide) + 0);
  }));
});

Deno.test("GapCarrier fills open spans with the last close, and none of a closed session", () => {
  const grid = barGrid("M1", "utc");
  const start = parseRfc3339("2018-03-09T21:57:00Z")!; // Friday, three minutes before the close
  const ticks = ticksOf([
    { stepMs: 0, bid: 100, spread: 2, volume: 1 },
    { stepMs: 47 * 3_600_000 + 5 * 60_000, bid: 110, spread: 2, volume: 1 }, // Sunday 21:02Z
    { stepMs: 120_000, bid: 120, spread: 2, volume: 1 },
  ], start);
  const bars = foldTicks([ticks], { grid, side: "bid" });
  const carrier = new GapCarrier({
    grid,
    hours: tradingHours("fx-week"),
    from: start - 60_000,
    lastClose: 99,
    barsMax: 100,
  });
  const until = parseRfc3339("2018-03-11T21:07:00Z")!;
  const rows = rowsOf(carrier.fill(bars, until)).map(({ openTime, prices, ticks }) => [
    new Date(openTime).toISOString().slice(8, 16),
    prices[0],
    prices[3],
    ticks,
  ]);
  assertEquals(rows, [
    ["09T21:56", 99, 99, 0],
    ["09T21:57", 100, 100, 1],
    ["09T21:58", 100, 100, 0],
    ["09T21:59", 100, 100, 0],
    ["11T21:00", 100, 100, 0], // New York went to summer time: it opens an hour earlier
    ["11T21:01", 100, 100, 0],
    ["11T21:02", 110, 110, 1],
    ["11T21:03", 110, 110, 0],
    ["11T21:04", 120, 120, 1],
    ["11T21:05", 120, 120, 0],
    ["11T21:06", 120, 120, 0],
  ]);
  assertEquals(carrier.next, until);
});
