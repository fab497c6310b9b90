// Goal: what was told of signals is at every moment what the finished bars say, whatever late quotes
// corrected and however often the worker was started again. Method: random minutes, corrections and
// restarts, in batches of any size; what is told is folded by key and held against one judgement of
// all the bars as they ended up.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LiveBar } from "../../shared/contracts/messages/bars.ts";
import {
  type LiveSignal,
  signalKey,
  toLiveSignal,
} from "../../shared/contracts/messages/signals.ts";
import { type Bar, minuteMs } from "../../shared/domain/bar.ts";
import { formatPrice, price, type Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import { StudiedMinutes } from "../../shared/domain/signals/studied_minutes.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { Analyst } from "./decide.ts";

const symbol = "EURUSD" as Symbol;
const start = Date.UTC(2026, 0, 14, 13);

function minute(n: number, close: number): Bar {
  const [high, low] = [price(close + 3), price(close - 3)];
  const openTime = epochMs(start + n * minuteMs);
  return {
    symbol,
    side: "mid",
    openTime,
    open: price(close),
    high,
    low,
    close: price(close),
    ticks: 9,
  };
}

function told(bar: Bar, state: LiveBar["state"], side: LiveBar["side"] = "mid"): LiveBar {
  const text = (points: number) => formatPrice(price(points), instrumentOf(symbol));
  const { openTime, open, high, low, close, ticks } = bar;
  const prices = { open: text(open), high: text(high), low: text(low), close: text(close) };
  return { symbol, side, granularity: "M1", openTime, ...prices, ticks, state, version: 1 };
}

type Step =
  | { readonly what: "minutes"; readonly after: number; readonly moves: readonly number[] }
  | { readonly what: "late"; readonly back: number; readonly move: number }
  | { readonly what: "restart" };

const move = fc.integer({ min: -60, max: 60 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        what: fc.constant("minutes" as const),
        after: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(200)),
        moves: fc.array(move, { minLength: 1, maxLength: 90, size: "max" }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constant("late" as const),
        back: fc.nat(30),
        move,
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("restart" as const) }) },
  ),
  { minLength: 10, maxLength: 60, size: "max" },
);

/** What is told, kept as a stream keeps it. */
class Stream {
  readonly signals: LiveSignal[] = [];

  tell(analyst: Analyst): void {
    const due = analyst.due();
    assertEquals(analyst.due(), due, "what was not told is due again");
    this.signals.push(...due);
    analyst.told(due);
    assertEquals(analyst.due(), []);
  }

  /** The newest state of each. */
  newest(): Map<string, LiveSignal> {
    return new Map(this.signals.map((one) => [signalKey(one), one]));
  }
}

function begun(stream: Stream, bars: readonly Bar[]): Analyst {
  const analyst = new Analyst();
  analyst.recall(stream.signals);
  analyst.begin(bars);
  return analyst;
}

function play(steps: readonly Step[]): { stream: Stream; bars: Bar[] } {
  const stream = new Stream();
  const bars = [minute(0, 110_000)];
  let analyst = begun(stream, bars);
  let at = 0;
  for (const step of steps) {
    if (step.what === "restart") analyst = begun(stream, bars);
    else if (step.what === "minutes") {
      at += step.after; // minutes of which nothing is known
      const news = step.moves.map((by) => {
        bars.push(minute(++at, bars.at(-1)!.close + by));
        return told(bars.at(-1)!, "final");
      });
      const growing = told(minute(at + 1, 999_999), "partial");
      analyst.take([...news, growing, told(bars.at(-1)!, "final", "bid")]);
    } else {
      const late = Math.max(0, bars.length - 1 - step.back);
      const { openTime, close } = bars[late]!;
      bars[late] = minute((openTime - start) / minuteMs, close + step.move);
      analyst.take([told(bars[late]!, "corrected")]);
    }
    stream.tell(analyst);
  }
  return { stream, bars };
}

Deno.test("what was told is what the bars say, after corrections and restarts too", () => {
  const seen = { raised: 0, withdrawn: 0, M1: 0, M5: 0, M15: 0 };
  fc.assert(
    fc.property(steps, (steps) => {
      const { stream, bars } = play(steps);
      const newest = stream.newest();
      const all = new StudiedMinutes();
      bars.forEach((bar) => all.put(bar));
      for (const { study, granularity, from, signals } of all.judge()) {
        const standing = [...newest.values()].filter((one) =>
          one.study === study && one.granularity === granularity && one.time >= from &&
          one.state === "raised"
        );
        const wanted = signals.map((one) => toLiveSignal(one, { state: "raised", sequence: 0 }));
        const plain = (one: LiveSignal) => ({ ...one, sequence: 0 });
        const byTime = (a: LiveSignal, b: LiveSignal) => a.time - b.time;
        assertEquals(standing.map(plain).sort(byTime), wanted.sort(byTime));
      }
      const sequences = stream.signals.map(({ sequence }) => sequence);
      assertEquals(sequences, [...new Set(sequences)].sort((a, b) => a - b));
      for (const { state, granularity } of stream.signals) {
        seen[state]++;
        seen[granularity]++;
      }
    }),
    { numRuns: 60 },
  );
  assert(Math.min(...Object.values(seen)) > 50, JSON.stringify(seen));
});

Deno.test("a recording that comes at once is told of whole, as one that comes minute by minute", () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 300, maxLength: 600 }), (moves) => {
      const together = play([{ what: "minutes", after: 0, moves }]).stream.signals;
      const apart =
        play(moves.map((by) => ({ what: "minutes", after: 0, moves: [by] }))).stream.signals;
      const known = (all: readonly LiveSignal[]) => all.map(signalKey).sort();
      assertEquals(known(together), known(apart));
      assert(together.length > 0);
    }),
    { numRuns: 20 },
  );
});
