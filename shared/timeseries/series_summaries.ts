/** What there is of a symbol, summed over its blocks and rows. */

import { type Kysely, sql } from "kysely";
import type { BarSide } from "../domain/bar.ts";
import { dayMs } from "../domain/bars/granularity.ts";
import type { TimeseriesDatabase } from "./database.ts";
import type { SeriesSummary } from "./history.ts";
import { type SeriesKey, seriesOf } from "./series_store.ts";

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
 * once instead of each row with every block.
 */
export async function listSummaries(
  db: Kysely<TimeseriesDatabase>,
  symbol: string,
): Promise<SeriesSummary[]> {
  const { rows } = await sql<RawSummary>`
    with parts as (
      select s.kind, s.source, s.side, s.interval_ms, b.from_time, b.to_time,
        b.row_count, b.byte_count
      from timeseries.series s join timeseries.blocks b on b.series_id = s.id
      where s.symbol = ${symbol}
      union all
      select 'bars', 'live', r.side, 60000, min(r.at), max(r.at), count(*), 0
      from (select side, (extract(epoch from open_time) * 1000)::int8 as at
        from timeseries.bars where symbol = ${symbol}) r
      where not exists (
        select from timeseries.series s join timeseries.blocks b on b.series_id = s.id
        where s.symbol = ${symbol} and s.kind = 'bars' and s.source = 'live'
          and s.side = r.side and s.interval_ms = 60000
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
