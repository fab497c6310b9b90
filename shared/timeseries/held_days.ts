/** Where a series has anything, day by day: what a reader of several series of one source goes by. */

import { type Kysely, type RawBuilder, sql } from "kysely";
import { dayMs } from "../domain/bars/granularity.ts";
import { isLiveMinutes } from "./bar_rows.ts";
import type { TimeseriesDatabase } from "./database.ts";
import type { TimeRange } from "./columns.ts";
import type { SeriesKey } from "./series_store.ts";
import { dayIn } from "./spans.ts";

/** A series whose blocks are of days, and its number; `null` while it has no block. */
export interface DaySeries {
  readonly key: SeriesKey;
  readonly seriesId: number | null;
}

/** Told by the blocks alone, and by the rows of live minutes: no block is opened. */
export async function selectHeldDays(
  db: Kysely<TimeseriesDatabase>,
  series: readonly DaySeries[],
  range: TimeRange,
): Promise<TimeRange[][]> {
  const held: TimeRange[][] = series.map(() => []);
  const parts = series.flatMap((one, n) => timesOf(one, n, range));
  if (parts.length === 0) return held;
  const { rows } = await sql<{ n: number; first: string; last: string }>`
    select n, min(from_time)::text as first, max(to_time)::text as last
    from (${sql.join(parts, sql` union all `)}) as times
    group by n, ${dayIn("from_time")} order by n, min(from_time)`.execute(db);
  for (const { n, first, last } of rows) held[n]!.push({ from: Number(first), to: Number(last) });
  return held;
}

function timesOf(
  { key, seriesId }: DaySeries,
  n: number,
  { from, to }: TimeRange,
): RawBuilder<unknown>[] {
  const times: RawBuilder<unknown>[] = [];
  if (seriesId !== null) {
    times.push(sql`select ${sql.lit(n)}::int4 as n, from_time, to_time from timeseries.blocks
      where series_id = ${seriesId} and from_time >= ${dayOf(from)} and from_time < ${to}
        and to_time >= ${from}`);
  }
  if (isLiveMinutes(key)) {
    const at = sql`(extract(epoch from open_time) * 1000)::int8`;
    times.push(sql`select ${sql.lit(n)}::int4 as n, ${at} as from_time, ${at} as to_time
      from timeseries.bars where symbol = ${key.symbol} and side = ${key.side}
        and open_time >= to_timestamp(${from}::int8 / 1000.0)
        and open_time < to_timestamp(${to}::int8 / 1000.0)`);
  }
  return times;
}

/**
 * The newest time in the blocks of some series that begin at a time or later. It stands in the
 * statement as a number: the months before are then not even planned for.
 */
export async function selectNewest(
  db: Kysely<TimeseriesDatabase>,
  seriesIds: readonly number[],
  from: number,
): Promise<number | null> {
  if (seriesIds.length === 0) return null;
  const { rows: [row] } = await sql<{ newest: string | null }>`
    select max(to_time)::text as newest from timeseries.blocks
    where series_id in (${sql.join(seriesIds.map((id) => sql.lit(id)))})
      and from_time >= ${sql.lit(Math.floor(from))}`.execute(db);
  const newest = row?.newest ?? null;
  return newest === null ? null : Number(newest);
}

/** The days of times that never fall, added to those found so far. */
export function addDays(days: TimeRange[], times: Float64Array): void {
  for (const at of times) {
    const last = days.at(-1);
    const same = last !== undefined && dayOf(last.from) === dayOf(at);
    if (same) days[days.length - 1] = { from: last.from, to: at };
    else days.push({ from: at, to: at });
  }
}

const dayOf = (at: number): number => Math.floor(at / dayMs) * dayMs;
