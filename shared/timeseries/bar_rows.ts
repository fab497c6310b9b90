/** The growing part of the live feed's minute bars: rows of the table `bars`, read as columns. */

import { type Kysely, type RawBuilder, sql } from "kysely";
import { liveSource } from "../domain/source.ts";
import type { TimeseriesDatabase } from "./database.ts";
import {
  type BlockRow,
  type BlocksOf,
  blocksOf,
  type RawBlock,
  toBlockRow,
} from "./block_store.ts";
import type { BarColumns, TimeRange } from "./columns.ts";
import { seriesIdOf, type SeriesKey } from "./series_store.ts";

/** Rows read at once at most. */
const rowsMax = 20_000;

/** The live feed's minutes are rows until their day is sealed. */
export const isLiveMinutes = ({ kind, source, intervalMs }: SeriesKey): boolean =>
  kind === "bars" && source === liveSource && intervalMs === 60_000;

/** Open time, open, high, low, close and ticks; few enough digits for numbers to be exact. */
type RawBar = readonly [number, number, number, number, number, number];

interface Rows {
  readonly bars: BarColumns;
  /** Up to where they are all: the end of the range, or earlier where there are too many. */
  readonly to: number;
}

/** Rows of the range by open time. With `lock`, no other transaction changes them before this ends. */
export async function selectBarRows(
  db: Kysely<TimeseriesDatabase>,
  key: SeriesKey,
  { lock = false, ...range }: TimeRange & { readonly lock?: boolean },
): Promise<Rows> {
  const { rows } = await sql<{ bar: RawBar }>`${rowsOf(key, range)} ${
    lock ? sql`for update` : sql``
  }`
    .execute(db);
  return toRows(rows.map(({ bar }) => bar), range);
}

/** The rows and the blocks of the range from one moment: a single statement sees no other. */
export async function selectRowsAndBlocks(
  db: Kysely<TimeseriesDatabase>,
  key: SeriesKey,
  { limit, ...of }: Omit<BlocksOf, "seriesId"> & { readonly limit: number },
): Promise<Rows & { readonly blocks: BlockRow[] }> {
  const { rows } = await sql<RawBlock & { readonly bars: readonly RawBar[] | null }>`
    select blocks.*, null::json as bars
      from (${blocksOf({ ...of, seriesId: seriesIdOf(key) })} limit ${limit}) as blocks
    union all
    select null, null, null, null, null, null, null, null, null, null, json_agg(bar)
      from (${rowsOf(key, of.range)}) as rows
    order by from_time, place`.execute(db);
  const last = rows.pop()!; // nulls come last
  return { blocks: rows.map(toBlockRow), ...toRows(last.bars ?? [], of.range) };
}

const rowsOf = ({ symbol, side }: SeriesKey, { from, to }: TimeRange): RawBuilder<unknown> =>
  sql`select json_build_array(
      (extract(epoch from open_time) * 1000)::int8, open, high, low, close, ticks) as bar
    from timeseries.bars
    where symbol = ${symbol} and side = ${side}
      and open_time >= to_timestamp(${from}::int8 / 1000.0)
      and open_time < to_timestamp(${to}::int8 / 1000.0)
    order by open_time limit ${rowsMax}`;

function toRows(rows: readonly RawBar[], { to }: TimeRange): Rows {
  const column = (at: number) => Int32Array.from(rows, (row) => row[at]!);
  const bars = {
    length: rows.length,
    openTime: Float64Array.from(rows, (row) => row[0]),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    ticks: column(5),
    volume: null,
  };
  return { bars, to: rows.length < rowsMax ? to : bars.openTime.at(-1)! };
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
