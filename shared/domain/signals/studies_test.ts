// Goal: each study says what its textbook rule says, of any prices. Method: the rules written out
// once more in the plainest way, over random walks, flat stretches and jumps.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Direction, StudyName } from "./signal.ts";
import { type StudiedBars, studies } from "./studies.ts";

interface Candle {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Steps that stand still, wander and jump, so that every rule is met and missed. */
const candles: fc.Arbitrary<Candle[]> = fc.array(
  fc.record({
    step: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -9, max: 9 }),
      fc.integer({ min: -80, max: 80 }),
    ),
    up: fc.nat(4),
    down: fc.nat(4),
  }),
  { minLength: 60, maxLength: 300, size: "max" },
).map((steps) => {
  let close = 110_000;
  return steps.map(({ step, up, down }) => {
    const open = close;
    close += step;
    return { high: Math.max(open, close) + up, low: Math.min(open, close) - down, close };
  });
});

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How far the average of 20 closes is above that of 50, at each end. */
function crossing(all: Candle[], at: number): Direction | null {
  const distance = (end: number) => {
    const closes = all.slice(0, end + 1).map(({ close }) => close);
    // Rounded where float64 cannot tell: averages of whole points differ by a hundredth or not at all.
    return Math.round((mean(closes.slice(-20)) - mean(closes.slice(-50))) * 1e6);
  };
  if (distance(at) > 0 && distance(at - 1) <= 0) return "up";
  return distance(at) < 0 && distance(at - 1) >= 0 ? "down" : null;
}

function breaking(all: Candle[], at: number): Direction | null {
  const side = (end: number) => {
    const before = all.slice(end - 20, end);
    if (all[end]!.close > Math.max(...before.map(({ high }) => high))) return "up";
    return all[end]!.close < Math.min(...before.map(({ low }) => low)) ? "down" : null;
  };
  return side(at) === side(at - 1) ? null : side(at);
}

function turning(all: Candle[], at: number): Direction | null {
  const rsi = (end: number) => {
    const steps = Array.from(
      { length: 14 },
      (_, n) => all[end - n]!.close - all[end - n - 1]!.close,
    );
    const gains = steps.filter((step) => step > 0).reduce((sum, step) => sum + step, 0);
    const losses = -steps.filter((step) => step < 0).reduce((sum, step) => sum + step, 0);
    return gains + losses === 0 ? 50 : 100 * gains / (gains + losses);
  };
  const [before, now] = [rsi(at - 1), rsi(at)];
  if (before < 30 && now >= 30) return "up";
  return before > 70 && now <= 70 ? "down" : null;
}

const rules = {
  averages_cross: crossing,
  range_break: breaking,
  rsi_turn: turning,
} satisfies Record<StudyName, (all: Candle[], at: number) => Direction | null>;

const columnsOf = (all: readonly Candle[]): StudiedBars => ({
  length: all.length,
  high: all.map(({ high }) => high),
  low: all.map(({ low }) => low),
  close: all.map(({ close }) => close),
});

for (const name of Object.keys(rules) as StudyName[]) {
  Deno.test(`${name} is found where its rule says, from the bars it names alone`, () => {
    const found = { up: 0, down: 0 };
    fc.assert(
      fc.property(candles, (all) => {
        const { bars, judge } = studies[name];
        for (let at = bars - 1; at < all.length; at++) {
          const direction = judge(columnsOf(all), at);
          assertEquals(direction, rules[name](all, at), `${name} at ${at}`);
          const needed = columnsOf(all.slice(at - bars + 1, at + 1));
          assertEquals(judge(needed, bars - 1), direction, `${name} by ${bars} bars`);
          if (direction !== null) found[direction]++;
        }
      }),
      { numRuns: 60 },
    );
    assert(found.up > 5 && found.down > 5, JSON.stringify(found));
  });
}
