/** The growing part of the live feed's minute bars: rows of the table `bars`, read as columns. */

import { type Kysely, sql } from "kysely";
import { liveSource } from "../domain/source.ts";
import type { TimeseriesDatabase } from "./bars_table.ts";
import type { BarColumns, TimeRange } from "./columns.ts";
import type { SeriesKey } from "./series_store.ts";

/** Rows read at once at most. */
const rowsMax = 20_000;

/** The live feed's minutes are rows until their day is sealed. */
export const isLiveMinutes = ({ kind, source, intervalMs }: SeriesKey): boolean =>
  kind === "bars" && source === liveSource && intervalMs === 60_000;

interface RawBar {
  at: string;
  open: string;
  high: string;
  low: string;
  close: string;
  ticks: number;
}

/**
 * Rows of the range by open time, and up to where they are all: `to`, or earlier where too many. With
 * `lock`, no other transaction changes them before this one ends.
 */
export async function selectBarRows(
  db: Kysely<TimeseriesDatabase>,
  { symbol, side }: SeriesKey,
  { from, to, lock = false }: TimeRange & { readonly lock?: boolean },
): Promise<{ bars: BarColumns; to: number }> {
  const { rows } = await sql<RawBar>`
    select (extract(epoch from open_time) * 1000)::int8 as at, open, high, low, close, ticks
    from timeseries.bars
    where symbol = ${symbol} and side = ${side}
      and open_time >= to_timestamp(${from}::int8 / 1000.0)
      and open_time < to_timestamp(${to}::int8 / 1000.0)
    order by open_time limit ${rowsMax}
    ${lock ? sql`for update` : sql``}`.execute(db);
  const column = (name: "open" | "high" | "low" | "close") =>
    Int32Array.from(rows, (row) => Number(row[name]));
  const bars = {
    length: rows.length,
    openTime: Float64Array.from(rows, (row) => Number(row.at)),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    ticks: Int32Array.from(rows, (row) => row.ticks),
    volume: null,
  };
  return { bars, to: rows.length < rowsMax ? to : Number(rows.at(-1)!.at) };
}

export async function deleteBarRows(
  db: Kysely<TimeseriesDatabase>,
  { symbol, side }: SeriesKey,
  { from, to }: TimeRange,
): Promise<void> {
  await sql`delete from timeseries.bars where symbol = ${symbol} and side = ${side}
    and open_time >= to_timestamp(${from}::int8 / 1000.0)
    and open_time < to_timestamp(${to}::int8 / 1000.0)`.execute(db);
}

/** The rows of these open times only: one that came meanwhile stays. */
export async function deleteBarRowsAt(
  db: Kysely<TimeseriesDatabase>,
  { symbol, side }: SeriesKey,
  openTimes: Float64Array,
): Promise<void> {
  const times = JSON.stringify([...openTimes]);
  await sql`delete from timeseries.bars where symbol = ${symbol} and side = ${side}
    and open_time in (
      select to_timestamp(value::int8 / 1000.0) from json_array_elements_text(${times}::text::json))`
    .execute(db);
}
