/** The gates that look at a whole day's prices: spikes, a missing decimal, another instrument. */

import type { Instrument } from "../../../shared/domain/instrument.ts";
import type { GateSettings } from "./gates.ts";
import { gateBit } from "./gates.ts";
import { type Level, levelOf, sampledMedian, windowRows } from "./robust.ts";

/** Scales a median absolute deviation to the standard deviation of a normal distribution. */
const normalScale = 1.4826;
/** A smaller part of a day may be a few bad rows, which are spikes. */
const partRowsMin = 20;
/** Fewer rows tell nothing about decimals. */
const precisionRowsMin = 100;

/** Marks crossed and locked rows and wide spreads; `NaN` is the spread of a row with one side only. */
export function markSpreads(
  mask: Uint32Array,
  spreadOf: (index: number) => number,
  { gates, instrument }: { gates: GateSettings; instrument: Instrument },
): void {
  const { length } = mask;
  const spreads = new Float64Array(length);
  let known = 0;
  for (let i = 0; i < length; i++) {
    const spread = spreadOf(i);
    if (Number.isNaN(spread)) continue;
    if (spread <= 0) mask[i]! |= spread < 0 ? gateBit.crossed : gateBit.locked;
    spreads[known++] = spread;
  }
  const { times, pipsMin } = gates.spread.thresholds as Record<string, number>;
  const usual = sampledMedian(known, (index) => spreads[index]!);
  const widest = Math.max(usual * times!, pipsMin! * instrument.pipPoints);
  for (let i = 0; i < length; i++) if (spreadOf(i) > widest) mask[i]! |= gateBit.spread;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Rows are taken in blocks of 64, and compared with the blocks before and after: a lasting move
 * agrees with one of them, a spike with neither. `before` is the last block of the rows before.
 * Answers the last block's level.
 */
export function markSpikes(
  mask: Uint32Array,
  /** Twice the mid: a sum keeps half points exact. */
  sums: Int32Array,
  { gates, before }: { gates: GateSettings; before: Level | null },
): Level | null {
  const { length } = sums;
  if (length === 0) return before;
  const { deviations, percentMin } = gates.spike.thresholds as Record<string, number>;
  const blocks = Math.max(1, Math.round(length / windowRows));
  const end = (block: number) => block === blocks - 1 ? length : (block + 1) * windowRows;
  const levels = Array.from(
    { length: blocks },
    (_, block) => levelOf(sums, block * windowRows, end(block)),
  );
  const bounds = (level: Level): Bounds => {
    const { median, deviation } = level;
    const reach = Math.max(
      deviation * normalScale * deviations!,
      Math.abs(median) * percentMin! / 100,
    );
    return { low: median - reach, high: median + reach };
  };
  for (let block = 0; block < blocks; block++) {
    const a = bounds(levels[block - 1] ?? before ?? levels[block]!);
    const b = bounds(levels[block + 1] ?? levels[block]!);
    for (let i = block * windowRows; i < end(block); i++) {
      const at = sums[i]!;
      if ((at < a.low || at > a.high) && (at < b.low || at > b.high)) mask[i]! |= gateBit.spike;
    }
  }
  return levels.at(-1)!;
}

/** Sets a bit on every row. */
const markAll = (mask: Uint32Array, bit: number): void => {
  for (let i = 0; i < mask.length; i++) mask[i]! |= bit;
};

/** `isCoarse` tells whether the last decimal of a row's prices is zero. */
export function markPrecision(
  mask: Uint32Array,
  gates: GateSettings,
  isCoarse: (index: number) => boolean,
): void {
  const { length } = mask;
  if (length < precisionRowsMin) return;
  let coarse = 0;
  for (let i = 0; i < length; i++) if (isCoarse(i)) coarse++;
  const share = coarse * 100 / length;
  if (share >= gates.precision.thresholds["percent"]!) markAll(mask, gateBit.precision);
}

/**
 * Compares each part (the rows of one file) with the nearest loaded day's median mid in points, or
 * without one with the whole day's. Answers the whole day's.
 */
export function markAnotherPair(
  mask: Uint32Array,
  sums: Int32Array,
  { gates, reference, parts }: {
    gates: GateSettings;
    reference: number | null;
    /** Where each part begins; the first at 0. */
    parts: readonly number[];
  },
): number {
  const median = sampledMedian(sums.length, (index) => sums[index]!) / 2;
  const wanted = reference ?? median;
  const percentMax = gates.another_pair.thresholds["percent"]!;
  parts.forEach((from, n) => {
    const to = parts[n + 1] ?? sums.length;
    if (to === from || (to - from < partRowsMin && parts.length > 1)) return;
    const own = sampledMedian(to - from, (index) => sums[from + index]!) / 2;
    if (Math.abs(own - wanted) / wanted * 100 <= percentMax) return;
    for (let i = from; i < to; i++) mask[i]! |= gateBit.another_pair;
  });
  return median;
}
