/**
 * `History` over blocks in the database and in the depot. Every page is read in one statement, rows of
 * bars included, so that a block that is sealed meanwhile is read either as it was or as it is, never
 * twice and never not at all.
 */

import type { Kysely } from "kysely";
import { hourMs } from "../domain/bars/granularity.ts";
import { joinBars } from "./bar_columns.ts";
import { isLiveMinutes } from "./bar_rows.ts";
import type { Store } from "../storage/store.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "./database.ts";
import type { TickRoom } from "./block_codec.ts";
import {
  BlockOpener,
  type BlockPage,
  clustersOf,
  eachPage,
  readLivePage,
  readPage,
} from "./block_pages.ts";
import type { BarColumns, BarSeries, TickColumns, TickSeries, TimeRange } from "./columns.ts";
import type { BlockDepot } from "./depot/block_depot.ts";
import { addDays, selectHeldDays, selectNewest } from "./held_days.ts";
import type { History, SeriesSummary } from "./history.ts";
import { clampRange } from "./months.ts";
import { barKey, SeriesIds, type SeriesKey, tickKey } from "./series_store.ts";
import { listSummaries } from "./series_summaries.ts";
import { concatTicks, mergeTicks, ticksWithin } from "./tick_columns.ts";

/** Rows of a piece at least, where the range has them. */
const pieceRows = 4_096;

export class BlockHistory implements History {
  readonly #db: Kysely<TimeseriesDatabase>;
  readonly #opener: BlockOpener;
  readonly #readBinary: Store["readBinary"];
  readonly #ids = new SeriesIds();

  /**
   * Without a depot, a block that was moved to one cannot be read. `db` may be a transaction, but
   * not with `readBinary`.
   */
  constructor(
    db: Kysely<TimeseriesDatabase>,
    depot: BlockDepot | null = null,
    readBinary: Store["readBinary"] = null,
  ) {
    this.#db = db;
    this.#opener = new BlockOpener(depot);
    this.#readBinary = readBinary;
  }

  async *ticks(
    series: TickSeries,
    range: TimeRange,
    room?: TickRoom,
  ): AsyncGenerator<TickColumns> {
    const key = tickKey(series);
    let small: TickColumns[] = [];
    let rows = 0;
    for await (const { blocks, from, to } of this.#pages(key, range)) {
      for (const cluster of clustersOf(blocks)) {
        const into = cluster.length === 1 ? room : undefined;
        const parts = await Promise.all(
          cluster.map((block) => this.#opener.ticks(key, block, into)),
        );
        const ticks = ticksWithin(mergeTicks(parts), from, to);
        if (room !== undefined) {
          if (ticks.length > 0) yield ticks;
          continue;
        }
        small.push(ticks);
        rows += ticks.length;
        if (rows < pieceRows) continue;
        yield concatTicks(small);
        small = [];
        rows = 0;
      }
    }
    if (rows > 0) yield concatTicks(small);
  }

  async *bars(series: BarSeries, range: TimeRange): AsyncGenerator<BarColumns> {
    const key = barKey(series);
    const pages = isLiveMinutes(key) ? this.#livePages(key, range) : this.#pages(key, range);
    for await (const { blocks, rows, from, to } of pages) {
      const sealed = await Promise.all(blocks.map((block) => this.#opener.bars(key, block)));
      const bars = joinBars(rows === undefined ? sealed : [...sealed, rows], { from, to });
      if (bars.length > 0) yield bars;
    }
  }

  listSeries(symbol: string): Promise<readonly SeriesSummary[]> {
    return listSummaries(this.#db, symbol);
  }

  async heldDays(
    series: readonly (TickSeries | BarSeries)[],
    range: TimeRange,
  ): Promise<readonly (readonly TimeRange[])[]> {
    const clamped = clampRange(range);
    const listed = await Promise.all(series.map(async (one) => {
      const key = "side" in one ? barKey(one) : tickKey(one);
      // Blocks of months do not tell of days; the bars of an hour and longer are few.
      if (key.intervalMs >= hourMs) return await this.#daysOf(one as BarSeries, clamped);
      return { key, seriesId: await this.#ids.find(this.#db, key) };
    }));
    const told = await selectHeldDays(this.#db, listed.filter((one) => "key" in one), clamped);
    return listed.map((one) => "key" in one ? told.shift()! : one);
  }

  async newestTick(series: readonly TickSeries[], from: number): Promise<number | null> {
    const ids = await Promise.all(series.map((one) => this.#ids.find(this.#db, tickKey(one))));
    return await selectNewest(this.#db, ids.filter((id) => id !== null), from);
  }

  async #daysOf(series: BarSeries, range: TimeRange): Promise<TimeRange[]> {
    const days: TimeRange[] = [];
    for await (const { openTime } of this.bars(series, range)) addDays(days, openTime);
    return days;
  }

  async *#pages(key: SeriesKey, range: TimeRange): AsyncGenerator<BlockPage> {
    const seriesId = await this.#ids.find(this.#db, key);
    if (seriesId === null) return;
    const of = { key, seriesId, readBinary: this.#readBinary };
    yield* eachPage(
      clampRange(range),
      (rest, size) => readPage(this.#db, { ...of, range: rest }, size),
      // A transaction belongs to its caller, who may change what comes next.
      { ahead: !this.#db.isTransaction },
    );
  }

  /** The same of live minutes, with those that are not sealed yet. */
  #livePages(key: SeriesKey, range: TimeRange): AsyncGenerator<BlockPage> {
    return eachPage(
      clampRange(range),
      (rest, { limit }) => readLivePage(this.#db, key, { range: rest, limit }),
      { ahead: false },
    );
  }
}

/** The history of a store, read as fast as its engine allows. */
export const historyOf = (store: Store, depot: BlockDepot | null = null): BlockHistory =>
  new BlockHistory(store.database(timeseriesSchema), depot, store.readBinary);
