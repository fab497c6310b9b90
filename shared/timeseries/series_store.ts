/** Series by number: every block names its series by a small integer. */

import { type Kysely, sql } from "kysely";
import type { Symbol } from "../domain/instrument.ts";
import type { BarSide } from "../domain/bar.ts";
import { sourcePattern } from "../domain/source.ts";
import type { TimeseriesDatabase } from "./database.ts";
import type { BarSeries, TickSeries } from "./columns.ts";

/** A series of either kind; ticks have no side and no interval. */
export interface SeriesKey {
  readonly kind: "ticks" | "bars";
  readonly symbol: string;
  readonly source: string;
  readonly side: BarSide | "";
  readonly intervalMs: number;
}

/** @throws RangeError for a source's name that is none. */
export function tickKey({ symbol, source }: TickSeries): SeriesKey {
  checkSource(source);
  return { kind: "ticks", symbol, source, side: "", intervalMs: 0 };
}

/** @throws RangeError for a source's name that is none, or an interval that is not positive. */
export function barKey({ symbol, source, side, intervalMs }: BarSeries): SeriesKey {
  checkSource(source);
  if (!Number.isInteger(intervalMs) || intervalMs < 1 || intervalMs > 2_147_483_647) {
    throw new RangeError(`Cannot store bars of ${intervalMs} ms`);
  }
  return { kind: "bars", symbol, source, side, intervalMs };
}

function checkSource(source: string): void {
  if (!sourcePattern.test(source)) {
    throw new RangeError(`Cannot store the source ${JSON.stringify(source)}: expected a-z 0-9 -`);
  }
}

export function seriesOf(key: SeriesKey): TickSeries | BarSeries {
  const series = { symbol: key.symbol as Symbol, source: key.source };
  return key.kind === "ticks"
    ? series
    : { ...series, side: key.side as BarSide, intervalMs: key.intervalMs };
}

/** The number of a series, looked up by the statement that it stands in. */
export const seriesIdOf = ({ kind, symbol, source, side, intervalMs }: SeriesKey) =>
  sql<number>`(select id from timeseries.series
    where kind = ${kind} and symbol = ${symbol} and source = ${source}
      and side = ${side} and interval_ms = ${intervalMs})`;

/** The numbers of series. What the transaction itself added is not remembered: it may be undone. */
export class SeriesIds {
  readonly #known = new Map<string, number>();

  async find(db: Kysely<TimeseriesDatabase>, key: SeriesKey): Promise<number | null> {
    const name = JSON.stringify(key);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const { rows } = await sql<{ id: number; own: boolean }>`select id, coalesce(
        xmin::text::int8 = pg_current_xact_id_if_assigned()::text::int8 & 4294967295, false) as own
      from timeseries.series
      where kind = ${key.kind} and symbol = ${key.symbol} and source = ${key.source}
        and side = ${key.side} and interval_ms = ${key.intervalMs}`.execute(db);
    const found = rows[0];
    if (found === undefined) return null;
    if (!found.own) this.#known.set(name, found.id);
    return found.id;
  }

  async findOrAdd(db: Kysely<TimeseriesDatabase>, key: SeriesKey): Promise<number> {
    const found = await this.find(db, key);
    if (found !== null) return found;
    await sql`insert into timeseries.series (kind, symbol, source, side, interval_ms)
      values (${key.kind}, ${key.symbol}, ${key.source}, ${key.side}, ${key.intervalMs})
      on conflict do nothing`.execute(db);
    const added = await this.find(db, key);
    if (added === null) throw new Error(`Cannot add the series ${JSON.stringify(key)}`);
    return added;
  }
}
