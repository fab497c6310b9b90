import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Bar, minuteMs } from "../../shared/domain/bar.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import { type EpochMs, epochMs, parseRfc3339, toRfc3339 } from "../../shared/domain/time.ts";
import { dataTest } from "../../shared/testing/test_data.ts";
import { vendorBidBars, vendorDay } from "../../shared/testing/vendor_bars.ts";
import { openReplay } from "../../shared/venues/replay/replay.ts";
import { virtualTimer } from "../../shared/runtime/time.ts";
import { archiveBatch, type ArchiveState, emptyArchive, type Heard, minuteKey } from "./decide.ts";

const monday = parseRfc3339("2019-02-04T10:00:00Z")!;
const hours = tradingHours("fx-week");

/** Sequences go on over all quotes of a test, as ingest's do. */
function quotesAt(start: EpochMs, firstSequence = 1) {
  let sequence = firstSequence;
  return (afterMs: number, bid: number, symbol = "EURUSD"): Quote => ({
    symbol: symbol as Symbol,
    bid: price(bid),
    ask: price(bid + 3),
    venueTime: epochMs(start + afterMs),
    receivedTime: epochMs(start + afterMs),
    sequence: sequence++,
  });
}

interface Ran {
  readonly state: ArchiveState;
  readonly finished: ReadonlySet<string>;
}

/** Runs batches through the archive as its worker does, storing the state as JSON in between. */
function run(
  batches: readonly (readonly Heard[])[],
  { state: from, finished: before }: Ran = { state: emptyArchive, finished: new Set() },
) {
  let state = from;
  const bars: Bar[] = [];
  const corrected: string[] = [];
  const finished = new Set(before);
  const counts = { quotes: 0, late: 0, repeats: 0 };
  for (const batch of batches) {
    const effects = archiveBatch(state, batch, hours);
    // As the store does: what was finished before is put right.
    const again = effects.again.map(({ symbol, minute }) => minuteKey(symbol, minute))
      .filter((key) => finished.has(key));
    for (const bar of effects.bars) {
      const key = minuteKey(bar.symbol, bar.openTime);
      if (!again.includes(key)) bars.push(bar);
      finished.add(key);
    }
    corrected.push(...effects.corrections.map(({ minute }) => clock(minute)));
    corrected.push(...again.map((key) => clock(epochMs(Number(key.split(" ")[1])))));
    for (const key of ["quotes", "late", "repeats"] as const) counts[key] += effects[key];
    const stored = JSON.parse(JSON.stringify([...effects.state.symbols]));
    state = { heardAt: effects.state.heardAt, symbols: new Map(stored) };
  }
  return { bars, corrected, finished, state, ...counts };
}

const clock = (at: EpochMs): string => toRfc3339(at).slice(11, 16);

const bids = (bars: readonly Bar[]) =>
  bars.filter((bar) => bar.side === "bid")
    .map((bar) => [
      clock(bar.openTime),
      bar.open,
      bar.high,
      bar.low,
      bar.close,
      bar.ticks,
    ]);

Deno.test("archiveBatch() finishes a minute with the next minute's quote, one bar a side", () => {
  const quote = quotesAt(monday);
  const quotes = [quote(0, 100), quote(20_000, 107), quote(59_999, 98), quote(60_000, 99)];
  const { bars } = run([[{ quotes }]]);
  assertEquals(
    bars.map(({ side, open, high, low, close, ticks }) => ({
      side,
      prices: [open, high, low, close, ticks] as number[],
    })),
    [
      { side: "bid", prices: [100, 107, 98, 98, 3] },
      { side: "ask", prices: [103, 110, 101, 101, 3] },
      { side: "mid", prices: [102, 108, 100, 100, 3] },
    ],
  );
});

Deno.test("archiveBatch() finishes a minute by a sign of life once the grace has passed", () => {
  const quote = quotesAt(monday);
  const first: Heard = { quotes: [quote(1_000, 100)] };
  assertEquals(run([[first, { time: epochMs(monday + 61_999) }]]).bars, []);
  assertEquals(bids(run([[first, { time: epochMs(monday + 62_000) }]]).bars), [
    ["10:00", 100, 100, 100, 100, 1],
  ]);
});

Deno.test("archiveBatch() fills silent minutes with flat bars, by time or by the next quote", () => {
  const quote = quotesAt(monday);
  const first = quote(1_000, 100);
  const last = quote(200_000, 110);
  const beats = [60, 120, 180].map((s): Heard => ({ time: epochMs(monday + s * 1_000) }));
  const expected = [
    ["10:00", 100, 100, 100, 100, 1],
    ["10:01", 100, 100, 100, 100, 0],
    ["10:02", 100, 100, 100, 100, 0],
  ];
  assertEquals(bids(run([[{ quotes: [first] }, ...beats, { quotes: [last] }]]).bars), expected);
});

Deno.test("archiveBatch() makes nothing up over an interruption of the feed", () => {
  const quote = quotesAt(monday);
  const quotes = [quote(1_000, 100), quote(3_600_000, 110), quote(3_660_000, 111)];
  assertEquals(bids(run([[{ quotes }]]).bars), [
    ["10:00", 100, 100, 100, 100, 1],
    ["11:00", 110, 110, 110, 110, 1],
  ]);
});

Deno.test("archiveBatch() ends the flat bars where the market closes", () => {
  const friday = parseRfc3339("2019-02-08T21:58:00Z")!; // 17:00 in New York is 22:00Z
  const quote = quotesAt(friday);
  const beats = Array.from({ length: 10 }, (_, n): Heard => ({
    time: epochMs(friday + n * minuteMs),
  }));
  assertEquals(bids(run([[{ quotes: [quote(1_000, 100)] }, ...beats]]).bars), [
    ["21:58", 100, 100, 100, 100, 1],
    ["21:59", 100, 100, 100, 100, 0],
  ]);
});

Deno.test("archiveBatch() counts a quote of a finished minute as late and leaves the bar", () => {
  const quote = quotesAt(monday);
  const { bars, late, quotes } = run([[
    { quotes: [quote(1_000, 100)] },
    { time: epochMs(monday + 63_000) },
    { quotes: [quote(59_000, 500), quote(64_000, 101)] },
    { time: epochMs(monday + 123_000) },
  ]]);
  assertEquals([late, quotes], [1, 3]);
  assertEquals(bids(bars), [["10:00", 100, 100, 100, 100, 1], ["10:01", 101, 101, 101, 101, 1]]);
});

Deno.test("archiveBatch() passes over repeats, and takes a recording that begins again", () => {
  const quote = quotesAt(monday);
  const day = [quote(0, 100), quote(60_000, 101), quote(180_000, 102)];
  const again = quotesAt(monday, 1_000_000);
  const anew = [again(0, 100), again(60_000, 101), again(180_000, 102), again(241_000, 103)];
  const first = run([[{ quotes: day }]]);
  const repeated = run([[{ quotes: day }]], first);
  assertEquals([repeated.repeats, repeated.bars.length], [3, 0]);
  const restarted = run([[{ quotes: anew }]], first);
  // What the first run had in hand is finished; what it had finished is put right.
  assertEquals(bids(restarted.bars).map(([at]) => at), ["10:03"]);
  assertEquals(restarted.corrected.toSorted(), ["10:00", "10:01", "10:02", "10:03"]);
  assertEquals(restarted.late, 0);
});

Deno.test("archiveBatch() takes a quote of a silent minute before the close as late", () => {
  const friday = parseRfc3339("2019-02-08T21:57:00Z")!;
  const quote = quotesAt(friday);
  const before: Heard[] = [{ quotes: [quote(1_000, 100)] }, { time: epochMs(friday + 90_000) }, {
    time: epochMs(friday + 182_000),
  }];
  const first = run([before]);
  assertEquals(bids(first.bars).map(([at]) => at), ["21:57", "21:58", "21:59"]);
  const late = { ...quote(119_000, 90), receivedTime: epochMs(friday + 183_000) };
  const second = run([[{ quotes: [late] }]], first);
  assertEquals([second.late, second.corrected, second.bars], [1, ["21:58"], []]);
});

Deno.test("archiveBatch() makes minutes over which the clock was put back, as corrections", () => {
  const quote = quotesAt(monday);
  const ahead: Heard[] = [{ quotes: [quote(1_000, 100)] }, { time: epochMs(monday + 100_000) }];
  const first = run([ahead, [{ quotes: [quote(125_000, 101)] }]]);
  assertEquals(bids(first.bars).map(([at]) => at), ["10:00", "10:01"]);
  const back = [quote(50_000, 102), quote(70_000, 103), quote(130_000, 104), quote(190_000, 105)];
  const second = run(back.map((one) => [{ quotes: [one] }]), first);
  assertEquals([second.corrected, second.late], [["10:00", "10:01", "10:02"], 0]);
  assertEquals(bids(second.bars).map(([at]) => at), ["10:02"]); // was under way
});

Deno.test("archiveBatch() goes on as before when one quote came from far ahead", () => {
  const quote = quotesAt(monday);
  const first = run([[{ quotes: [quote(1_000, 100), quote(86_400_000, 101)] }]]);
  const on = [quote(61_000, 102), quote(125_000, 103), quote(190_000, 104)];
  const { bars, corrected } = run([[{ quotes: on }]], first);
  assertEquals([bids(bars).map(([at]) => at), corrected], [["10:00", "10:01", "10:02"], []]);
});

Deno.test("archiveBatch() is not put back by quotes of a venue whose clock is ahead of ours", () => {
  const quote = quotesAt(monday);
  const ahead = [1_000, 20_000, 40_000, 61_000].map((at): Heard => {
    const one = quote(at, 100);
    return { quotes: [{ ...one, receivedTime: epochMs(one.venueTime - 30_000) }] };
  });
  const { bars, corrected } = run([ahead]);
  assertEquals([bids(bars), corrected], [[["10:00", 100, 100, 100, 100, 3]], []]);
});

/** A walk of quotes and signs of life over a few minutes, in the order ingest publishes them. */
const feed = fc.array(
  fc.record({
    stepMs: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 300_000 })),
    bid: fc.integer({ min: 90, max: 110 }),
    symbol: fc.constantFrom("EURUSD", "USDJPY", null),
  }),
  { minLength: 1, maxLength: 60 },
).map((steps) => {
  const quote = quotesAt(monday);
  let at = 0;
  return steps.map(({ stepMs, bid, symbol }): Heard => {
    at += stepMs;
    return symbol === null ? { time: epochMs(monday + at) } : { quotes: [quote(at, bid, symbol)] };
  });
});

Deno.test("archiveBatch() makes the same bars however the feed is cut and redelivered", () => {
  fc.assert(fc.property(
    feed,
    fc.array(fc.record({ size: fc.integer({ min: 1, max: 20 }), again: fc.boolean() })),
    (events, cuts) => {
      const batches: Heard[][] = [];
      let at = 0;
      for (const { size, again } of [...cuts, { size: events.length, again: true }]) {
        const batch = events.slice(at, at + size);
        batches.push(batch, ...(again ? [batch] : []));
        at += size;
      }
      const whole = run([events]);
      const cut = run(batches);
      const by = (bars: readonly Bar[]) => bars.map((bar) => JSON.stringify(bar)).sort();
      assertEquals(by(cut.bars), by(whole.bars));
      assertEquals(cut.quotes, whole.quotes);
    },
  ));
});

/** As well with quotes that come late, a clock that is put back, and over the close of a Friday. */
const unruly = fc.array(
  fc.record({
    stepMs: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
      fc.integer({ min: 0, max: 300_000 }),
      fc.integer({ min: -400_000, max: -1 }),
    ),
    ageMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })),
    symbol: fc.constantFrom("EURUSD", "USDJPY", null),
  }),
  { minLength: 1, maxLength: 60 },
).map((steps) => {
  const start = parseRfc3339("2019-02-08T21:50:00Z")!;
  const quote = quotesAt(start);
  let at = 400_000;
  return steps.map(({ stepMs, ageMs, symbol }): Heard => {
    at = Math.max(400_000, at + stepMs);
    if (symbol === null) return { time: epochMs(start + at) };
    const one = quote(at - ageMs, 100, symbol);
    return { quotes: [{ ...one, receivedTime: epochMs(start + at) }] };
  });
});

Deno.test("archiveBatch() finishes a minute once, whatever the clock does, also over restarts", () => {
  fc.assert(
    fc.property(unruly, (events) => {
      const { bars } = run(events.map((event) => [event]));
      const keys = bars.map(({ symbol, side, openTime }) => `${symbol} ${side} ${openTime}`);
      assertEquals(keys.length, new Set(keys).size);
    }),
    { numRuns: 500 },
  );
});

dataTest(
  "archiveBatch() makes the vendor's own bars of a real day",
  vendorDay.folder,
  async (path) => {
    const { venue } = await openReplay(path, {
      hours,
      closedHeartbeatMs: Infinity,
      timerFrom: virtualTimer,
    });
    const batches: Heard[][] = [];
    let sequence = 0;
    for await (const { time, ticks } of venue.ticks(new AbortController().signal)) {
      const quotes = ticks.map((tick) => ({ ...tick, receivedTime: time, sequence: sequence++ }));
      batches.push([quotes.length === 0 ? { time } : { quotes }]);
    }
    batches.push([{ time: epochMs(vendorDay.from + vendorDay.minutes * minuteMs + 5_000) }]);
    const { bars, quotes, late } = run(batches);
    const made = bars.filter((bar) => bar.side === "bid")
      .map(({ openTime, open, high, low, close }) =>
        [openTime, open, high, low, close] as number[]
      );
    assertEquals([quotes, late, made.length], [vendorDay.ticks, 0, vendorDay.minutes]);
    assertEquals(made, await vendorBidBars(path));
  },
);

Deno.test("archiveBatch() takes late quotes by their own numbers, each once", () => {
  const quote = quotesAt(monday);
  const late = (afterMs: number, bid: number, sequence: number): Heard => ({
    late: [{ ...quote(afterMs, bid), receivedTime: epochMs(monday + 70_000), sequence }],
  });
  const ran = run([
    [{ quotes: [quote(1_000, 100), quote(50_000, 104), quote(70_000, 105)] }],
    [late(30_000, 90, 1), late(69_000, 120, 2), late(30_000, 90, 1)],
    [{ time: epochMs(monday + 125_000) }],
  ]);
  assertEquals([ran.quotes, ran.late, ran.repeats], [5, 1, 1]);
  // The first is put right from the ticks of both, the second at its end, as it came out of order.
  assertEquals(ran.corrected, ["10:00", "10:01"]);
  assertEquals(bids(ran.bars).at(-1), ["10:01", 105, 120, 105, 105, 2]);
  assertEquals(ran.state.symbols.get("EURUSD")!.venueTime, epochMs(monday + 70_000));
});
