/** What there is of a symbol, summed over its blocks and rows. */

import { type Kysely, sql } from "kysely";
import type { BarSide } from "../domain/bar.ts";
import { dayMs } from "../domain/bars/granularity.ts";
import type { TimeseriesDatabase } from "./database.ts";
import type { SeriesSummary } from "./history.ts";
import { type SeriesKey, seriesOf } from "./series_store.ts";

interface RawSeries {
  id: number;
  kind: "ticks" | "bars";
  source: string;
  side: BarSide | "";
  interval_ms: number;
}

interface RawSummary {
  kind: "ticks" | "bars";
  source: string;
  side: BarSide | "";
  interval_ms: number;
  from: string;
  to: string;
  count: string;
  bytes: string;
}

/**
 * By kind, source, side and interval. A bar that was put right after its day was sealed counts once
 * in the block that covers it. That block is of its day: by the day, rows and blocks are matched at
 * once instead of each row with every block. Blocks lie in a table for each month, and planning to join
 * those costs more than reading them: they are read once, by the numbers of their series.
 */
export async function listSummaries(
  db: Kysely<TimeseriesDatabase>,
  symbol: string,
): Promise<SeriesSummary[]> {
  const { rows: listed } = await sql<RawSeries>`
    select id, kind, source, side, interval_ms from timeseries.series
    where symbol = ${symbol}`.execute(db);
  const none: RawSeries = { id: -1, kind: "ticks", source: "", side: "", interval_ms: 0 };
  const keys = [none, ...listed].map(({ id, kind, source, side, interval_ms }) =>
    sql`(${sql.lit(id)}, ${sql.lit(kind)}, ${sql.lit(source)}, ${sql.lit(side)}, ${
      sql.lit(interval_ms)
    })`
  );
  const ids = sql.join([none, ...listed].map(({ id }) => sql.lit(id)));
  const { rows } = await sql<RawSummary>`
    with keys (series_id, kind, source, side, interval_ms) as (values ${sql.join(keys)}),
    found as materialized (
      select series_id, from_time, to_time, row_count, byte_count
      from timeseries.blocks where series_id in (${ids})),
    own as (
      select k.kind, k.source, k.side, k.interval_ms, f.from_time, f.to_time,
        f.row_count, f.byte_count
      from found f join keys k using (series_id)),
    parts as (
      select * from own
      union all
      select 'bars', 'live', r.side, 60000, min(r.at), max(r.at), count(*), 0
      from (select side, (extract(epoch from open_time) * 1000)::int8 as at
        from timeseries.bars where symbol = ${symbol}) r
      where not exists (
        select from own b where b.kind = 'bars' and b.source = 'live' and b.side = r.side
          and b.interval_ms = 60000
          and b.from_time / ${sql.lit(dayMs)} = r.at / ${sql.lit(dayMs)}
          and b.from_time <= r.at and b.to_time >= r.at)
      group by r.side)
    select kind, source, side, interval_ms, min(from_time)::text as from, max(to_time)::text as to,
      sum(row_count)::text as count, sum(byte_count)::text as bytes
    from parts group by kind, source, side, interval_ms
    order by kind, source, side, interval_ms`.execute(db);
  return rows.map((row) => {
    const { kind, source, side } = row;
    const key: SeriesKey = { kind, symbol, source, side, intervalMs: row.interval_ms };
    return {
      kind,
      series: seriesOf(key),
      from: Number(row.from),
      to: Number(row.to),
      count: Number(row.count),
      bytes: Number(row.bytes),
    };
  });
}
