// Goal: a chart marks the signals that stand in its bars, each once, wherever they come from. Method:
// a history that answers in pages and when it is let to, and what the feed would tell meanwhile.

import { assertEquals, assertRejects } from "@std/assert";
import { barGrid } from "../../../../../shared/domain/bars/bar_grid.ts";
import type { LiveSignal, Signal, Signals, Spotwire } from "../../../../../shared/sdk/mod.ts";
import type { BarSpec } from "../core/route.ts";
import type { Candle } from "./candle.ts";
import { ChartSignals, hasLiveSignals } from "./chart_signals.ts";

const minuteMs = 60_000;
const start = Date.UTC(2026, 0, 6, 10);
const at = (minute: number) => start + minute * minuteMs;
const iso = (ms: number) => new Date(ms).toISOString();
const live: BarSpec = { symbol: "EURUSD", granularity: "M1", side: "mid", source: "live" };

const candle = (openTime: number): Candle => ({ openTime, open: 1, high: 1, low: 1, close: 1 });
const minutes = (from: number, until: number): Candle[] =>
  Array.from({ length: until - from }, (_, n) => candle(at(from + n)));

/** As it stands at the end of a minute's bar. */
const signal = (minute: number, more: Partial<Signal> = {}): Signal => ({
  ...{ time: iso(at(minute + 1)), study: "range_break", direction: "up", price: "1.00000" },
  ...more,
});
const told = (minute: number, sequence: number, more: Partial<LiveSignal> = {}): LiveSignal => ({
  ...{ symbol: "EURUSD", granularity: "M1", study: "range_break", direction: "up" } as const,
  ...{ time: at(minute + 1), price: "1.00000", state: "raised", sequence },
  ...more,
});

type Query = { from: string; to?: string; alignment?: string };

/** A history of signals that judges so many minutes for one answer at most. */
function history(signals: Signal[], { judged = 1_000, alignment = "fx-day" } = {}) {
  const asked: Query[] = [];
  const answer = { until: Promise.resolve() };
  const client = {
    async listSignals(_: string, query: Query): Promise<Signals> {
      asked.push(query);
      const said = [...signals];
      const last = Math.max(...said.map(({ time }) => Date.parse(time)));
      await answer.until;
      const from = Date.parse(query.from);
      const to = Math.min(from + judged * minuteMs, Date.parse(query.to ?? iso(last)));
      return {
        alignment,
        signals: said.filter(({ time }) => Date.parse(time) > from && Date.parse(time) <= to),
        next: to < Date.parse(query.to ?? iso(last)) ? iso(to) : null,
      } as Signals;
    },
  } as unknown as Spotwire;
  return { client, asked, answer };
}

const shown = (signals: ChartSignals) =>
  [...signals.byBar].map(([openTime, found]) => [
    (openTime - start) / minuteMs,
    ...found.map(({ study, direction }) => `${study} ${direction}`),
  ]);

Deno.test("signals of loaded bars stand at the bars that they were found at", async () => {
  const { client, asked } = history([
    signal(3),
    signal(3, { study: "averages_cross", direction: "down" }),
    signal(30),
    signal(64),
  ], { judged: 25 });
  const signals = new ChartSignals(client, live);
  assertEquals(await signals.follow(minutes(2, 70)), true);
  assertEquals(shown(signals), [
    [3, "averages_cross down", "range_break up"],
    [30, "range_break up"],
    [64, "range_break up"],
  ]);
  assertEquals(asked.map(({ from }) => from), [2, 27, 52].map((minute) => iso(at(minute))));
  assertEquals(asked.map(({ alignment }) => alignment), [undefined, "fx-day", "fx-day"]);
  assertEquals(await signals.follow(minutes(2, 71)), false, "nothing older, so nothing to ask");
});

Deno.test("a day's signal stands at the day, as the history's days are cut", async () => {
  for (const alignment of ["fx-day", "utc"] as const) {
    const { from, until } = barGrid("D1", alignment).spanAt(start);
    const { client } = history([signal(0, { time: iso(until) })], { alignment, judged: 9_999 });
    const signals = new ChartSignals(client, { ...live, granularity: "D1", source: "loaded" });
    await signals.follow([candle(from)]);
    assertEquals([...signals.byBar.keys()], [from]);
  }
});

Deno.test("older bars are asked of once, also those that come while an answer is on its way", async () => {
  const { client, asked, answer } = history([signal(-30), signal(-5), signal(5)]);
  const signals = new ChartSignals(client, live);
  const { promise, resolve } = Promise.withResolvers<void>();
  answer.until = promise;
  const first = signals.follow(minutes(0, 10));
  assertEquals(await signals.follow(minutes(-40, 10)), false);
  resolve();
  assertEquals(await first, true);
  assertEquals(shown(signals).map(([minute]) => minute), [-30, -5, 5]);
  assertEquals(asked.map(({ from, to }) => [from, to]), [
    [iso(at(0)), undefined],
    [iso(at(-40)), iso(at(0))],
  ]);
});

Deno.test("what the feed raises is added, and what it withdraws is gone, of these bars only", async () => {
  const { client } = history([signal(3), signal(5)]);
  const signals = new ChartSignals(client, live);
  await signals.follow(minutes(0, 10));
  assertEquals(signals.take([told(9, 4, { granularity: "M5" })]), false);
  assertEquals(signals.take([told(9, 5), told(5, 6, { state: "withdrawn" })]), true);
  assertEquals(shown(signals).map(([minute]) => minute), [3, 9]);
  signals.take([told(9, 8, { state: "withdrawn" }), told(9, 7)]);
  assertEquals(shown(signals).map(([minute]) => minute), [3], "the highest sequence is true");
});

Deno.test("a signal withdrawn while history is asked of it does not come back by the answer", async () => {
  const { client, answer } = history([signal(5)]);
  const signals = new ChartSignals(client, live);
  const { promise, resolve } = Promise.withResolvers<void>();
  answer.until = promise;
  const asked = signals.follow(minutes(0, 10));
  signals.take([told(5, 2, { state: "withdrawn" })]);
  resolve();
  await asked;
  assertEquals(shown(signals), []);
});

Deno.test("bars read anew have the signals of history, and of the feed what is newer than they", async () => {
  const found = [signal(3)];
  const { client } = history(found);
  const signals = new ChartSignals(client, live);
  await signals.follow(minutes(0, 10));
  signals.take([told(5, 1), told(9, 2)]);
  assertEquals(shown(signals).map(([minute]) => minute), [3, 5, 9]);
  // The withdrawal of 5 was missed; the archive has nothing of 9 yet.
  found.push(signal(7));
  signals.renew(minutes(0, 9));
  assertEquals(shown(signals).map(([minute]) => minute), [3, 5, 9], "until there is an answer");
  assertEquals(await signals.follow(minutes(0, 9)), true);
  assertEquals(shown(signals).map(([minute]) => minute), [3, 7, 9]);
});

Deno.test("an answer that was overtaken by bars read anew is not taken", async () => {
  const found = [signal(3)];
  const { client, answer } = history(found);
  const signals = new ChartSignals(client, live);
  const { promise, resolve } = Promise.withResolvers<void>();
  answer.until = promise;
  const first = signals.follow(minutes(0, 10));
  found.splice(0, 1, signal(7));
  signals.renew(minutes(0, 10));
  resolve();
  await first;
  assertEquals(shown(signals).map(([minute]) => minute), [7]);
});

Deno.test("a question that failed is asked again, and one without end is given up", async () => {
  const { client, answer } = history([signal(3)]);
  const signals = new ChartSignals(client, live);
  answer.until = Promise.reject(new Error("no answer"));
  await assertRejects(() => signals.follow(minutes(0, 10)), Error, "no answer");
  answer.until = Promise.resolve();
  assertEquals(await signals.follow(minutes(0, 10)), true);
  assertEquals(shown(signals).length, 1);
  const endless = history([signal(9_000)], { judged: 1 });
  await assertRejects(() => new ChartSignals(endless.client, live).follow(minutes(0, 10)));
  assertEquals(endless.asked.length, 40);
});

Deno.test("the feed tells of the middle of live bars that are studied, and of no others", () => {
  assertEquals(hasLiveSignals(live), true);
  const others: Partial<BarSpec>[] = [
    { side: "bid" },
    { granularity: "S5" },
    { granularity: "H1" },
    { source: "loaded" },
  ];
  for (const other of others) assertEquals(hasLiveSignals({ ...live, ...other }), false);
});
