/**
 * How history is cut in time: a block never leaves its span, and a span never leaves its partition,
 * so a block is found by its first time alone. All in UTC.
 */

import { dayMs, hourMs } from "../domain/bars/granularity.ts";
import type { TimeRange } from "./columns.ts";
import { monthOf } from "./months.ts";
import type { SeriesKey } from "./series_store.ts";

/** `[from, to)`: the day of ticks and of bars shorter than an hour, the month of longer bars. */
export function spanOf(series: SeriesKey, at: number): TimeRange {
  if (series.kind === "bars" && series.intervalMs >= hourMs) return monthOf(at);
  const from = Math.floor(at / dayMs) * dayMs;
  return { from, to: from + dayMs };
}
