/** Cutting, joining and merging columns of ticks. */

import type { TickColumns } from "./columns.ts";

/** The first index whose time is at least `at`; times never fall. */
export function lowerBound(times: Float64Array, length: number, at: number): number {
  let from = 0;
  let to = length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (times[middle]! < at) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Rows `[from, to)`, on the same memory. */
export function sliceTicks(ticks: TickColumns, from: number, to: number): TickColumns {
  if (from === 0 && to === ticks.length) return ticks;
  return {
    length: to - from,
    time: ticks.time.subarray(from, to),
    bid: ticks.bid.subarray(from, to),
    ask: ticks.ask.subarray(from, to),
    bidVolume: ticks.bidVolume?.subarray(from, to) ?? null,
    askVolume: ticks.askVolume?.subarray(from, to) ?? null,
  };
}

/** Rows whose time lies in `[from, to)`. */
export function ticksWithin(ticks: TickColumns, from: number, to: number): TickColumns {
  const start = lowerBound(ticks.time, ticks.length, from);
  return sliceTicks(ticks, start, Math.max(start, lowerBound(ticks.time, ticks.length, to)));
}

/** One after another. Where only some have volumes, NaN stands for those that have none. */
export function concatTicks(parts: readonly TickColumns[]): TickColumns {
  if (parts.length === 1) return parts[0]!;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = {
    length,
    time: new Float64Array(length),
    bid: new Int32Array(length),
    ask: new Int32Array(length),
    bidVolume: parts.some((part) => part.bidVolume !== null) ? new Float64Array(length) : null,
    askVolume: parts.some((part) => part.askVolume !== null) ? new Float64Array(length) : null,
  };
  let at = 0;
  for (const part of parts) {
    joined.time.set(part.time, at);
    joined.bid.set(part.bid, at);
    joined.ask.set(part.ask, at);
    putVolume(joined.bidVolume, part.bidVolume, { at, length: part.length });
    putVolume(joined.askVolume, part.askVolume, { at, length: part.length });
    at += part.length;
  }
  return joined;
}

function putVolume(
  into: Float64Array | null,
  volume: Float64Array | null,
  { at, length }: { at: number; length: number },
): void {
  if (into === null) return;
  if (volume === null) into.fill(NaN, at, at + length);
  else into.set(volume, at);
}

/** All of them by time; of one moment, those of an earlier part come first. */
export function mergeTicks(parts: readonly TickColumns[]): TickColumns {
  const joined = concatTicks(parts);
  if (parts.length === 1) return joined;
  const { length, time } = joined;
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  order.sort((a, b) => time[a]! - time[b]! || a - b);
  const pick = <A extends Float64Array | Int32Array>(column: A): A => {
    const picked = column.slice() as A;
    for (let i = 0; i < length; i++) picked[i] = column[order[i]!]!;
    return picked;
  };
  return {
    length,
    time: pick(time),
    bid: pick(joined.bid),
    ask: pick(joined.ask),
    bidVolume: joined.bidVolume === null ? null : pick(joined.bidVolume),
    askVolume: joined.askVolume === null ? null : pick(joined.askVolume),
  };
}

export const noTicks: TickColumns = {
  length: 0,
  time: new Float64Array(0),
  bid: new Int32Array(0),
  ask: new Int32Array(0),
  bidVolume: null,
  askVolume: null,
};
