/** Columns of ticks for property tests: a walk with repeated moments, gaps and weekends to choose. */

import fc from "fast-check";
import type { TickColumns } from "../domain/columns.ts";
import { sliceTicks } from "../timeseries/tick_columns.ts";

export interface TickStep {
  readonly stepMs: number;
  readonly bid: number;
  readonly spread: number;
  readonly volume: number;
}

export const tickSteps = fc.array(
  fc.record({
    stepMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 1, max: 40_000_000 }),
    ),
    bid: fc.integer({ min: 108_000, max: 108_100 }),
    spread: fc.integer({ min: -1, max: 5 }),
    volume: fc.integer({ min: 0, max: 1_000 }),
  }),
  { minLength: 1, maxLength: 80 },
);

/** The steps from a moment on, as columns. */
export function ticksOf(steps: readonly TickStep[], from: number): TickColumns {
  let at = from;
  return {
    length: steps.length,
    time: Float64Array.from(steps, ({ stepMs }) => at += stepMs),
    bid: Int32Array.from(steps, ({ bid }) => bid),
    ask: Int32Array.from(steps, ({ bid, spread }) => bid + spread),
    bidVolume: Float64Array.from(steps, ({ volume }) => volume),
    askVolume: Float64Array.from(steps, ({ volume }) => 2 * volume),
  };
}

/** The columns cut into pieces of the given sizes, the last piece holding the rest. */
export function* cutTicks(ticks: TickColumns, sizes: readonly number[]): Generator<TickColumns> {
  let at = 0;
  for (const size of sizes) {
    const until = Math.min(ticks.length, at + size);
    yield sliceTicks(ticks, at, until);
    at = until;
  }
  yield sliceTicks(ticks, at, ticks.length);
}
