/** Storing and reading finished bars. */

import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Bar, BarSide } from "../domain/bar.ts";
import { price, type Symbol } from "../domain/instrument.ts";
import { type EpochMs, epochMs, toRfc3339 } from "../domain/time.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "./database.ts";

export interface BarRange {
  readonly symbol: Symbol;
  readonly side: BarSide;
  /** Earliest open time, inclusive. Without it the range is the newest bars. */
  readonly from?: EpochMs | undefined;
  /** Open times before this only. */
  readonly to?: EpochMs | undefined;
  /** Bars at most. */
  readonly limit: number;
}

/** Bars in one insert statement at most; keeps a statement's JSON within a few hundred kilobytes. */
const insertMax = 2_000;

/**
 * Stores bars, in the caller's transaction when `db` is one. Storing a bar again changes nothing;
 * of two different bars of one minute the one that saw more quotes stays.
 */
export function insertBars(db: Kysely<TimeseriesDatabase>, bars: readonly Bar[]): Promise<void> {
  return storeBars(db, bars, sql`>`);
}

/** The same, but of two bars that saw equally many quotes the given one stays: a correction. */
export function correctBars(db: Kysely<TimeseriesDatabase>, bars: readonly Bar[]): Promise<void> {
  return storeBars(db, bars, sql`>=`);
}

async function storeBars(
  db: Kysely<TimeseriesDatabase>,
  bars: readonly Bar[],
  over: RawBuilder<unknown>,
): Promise<void> {
  const fullest = [...fullestByKey(bars).values()];
  const table = sql.table(`${timeseriesSchema}.bars`);
  for (let at = 0; at < fullest.length; at += insertMax) {
    const records = JSON.stringify(fullest.slice(at, at + insertMax).map(toRecord));
    await sql`insert into ${table} as kept
        (symbol, side, open_time, open, high, low, close, ticks)
      select symbol, side, open_time, open, high, low, close, ticks
      from json_to_recordset(${records}::text::json) as x(
        symbol text, side text, open_time timestamptz,
        open int8, high int8, low int8, close int8, ticks int4)
      on conflict (symbol, side, open_time) do update set
        open = excluded.open, high = excluded.high, low = excluded.low,
        close = excluded.close, ticks = excluded.ticks
      where excluded.ticks ${over} kept.ticks`.execute(db);
  }
}

/** Bars of a range, oldest first. */
export async function selectBars(
  db: Kysely<TimeseriesDatabase>,
  range: BarRange,
): Promise<Bar[]> {
  const { symbol, side, from, to, limit } = range;
  let query = db.selectFrom("bars").selectAll()
    .where("symbol", "=", symbol).where("side", "=", side).limit(limit);
  if (from !== undefined) query = query.where("open_time", ">=", fromMs(from));
  if (to !== undefined) query = query.where("open_time", "<", fromMs(to));
  const rows = await query.orderBy("open_time", from === undefined ? "desc" : "asc").execute();
  const bars = rows.map((row): Bar => ({
    symbol,
    side,
    openTime: epochMs(row.open_time.getTime()),
    open: price(Number(row.open)),
    high: price(Number(row.high)),
    low: price(Number(row.low)),
    close: price(Number(row.close)),
    ticks: row.ticks,
  }));
  return from === undefined ? bars.reverse() : bars;
}

/** One statement may not touch a row twice. */
function fullestByKey(bars: readonly Bar[]): Map<string, Bar> {
  const byKey = new Map<string, Bar>();
  for (const bar of bars) {
    const key = `${bar.symbol} ${bar.side} ${bar.openTime}`;
    const held = byKey.get(key);
    if (held === undefined || bar.ticks > held.ticks) byKey.set(key, bar);
  }
  return byKey;
}

const toRecord = ({ openTime, ...bar }: Bar) => ({ ...bar, open_time: toRfc3339(openTime) });

/** An instant as a parameter: text, which both drivers hand over unchanged. */
const fromMs = (at: EpochMs) => sql<Date>`${toRfc3339(at)}::timestamptz`;
