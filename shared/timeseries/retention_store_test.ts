// Goal: only what a rule names goes, and ticks that go leave the minutes behind that they were. Method:
// a store with random ticks of several days and a random part of their minutes stored before; what is
// left is compared with a fold of the ticks as they were.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { barGrid } from "../domain/bars/bar_grid.ts";
import { TickFolder } from "../domain/bars/fold_ticks.ts";
import { dayMs } from "../domain/bars/granularity.ts";
import type { Symbol } from "../domain/instrument.ts";
import { openTestStore } from "../testing/memory_store.ts";
import { openHistory } from "../testing/history_contract.ts";
import { ticksOf, tickSteps } from "../testing/random_ticks.ts";
import { joinBars, sliceBars } from "./bar_columns.ts";
import type { BarColumns, BarSeries, TickColumns } from "./columns.ts";
import type { History } from "./history.ts";
import { daysKept, type KeepRule, parseKeepRule } from "./keep_rules.ts";
import { Retention } from "./retention.ts";
import { ticksWithin } from "./tick_columns.ts";

const EURUSD = "EURUSD" as Symbol;
const monday = Date.UTC(2019, 2, 4);
const always = { from: 0, to: Date.UTC(2100, 0) };
const step = { stepMs: 3_600_000, bid: 100, spread: 2, volume: 1 };

const rulesOf = (...texts: string[]): KeepRule[] => texts.map((text) => parseKeepRule(text)!);

function fold(ticks: TickColumns, side: "bid" | "ask"): BarColumns {
  const folder = new TickFolder({ grid: barGrid("M1", "utc"), side });
  folder.push(ticks);
  return folder.end();
}

async function readBars(history: History, series: BarSeries): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const bars of history.bars(series, always)) rows.push(...rowsOf(bars));
  return rows;
}

const rowsOf = ({ length, openTime, open, high, low, close, ticks, volume }: BarColumns) =>
  Array.from({ length }, (_, n) => [
    ...[openTime[n]!, open[n]!, high[n]!, low[n]!, close[n]!, ticks[n]!],
    volume?.[n] ?? NaN,
  ]);

async function countTicks(history: History, symbol: string, source: string): Promise<number> {
  let count = 0;
  for await (const { length } of history.ticks({ symbol: symbol as Symbol, source }, always)) {
    count += length;
  }
  return count;
}

Deno.test("ticks that go leave the minutes that they were, and those that were there untouched", async () => {
  const store = await openTestStore();
  const { db, history, writer } = await openHistory(store);
  const rules = rulesOf("ticks:loaded=2");
  const stored = fc.array(fc.boolean(), { minLength: 1, maxLength: 7 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(tickSteps, stored, async (steps, kept) => {
      // A symbol of its own for every run.
      const symbol = `RUN${run++}` as Symbol;
      const source = "loaded";
      const all = ticksOf(steps, monday);
      await writer.appendTicks(db, { series: { symbol, source }, ticks: all, batch: null });
      const now = monday + 6 * dayMs + 12 * 3_600_000;
      const gone = ticksWithin(all, 0, monday + 4 * dayMs);
      const expected = new Map<BarSeries, number[][]>();
      for (const side of ["bid", "ask"] as const) {
        const series: BarSeries = { symbol, source, side, intervalMs: 60_000 };
        const made = fold(gone, side);
        const before = marked(made, kept);
        if (before.length > 0) {
          await writer.replaceBars(db, { series, range: always, bars: before });
        }
        expected.set(series, rowsOf(joinBars([made, before], always)));
      }
      const rows = await new Retention(db).drop("ticks", { now, rules });
      assertEquals(rows, gone.length);
      assertEquals(await countTicks(history, symbol, source), all.length - gone.length);
      for (const [series, bars] of expected) assertEquals(await readBars(history, series), bars);
    }),
    { numRuns: 25 },
  );
  await store.close();
});

/** Some of the bars, told apart from those that the ticks make. */
function marked(bars: BarColumns, kept: readonly boolean[]): BarColumns {
  const some = Array.from({ length: bars.length }, (_, n) => n)
    .filter((n) => kept[n % kept.length])
    .map((n) => sliceBars(bars, n, n + 1));
  const chosen = joinBars(some, always);
  return {
    ...chosen,
    high: chosen.high.map((high) => high + 1_000),
    ticks: chosen.ticks.map((ticks) => ticks + 1),
    volume: chosen.volume?.map((volume) => volume + 0.5) ?? null,
  };
}

Deno.test("only what a rule names goes: its kind, its source, and its symbol where it names one", async () => {
  const store = await openTestStore();
  const { db, history, writer } = await openHistory(store);
  const now = monday + 40 * dayMs;
  const held = [["EURUSD", "live"], ["EURUSD", "loaded"], ["USDJPY", "loaded"], [
    "EURUSD",
    "other",
  ]];
  const load = async () => {
    for (const [symbol, source] of held) {
      const series = { symbol: symbol as Symbol, source: source! };
      const ticks = async function* () {
        yield await Promise.resolve(ticksOf([step, step], monday));
      };
      await writer.replaceTicks(db, { series, range: always, ticks: ticks() });
    }
  };
  const leftAfter = async (...texts: string[]) => {
    await load();
    await new Retention(db).drop("ticks", { now, rules: rulesOf(...texts) });
    const left: string[] = [];
    for (const [symbol, source] of held) {
      if (await countTicks(history, symbol!, source!) > 0) left.push(`${symbol} ${source}`);
    }
    return left;
  };
  const all = held.map((one) => one.join(" "));
  assertEquals(await leftAfter(), all);
  assertEquals(await leftAfter("ticks:live=0", "bars:loaded=1"), all);
  assertEquals(await leftAfter("ticks:live=30"), all.slice(1));
  assertEquals(await leftAfter("ticks:live=41"), all);
  assertEquals(await leftAfter("ticks:loaded=30"), ["EURUSD live", "EURUSD other"]);
  assertEquals(
    await leftAfter("ticks:loaded:EURUSD=30"),
    all.filter((one) => one !== "EURUSD loaded"),
  );
  assertEquals(await leftAfter("ticks:loaded:EURUSD=0", "ticks:loaded=30"), [
    "EURUSD live",
    "EURUSD loaded",
    "EURUSD other",
  ]);
  await store.close();
});

Deno.test("bars go by their own rules, and ticks do not come back as bars", async () => {
  const store = await openTestStore();
  const { db, history, writer } = await openHistory(store);
  const ticks = ticksOf([step, step], monday);
  for (const source of ["live", "loaded"]) {
    const series: BarSeries = { symbol: EURUSD, source, side: "bid", intervalMs: 60_000 };
    await writer.replaceBars(db, { series, range: always, bars: fold(ticks, "bid") });
  }
  const rules = rulesOf("bars:live=10", "ticks:loaded=1");
  assertEquals(await new Retention(db).drop("bars", { now: monday + 12 * dayMs, rules }), 2);
  const held = await Promise.all(
    ["live", "loaded"].map((source) =>
      readBars(history, { symbol: EURUSD, source, side: "bid", intervalMs: 60_000 })
    ),
  );
  assertEquals(held.map((rows) => rows.length), [0, 2]);
  await store.close();
});

Deno.test("a rule is read as it is written, and refused where it is none", () => {
  assertEquals(parseKeepRule("ticks:dukascopy=365"), {
    kind: "ticks",
    source: "dukascopy",
    symbol: null,
    days: 365,
  });
  assertEquals(parseKeepRule("bars:live:EURUSD=0")?.symbol, "EURUSD");
  for (const text of ["", "ticks=3", "quotes:live=3", "ticks:live:EURUSE=3", "ticks:live=-1"]) {
    assertEquals(parseKeepRule(text), null, text);
  }
  const key = { kind: "ticks", symbol: "EURUSD", source: "live", side: "", intervalMs: 0 } as const;
  assert(daysKept([], key) === 0);
  assertEquals(daysKept(rulesOf("ticks:live=1", "ticks:live=5", "bars:live=9"), key), 5);
});
