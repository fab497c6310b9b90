/**
 * How history is cut in time: a block never leaves its span, and a span never leaves its partition,
 * so a block is found by its first time alone. All in UTC.
 */

import { type RawBuilder, sql } from "kysely";
import { dayMs, hourMs } from "../domain/bars/granularity.ts";
import type { TimeRange } from "./columns.ts";
import { historyTimes, monthOf } from "./months.ts";
import type { SeriesKey } from "./series_store.ts";

/** `[from, to)`: the day of ticks and of bars shorter than an hour, the month of longer bars. */
export function spanOf(series: SeriesKey, at: number): TimeRange {
  if (series.kind === "bars" && series.intervalMs >= hourMs) return monthOf(at);
  const from = Math.floor(at / dayMs) * dayMs;
  return { from, to: from + dayMs };
}

/** The number of a time's day in a statement; counted from before history, as SQL divides towards 0. */
export const dayIn = (column: string): RawBuilder<number> =>
  sql`(${sql.ref(column)} - ${sql.lit(historyTimes.from)}) / ${sql.lit(dayMs)}`;
