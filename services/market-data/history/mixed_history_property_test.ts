// Goal: a source that has a day as ticks and another as bars answers with both, each moment once.
// Method: one walk of ticks is the truth; every half day of it is held by a random choice of series,
// folded from it. What is answered is the fold of the halves that the side has, whatever the pages.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type BarSide, barSides } from "../../../shared/domain/bar.ts";
import { type FoldedBars, joinBars } from "../../../shared/domain/bars/bar_builder.ts";
import { barGrid } from "../../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../../shared/domain/bars/fold_ticks.ts";
import { dayMs, type Granularity, nominalMs } from "../../../shared/domain/bars/granularity.ts";
import type { TickColumns } from "../../../shared/domain/columns.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { MemoryHistory } from "../../../shared/testing/memory_history.ts";
import { ticksOf, tickSteps } from "../../../shared/testing/random_ticks.ts";
import { concatTicks, ticksWithin } from "../../../shared/timeseries/tick_columns.ts";
import { type BarsGround, type BarsQuery, readBars } from "./read_bars.ts";

const symbol = "EURUSD" as Symbol;
const monday = Date.UTC(2018, 2, 5);
const marketClock = new ManualClock(epochMs(Date.UTC(2020, 0)));

/** What may hold a half day. */
const holders = ["ticks", "bid M1", "ask M1", "mid M1", "bid M5", "mid H1"] as const;
type Holder = (typeof holders)[number];

const halves = fc.array(fc.subarray([...holders], { minLength: 1 }), {
  minLength: 1,
  maxLength: 8,
});

interface Half {
  readonly ticks: TickColumns;
  readonly held: readonly Holder[];
}

/** Days are cut at six in the morning, so that a half is no half of a bar's day. */
function halvesOf(ticks: TickColumns, held: readonly (readonly Holder[])[]): Half[] {
  const found: Half[] = [];
  const last = ticks.time.at(-1)!;
  for (let day = monday, n = 0; day <= last; day += dayMs) {
    for (const [from, to] of [[day, day + dayMs / 4], [day + dayMs / 4, day + dayMs]] as const) {
      const within = ticksWithin(ticks, from, to);
      if (within.length > 0) found.push({ ticks: within, held: held[n++ % held.length]! });
    }
  }
  return found;
}

function fold(ticks: TickColumns, side: BarSide, granularity: Granularity): FoldedBars {
  const folder = new TickFolder({ grid: barGrid(granularity, "fx-day"), side });
  folder.push(ticks);
  return folder.end();
}

function historyOf(all: readonly Half[], pieceLength: number, source = "loaded"): MemoryHistory {
  const history = new MemoryHistory(pieceLength);
  for (const holder of holders) {
    const parts = all.filter(({ held }) => held.includes(holder)).map(({ ticks }) => ticks);
    if (parts.length === 0) continue;
    if (holder === "ticks") {
      history.putTicks({ symbol, source }, concatTicks(parts));
      continue;
    }
    const [side, granularity] = holder.split(" ") as [BarSide, Granularity];
    const bars = joinBars(parts.map((part) => fold(part, side, granularity)));
    history.putBars({ symbol, source, side, intervalMs: nominalMs(granularity) }, bars);
  }
  return history;
}

/** Whether a half helps to make bars of a side. */
const helps = ({ held }: Half, side: BarSide, granularity: Granularity): boolean =>
  held.some((holder) => {
    if (holder === "ticks") return true;
    const [its, length] = holder.split(" ") as [BarSide, Granularity];
    return its === side && nominalMs(granularity) % nominalMs(length) === 0;
  });

const rowsOf = ({ length, openTime, open, high, low, close, ticks }: FoldedBars): number[][] =>
  Array.from(
    { length },
    (_, at) => [openTime[at]!, open[at]!, high[at]!, low[at]!, close[at]!, ticks[at]!],
  );

const query: BarsQuery = {
  symbol,
  source: "loaded",
  side: undefined,
  granularity: "M1",
  alignment: "fx-day",
  gaps: "empty",
  spread: false,
  from: monday - dayMs,
  to: undefined,
  limit: 10,
};

async function allPages(ground: BarsGround, first: BarsQuery) {
  const rows: number[][] = [];
  let side = first.side;
  for (let from = first.from, pages = 0; from !== undefined; pages++) {
    const page = await readBars(ground, { ...first, side, from });
    side = page.side;
    assert(page.bars.length <= first.limit && pages < 10_000);
    rows.push(...rowsOf(page.bars));
    assert(page.next === null || page.next > from || page.bars.length > 0, "leads nowhere");
    from = page.next ?? undefined;
  }
  return { rows, side: side! };
}

const layouts = [
  tickSteps.map((steps) => ticksOf(steps, monday)),
  halves,
  fc.constantFrom("S5", "M1", "M5", "H1", "H4", "D1" as const),
  fc.record({
    limit: fc.integer({ min: 1, max: 12 }),
    scanMax: fc.integer({ min: 1, max: 40 }),
    pieceLength: fc.integer({ min: 1, max: 9 }),
  }),
] as const;

Deno.test("bars are made of every series that a source has, each moment once", async () => {
  await fc.assert(
    fc.asyncProperty(...layouts, async (ticks, held, granularity, bounds) => {
      const all = halvesOf(ticks, held);
      const history = historyOf(all, bounds.pieceLength);
      const ground = { history, hours: tradingHours("fx-week"), marketClock };
      for (const side of barSides) {
        const of = all.filter((half) => helps(half, side, granularity));
        if (of.length === 0) continue;
        const expected = rowsOf(fold(concatTicks(of.map(({ ticks }) => ticks)), side, granularity));
        const wanted: BarsQuery = { ...query, side, granularity, limit: bounds.limit };
        const paged = await allPages({ ...ground, scanMax: bounds.scanMax }, wanted);
        assertEquals(paged.rows, expected);
        const newest = await readBars(ground, { ...wanted, from: undefined });
        assertEquals(rowsOf(newest.bars), expected.slice(-bounds.limit));
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("without a side, nothing is left out that any one side has whole", async () => {
  await fc.assert(
    fc.asyncProperty(...layouts, async (ticks, held, granularity, { limit, pieceLength }) => {
      const all = halvesOf(ticks, held);
      const whole = (side: BarSide) => all.every((half) => helps(half, side, granularity));
      const fitting = barSides.filter(whole);
      fc.pre(fitting.length > 0);
      const history = historyOf(all, pieceLength);
      const ground = { history, hours: tradingHours("fx-week"), marketClock };
      const { rows, side } = await allPages(ground, { ...query, granularity, limit });
      assert(fitting.includes(side));
      assertEquals(rows, rowsOf(fold(ticks, side, granularity)));
      const newest = await readBars(ground, { ...query, granularity, limit, from: undefined });
      assertEquals(rowsOf(newest.bars), rows.slice(-limit));
    }),
    { numRuns: 150 },
  );
});

Deno.test("without a side it is mid where the source has as much of it as of any", async () => {
  const step = { stepMs: 45_500, bid: 100, spread: 2, volume: 1 };
  const ticks = ticksOf(Array.from({ length: 5_000 }, () => step), monday);
  const sideOf = async (...held: (readonly Holder[])[]) => {
    const history = historyOf(halvesOf(ticks, held), 1_000);
    const ground = { history, hours: tradingHours("fx-week"), marketClock };
    const [onward, newest] = await Promise.all([
      readBars(ground, { ...query, from: monday + dayMs }),
      readBars(ground, { ...query, from: undefined }),
    ]);
    assertEquals(onward.side, newest.side);
    return onward.side;
  };
  assertEquals(await sideOf(["ticks", "bid M1", "ask M1"]), "mid");
  assertEquals(await sideOf(["bid M1", "ask M1"], ["ticks", "bid M1"]), "bid");
  // Pages stay with a side although their own days have all: the days before have bid alone.
  assertEquals(await sideOf(["bid M1"], ["bid M1"], ["ticks"], ["ticks"], ["ticks"]), "bid");
});

Deno.test("a gap is carried over from the series that held the price before it", async () => {
  const at = (hours: number) => monday + hours * 3_600_000;
  const one = { spread: 2, volume: 1 };
  const ticks = ticksOf([
    { stepMs: 3_600_000, bid: 100, ...one },
    { stepMs: 8 * 3_600_000, bid: 200, ...one },
  ], monday);
  for (const held of [[["bid M1"], ["ticks"]], [["ticks"], ["bid M1"]]] as const) {
    const history = historyOf(halvesOf(ticks, held), 10);
    const ground = { history, hours: tradingHours("fx-week"), marketClock };
    const from = { ...query, side: "bid", granularity: "H1", gaps: "carry" } as const;
    const early = await readBars(ground, { ...from, from: at(2), to: at(10) });
    assertEquals([...early.bars.close], [...Array(7).fill(100), 200]);
    const late = await readBars(ground, { ...from, from: at(9), to: at(10) });
    assertEquals([...late.bars.open], [200]);
  }
});

Deno.test("live days whose bars are gone are made of their ticks; a minute under way is no bar", async () => {
  const step = { stepMs: 1_800_000, bid: 100, spread: 2, volume: 1 };
  const ticks = ticksOf(Array.from({ length: 4 * 48 - 1 }, () => step), monday);
  const last = ticks.time.at(-1)!;
  // The bars begin with the third day, and are behind the ticks at the end.
  const barred = { ticks: ticksWithin(ticks, monday + 2 * dayMs, last), held: ["mid M1"] } as const;
  const history = historyOf([barred], 10, "live");
  history.putTicks({ symbol, source: "live" }, ticks);
  const clock = new ManualClock(epochMs(last + 30_000));
  const ground = { history, hours: tradingHours("fx-week"), marketClock: clock };
  const minutes = rowsOf(fold(ticks, "mid", "M1"));
  const live: BarsQuery = { ...query, source: "live", limit: 1_000 };
  const onward = await readBars(ground, live);
  assertEquals(rowsOf(onward.bars), minutes.slice(0, -1));
  const newest = await readBars(ground, { ...live, from: undefined });
  assertEquals(rowsOf(newest.bars), minutes.slice(0, -1));
});
