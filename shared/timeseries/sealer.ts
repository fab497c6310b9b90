/**
 * Turns what grows into sealed blocks. Growing ticks are merged with the sealed blocks they touch, and
 * with the last one where that is not full; the new blocks are written, read back and verified, and
 * only then the old ones go, in the same transaction. A block that late ticks reopened comes back with
 * a higher version. Whatever stops it on the way, nothing has changed.
 */

import { type Kysely, sql } from "kysely";
import { joinBars } from "./bar_columns.ts";
import { barsBySpan } from "./bar_blocks.ts";
import { deleteBarRowsAt, selectBarRows } from "./bar_rows.ts";
import type { TimeseriesDatabase } from "./database.ts";
import { dayMs } from "../domain/bars/granularity.ts";
import { BlockOpener } from "./block_pages.ts";
import {
  type BlockRow,
  deleteBlocks,
  selectBlocks,
  selectGrowing,
  selectLastSealed,
} from "./block_store.ts";
import { Partitions } from "./blocks_table.ts";
import type { BarSide } from "../domain/bar.ts";
import type { Symbol } from "../domain/instrument.ts";
import { liveSource } from "../domain/source.ts";
import type { TimeRange } from "./columns.ts";
import type { BlockDepot } from "./depot/block_depot.ts";
import { eachDay } from "./each_day.ts";
import { SealedSink } from "./sealed_sink.ts";
import { barKey, SeriesIds, type SeriesKey } from "./series_store.ts";
import { dayIn, spanOf } from "./spans.ts";
import { blockRows, TickCutter } from "./tick_blocks.ts";
import { mergeTicks } from "./tick_columns.ts";
import { lockSeries } from "./transactions.ts";

/** Growing blocks taken into one transaction at most; the rest waits for the next. */
const growingMax = 4_096;
/** Days of series looked up at once. */
const dueMax = 1_000;

/** A day of a series that has something to seal. */
interface DueTicks {
  readonly seriesId: number;
  readonly key: SeriesKey;
  readonly span: TimeRange;
}

export interface Sealed {
  /** Sealed blocks written. */
  readonly blocks: number;
  /** Ticks or bars that were growing and are sealed now. */
  readonly rows: number;
}

export class Sealer {
  readonly #db: Kysely<TimeseriesDatabase>;
  readonly #opener: BlockOpener;
  readonly #partitions = new Partitions();
  readonly #ids = new SeriesIds();

  /** The depot is read where late ticks reopen a block that was moved there. */
  constructor(db: Kysely<TimeseriesDatabase>, depot: BlockDepot | null = null) {
    this.#db = db;
    this.#opener = new BlockOpener(depot);
  }

  /**
   * Seals all ticks that grow now, one day of one series a transaction, until `signal` aborts.
   * @throws HistoryDamaged at the end, where a day could not be read; the others are sealed then.
   */
  async sealTicks(signal?: AbortSignal): Promise<Sealed> {
    const sum = { blocks: 0, rows: 0 };
    await eachDay(await this.#dueTicks(), async (due) => {
      for (;;) {
        const { blocks, rows, growing } = await this.#db.transaction().execute(
          (trx) => this.#sealSpan(trx, due),
        );
        sum.blocks += blocks;
        sum.rows += rows;
        if (growing < growingMax || signal?.aborted) break;
      }
    }, signal);
    return sum;
  }

  /** The same of the live feed's minute bars, rows until then, of days that ended by `before`. */
  async sealBars(before: number, signal?: AbortSignal): Promise<Sealed> {
    const sum = { blocks: 0, rows: 0 };
    await eachDay(await this.#dueBars(before), async ({ symbol, side, from }) => {
      const key = barKey({ symbol, side, source: liveSource, intervalMs: 60_000 });
      const span = { from, to: from + dayMs };
      const { blocks, rows } = await this.#db.transaction().execute(
        (trx) => this.#sealBarDay(trx, key, span),
      );
      sum.blocks += blocks;
      sum.rows += rows;
    }, signal);
    return sum;
  }

  async #dueTicks(): Promise<DueTicks[]> {
    const { rows } = await sql<{ id: number; symbol: string; source: string; at: string }>`
      select s.id, s.symbol, s.source, min(b.from_time)::text as at
      from timeseries.blocks b join timeseries.series s on s.id = b.series_id
      where not b.sealed
      group by s.id, s.symbol, s.source, ${dayIn("b.from_time")}
      order by min(b.from_time) limit ${dueMax}`.execute(this.#db);
    return rows.map(({ id, symbol, source, at }) => {
      const key: SeriesKey = { kind: "ticks", symbol, source, side: "", intervalMs: 0 };
      return { seriesId: id, key, span: spanOf(key, Number(at)) };
    });
  }

  async #sealSpan(
    trx: Kysely<TimeseriesDatabase>,
    { seriesId, key, span }: DueTicks,
  ): Promise<Sealed & { growing: number }> {
    await lockSeries(trx, seriesId);
    const growing = await selectGrowing(trx, { seriesId, span, limit: growingMax });
    const sealed = await sealedAround(trx, { seriesId, span, growing });
    let written = 0;
    for (const run of runsOf(growing, sealed)) {
      const parts = await Promise.all(run.map((block) => this.#opener.ticks(key, block)));
      const version = 1 + Math.max(0, ...run.filter((b) => b.sealed).map((b) => b.version));
      const sink = new SealedSink(trx, this.#partitions, { seriesId, version });
      const cutter = new TickCutter();
      for (const block of cutter.push(mergeTicks(parts))) await sink.ticks(block);
      for (const block of cutter.flush()) await sink.ticks(block);
      written += (await sink.end()).blocks;
      await deleteBlocks(trx, seriesId, run);
    }
    const rows = growing.reduce((sum, block) => sum + block.rows, 0);
    return { blocks: written, rows, growing: growing.length };
  }

  async #dueBars(before: number): Promise<{ symbol: Symbol; side: BarSide; from: number }[]> {
    const today = Math.floor(before / dayMs) * dayMs;
    const { rows } = await sql<{ symbol: Symbol; side: BarSide; from: string }>`
      select symbol, side, (extract(epoch from day) * 1000)::int8 as "from"
      from (select distinct symbol, side, date_trunc('day', open_time, 'UTC') as day
        from timeseries.bars where open_time < to_timestamp(${today}::int8 / 1000.0)) due
      order by day limit ${dueMax}`.execute(this.#db);
    return rows.map((row) => ({ ...row, from: Number(row.from) }));
  }

  async #sealBarDay(
    trx: Kysely<TimeseriesDatabase>,
    key: SeriesKey,
    span: TimeRange,
  ): Promise<Sealed> {
    const seriesId = await this.#ids.findOrAdd(trx, key);
    await lockSeries(trx, seriesId);
    const rows = (await selectBarRows(trx, key, { ...span, lock: true })).bars;
    const old = await selectBlocks(trx, { seriesId, earliest: span.from, range: span });
    const parts = await Promise.all(old.map((block) => this.#opener.bars(key, block)));
    const version = 1 + Math.max(0, ...old.map((block) => block.version));
    const sink = new SealedSink(trx, this.#partitions, { seriesId, version });
    for (const block of barsBySpan(key, joinBars([...parts, rows], span))) await sink.bars(block);
    const { blocks } = await sink.end();
    await deleteBlocks(trx, seriesId, old);
    await deleteBarRowsAt(trx, key, rows.openTime);
    return { blocks, rows: rows.length };
  }
}

/** The sealed blocks that growing ones may touch, and the one before them. */
async function sealedAround(
  trx: Kysely<TimeseriesDatabase>,
  of: { seriesId: number; span: TimeRange; growing: readonly BlockRow[] },
): Promise<BlockRow[]> {
  if (of.growing.length === 0) return [];
  const from = Math.min(...of.growing.map((block) => block.fromTime));
  const to = Math.max(...of.growing.map((block) => block.toTime)) + 1;
  const touched = await selectBlocks(trx, {
    seriesId: of.seriesId,
    earliest: of.span.from,
    range: { from, to },
  });
  const before = await selectLastSealed(trx, { ...of, before: from });
  return [...before, ...touched.filter((block) => block.sealed)];
}

/**
 * What has to be written anew: growing blocks that follow one another, the sealed ones they touch, and
 * the sealed one right before where that is not full. In a run sealed blocks come first, by time, then
 * growing ones as they came: the order of ticks of one moment.
 */
function runsOf(
  growing: readonly BlockRow[],
  sealed: readonly BlockRow[],
): BlockRow[][] {
  const byTime = [...sealed, ...growing].sort((a, b) => a.fromTime - b.fromTime);
  const groups: BlockRow[][] = [];
  let latest = -Infinity;
  for (const block of byTime) {
    if (block.fromTime <= latest) groups.at(-1)!.push(block);
    else groups.push([block]);
    latest = Math.max(latest, block.toTime);
  }
  const runs: BlockRow[][] = [];
  let before: BlockRow[] | null = null;
  for (const group of groups) {
    const grows = group.some((block) => !block.sealed);
    const follows = before !== null && before === runs.at(-1);
    if (grows && follows) before!.push(...group);
    else if (grows) {
      const last = before?.at(-1);
      const opened = last !== undefined && last.rows < blockRows ? [last] : [];
      runs.push([...opened, ...group]);
    }
    before = grows ? runs.at(-1)! : group;
  }
  return runs.map((run) => [
    ...run.filter((block) => block.sealed),
    ...run.filter((block) => !block.sealed).sort((a, b) => a.place - b.place),
  ]);
}
