/** Calendar months in UTC, as epoch milliseconds; a partition of the blocks is one. */

import type { TimeRange } from "./columns.ts";

/** History is kept of these times only; a tick of another is no tick. */
export const historyTimes: TimeRange = { from: Date.UTC(1900, 0), to: Date.UTC(2200, 0) };

/** The part of a range that can hold anything, in whole milliseconds. */
export const clampRange = ({ from, to }: TimeRange): TimeRange => ({
  from: Math.ceil(Math.max(from, historyTimes.from)),
  to: Math.ceil(Math.min(to, historyTimes.to)),
});

/** The month of a moment. */
export function monthOf(at: number): TimeRange {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  return { from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
}

/** `2019_02`. */
export const monthName = (from: number): string =>
  new Date(from).toISOString().slice(0, 7).replace("-", "_");
