/** Live minutes of the `bars` table as history. */

import { type Kysely, sql } from "kysely";
import { type BarSide, barSides, minuteMs } from "../../../shared/domain/bar.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { selectBars } from "../../../shared/timeseries/bars_store.ts";
import type { TimeseriesDatabase } from "../../../shared/timeseries/bars_table.ts";
import type { BarColumns, BarSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History, SeriesSummary } from "../../../shared/timeseries/history.ts";
import { liveSource } from "./base_series.ts";

const rowsPerPiece = 5_000;

export function storedMinutes(db: Kysely<TimeseriesDatabase>): History {
  return {
    async *ticks() {},
    bars: (series, range) => bars(db, series, range),
    listSeries: (symbol) => listSeries(db, symbol as Symbol),
  };
}

async function* bars(
  db: Kysely<TimeseriesDatabase>,
  { symbol, side, source, intervalMs }: BarSeries,
  range: TimeRange,
): AsyncGenerator<BarColumns> {
  if (source !== liveSource || intervalMs !== minuteMs) return;
  for (let from = range.from; from < range.to;) {
    const found = await selectBars(db, {
      symbol,
      side,
      from: epochMs(from),
      to: epochMs(range.to),
      limit: rowsPerPiece,
    });
    const column = (name: "open" | "high" | "low" | "close" | "ticks") =>
      Int32Array.from(found, (bar) => bar[name]);
    yield {
      length: found.length,
      openTime: Float64Array.from(found, ({ openTime }) => openTime),
      open: column("open"),
      high: column("high"),
      low: column("low"),
      close: column("close"),
      ticks: column("ticks"),
      volume: null,
    };
    if (found.length < rowsPerPiece) return;
    from = found.at(-1)!.openTime + 1;
  }
}

async function listSeries(
  db: Kysely<TimeseriesDatabase>,
  symbol: Symbol,
): Promise<SeriesSummary[]> {
  const rows = await db.selectFrom("bars")
    .select(["side", sql<string>`count(*)`.as("count")])
    .select([sql<Date>`min(open_time)`.as("first"), sql<Date>`max(open_time)`.as("last")])
    .where("symbol", "=", symbol).groupBy("side").execute();
  return rows.filter(({ side }) => barSides.includes(side as BarSide)).map((row) => ({
    kind: "bars",
    series: { symbol, source: liveSource, side: row.side as BarSide, intervalMs: minuteMs },
    from: row.first.getTime(),
    to: row.last.getTime(),
    count: Number(row.count),
    bytes: 0,
  }));
}
