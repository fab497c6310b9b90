/** Joining and cutting columns of bars. */

import type { BarColumns, TimeRange } from "./columns.ts";

type Column = Float64Array | Int32Array;

/**
 * The bars of a range by open time. Where several parts have a bar of one time, the one that saw more
 * quotes stays, and of equal ones the later part's. NaN stands for a volume that was not given.
 */
export function joinBars(parts: readonly BarColumns[], { from, to }: TimeRange): BarColumns {
  const chosen: { part: BarColumns; row: number }[] = [];
  if (parts.length === 1 && isWithin(parts[0]!, { from, to })) return parts[0]!;
  for (const part of parts) {
    for (let row = 0; row < part.length; row++) {
      const at = part.openTime[row]!;
      if (at >= from && at < to) chosen.push({ part, row });
    }
  }
  // Stable: equal times stay in the order of the parts.
  chosen.sort((a, b) => a.part.openTime[a.row]! - b.part.openTime[b.row]!);
  const kept: typeof chosen = [];
  for (const bar of chosen) {
    const held = kept.at(-1);
    if (held === undefined || timeOf(held) !== timeOf(bar)) kept.push(bar);
    else if (bar.part.ticks[bar.row]! >= held.part.ticks[held.row]!) kept[kept.length - 1] = bar;
  }
  const pick = <A extends Column>(into: A, column: (part: BarColumns) => Column | null): A => {
    for (let i = 0; i < kept.length; i++) {
      const { part, row } = kept[i]!;
      into[i] = column(part)?.[row] ?? NaN;
    }
    return into;
  };
  const length = kept.length;
  return {
    length,
    openTime: pick(new Float64Array(length), (part) => part.openTime),
    open: pick(new Int32Array(length), (part) => part.open),
    high: pick(new Int32Array(length), (part) => part.high),
    low: pick(new Int32Array(length), (part) => part.low),
    close: pick(new Int32Array(length), (part) => part.close),
    ticks: pick(new Int32Array(length), (part) => part.ticks),
    volume: kept.some(({ part }) => part.volume !== null)
      ? pick(new Float64Array(length), (part) => part.volume)
      : null,
  };
}

const timeOf = ({ part, row }: { part: BarColumns; row: number }): number => part.openTime[row]!;

/** Whether a part alone needs no cutting. */
function isWithin({ openTime, length }: BarColumns, { from, to }: TimeRange): boolean {
  if (length === 0) return true;
  for (let i = 1; i < length; i++) if (openTime[i]! <= openTime[i - 1]!) return false;
  return openTime[0]! >= from && openTime[length - 1]! < to;
}

/** Rows `[from, to)`, on the same memory. */
export const sliceBars = (bars: BarColumns, from: number, to: number): BarColumns => ({
  length: to - from,
  openTime: bars.openTime.subarray(from, to),
  open: bars.open.subarray(from, to),
  high: bars.high.subarray(from, to),
  low: bars.low.subarray(from, to),
  close: bars.close.subarray(from, to),
  ticks: bars.ticks.subarray(from, to),
  volume: bars.volume?.subarray(from, to) ?? null,
});
