/**
 * `HistoryWriter` over blocks. What replaces is written as sealed blocks, decoded and compared before
 * it is stored, and read back before the transaction may end.
 */

import { type Kysely, sql } from "kysely";
import { barsBySpan, ticksBySpan } from "./bar_blocks.ts";
import { joinBars } from "./bar_columns.ts";
import { deleteBarRows, isLiveMinutes } from "./bar_rows.ts";
import type { TimeseriesDatabase } from "./database.ts";
import { encodeTicks } from "./block_codec.ts";
import { BlockOpener } from "./block_pages.ts";
import {
  type BlockRow,
  deleteBlocks,
  insertBlocks,
  type NewBlock,
  selectBlocks,
  verifyBlocks,
} from "./block_store.ts";
import { Partitions } from "./blocks_table.ts";
import type { BarColumns, BarSeries, TickColumns, TickSeries, TimeRange } from "./columns.ts";
import type { BlockDepot } from "./depot/block_depot.ts";
import type { HistoryWriter } from "./history.ts";
import { clampRange, historyTimes } from "./months.ts";
import { encodedBars, encodedTicks, SealedSink } from "./sealed_sink.ts";
import { barKey, SeriesIds, type SeriesKey, tickKey } from "./series_store.ts";
import { spanOf } from "./spans.ts";
import { TickCutter } from "./tick_blocks.ts";
import { ticksWithin } from "./tick_columns.ts";
import { lockSeries, within } from "./transactions.ts";

export interface AddedTicks {
  readonly series: TickSeries;
  readonly ticks: TickColumns;
  readonly batch: string | null;
}

export class BlockHistoryWriter implements HistoryWriter {
  readonly #opener: BlockOpener;
  readonly #ids = new SeriesIds();
  readonly #partitions = new Partitions();

  /** The depot is asked where a block that lies there is partly replaced. */
  constructor(depot: BlockDepot | null = null) {
    this.#opener = new BlockOpener(depot);
  }

  appendTicks(db: Kysely<TimeseriesDatabase>, added: AddedTicks): Promise<void> {
    return this.appendAll(db, [added]);
  }

  /** Many series at once: {@link appendTicks} of each, in a few statements. */
  async appendAll(db: Kysely<TimeseriesDatabase>, added: readonly AddedTicks[]): Promise<void> {
    await within(db, async (trx) => {
      const named: NamedTicks[] = [];
      for (const one of added) {
        if (one.ticks.length === 0) continue;
        checkWithin(one.ticks.time, one.ticks.length, historyTimes);
        const key = tickKey(one.series);
        named.push({ ...one, key, seriesId: await this.#ids.findOrAdd(trx, key) });
      }
      const blocks = growingBlocks(named, await claimBatches(trx, named));
      await this.#partitions.ensure(trx, blocks.map(({ fromTime }) => fromTime));
      await insertBlocks(trx, blocks);
    });
  }

  replaceTicks(
    db: Kysely<TimeseriesDatabase>,
    put: { series: TickSeries; range: TimeRange; ticks: AsyncIterable<TickColumns> },
  ): Promise<{ readonly ticks: number; readonly bytes: number }> {
    return within(db, async (trx) => {
      const key = tickKey(put.series);
      const range = clampRange(put.range);
      const seriesId = await this.#ids.findOrAdd(trx, key);
      const version = await this.#clearTicks(trx, { key, seriesId, range });
      const sink = new SealedSink(trx, this.#partitions, { seriesId, version });
      const cutter = new TickCutter();
      for await (const piece of put.ticks) {
        checkWithin(piece.time, piece.length, range);
        for (const block of cutter.push(piece)) await sink.ticks(block);
      }
      for (const block of cutter.flush()) await sink.ticks(block);
      const { rows, bytes } = await sink.end();
      return { ticks: rows, bytes };
    });
  }

  replaceBars(
    db: Kysely<TimeseriesDatabase>,
    put: { series: BarSeries; range: TimeRange; bars: BarColumns },
  ): Promise<{ readonly bars: number; readonly bytes: number }> {
    return within(db, async (trx) => {
      const key = barKey(put.series);
      const range = clampRange(put.range);
      checkWithin(put.bars.openTime, put.bars.length, range);
      const seriesId = await this.#ids.findOrAdd(trx, key);
      const version = await this.#clearBars(trx, { key, seriesId, range });
      const sink = new SealedSink(trx, this.#partitions, { seriesId, version });
      for (const block of barsBySpan(key, put.bars)) await sink.bars(block);
      const { rows, bytes } = await sink.end();
      return { bars: rows, bytes };
    });
  }

  async #clearTicks(trx: Kysely<TimeseriesDatabase>, cleared: Cleared): Promise<number> {
    return await this.#clear(trx, cleared, async (block) => {
      const ticks = await this.#opener.ticks(cleared.key, block);
      return around(cleared.range).map(({ from, to }) => ticksWithin(ticks, from, to));
    });
  }

  async #clearBars(trx: Kysely<TimeseriesDatabase>, cleared: Cleared): Promise<number> {
    const version = await this.#clear(trx, cleared, async (block) => {
      const bars = await this.#opener.bars(cleared.key, block);
      return around(cleared.range).map((range) => joinBars([bars], range));
    });
    const { key, range } = cleared;
    if (isLiveMinutes(key)) await deleteBarRows(trx, key, range);
    return version;
  }

  /** Removes the range; what its blocks hold outside it stays. Returns the next version. */
  async #clear(
    trx: Kysely<TimeseriesDatabase>,
    { key, seriesId, range }: Cleared,
    outside: (block: BlockRow) => Promise<readonly (TickColumns | BarColumns)[]>,
  ): Promise<number> {
    await lockSeries(trx, seriesId);
    const earliest = spanOf(key, range.from).from;
    const blocks = await selectBlocks(trx, { seriesId, earliest, range }, { lock: true });
    await deleteBlocks(trx, seriesId, blocks);
    for (const block of blocks) {
      if (block.fromTime >= range.from && block.toTime < range.to) continue;
      const parts = (await outside(block)).filter((part) => part.length > 0);
      const kept = parts.map((part) => keptPart(block, seriesId, part));
      await insertBlocks(trx, kept);
      await verifyBlocks(trx, kept);
    }
    return nextVersion(blocks);
  }
}

/** What lies before a range, and after it. */
const around = ({ from, to }: TimeRange): TimeRange[] => [
  { from: -Infinity, to: from },
  { from: to, to: Infinity },
];

interface Cleared {
  readonly key: SeriesKey;
  readonly seriesId: number;
  readonly range: TimeRange;
}

interface NamedTicks extends AddedTicks {
  readonly key: SeriesKey;
  readonly seriesId: number;
}

/** The batches that are new, by series and name; from now on they are not. */
async function claimBatches(
  db: Kysely<TimeseriesDatabase>,
  named: readonly NamedTicks[],
): Promise<Set<string>> {
  const once = named.filter(({ batch }) => batch !== null);
  if (once.length === 0) return new Set();
  const records = JSON.stringify(once.map(({ seriesId, batch, ticks }) => ({
    seriesId,
    batch,
    toTime: ticks.time[ticks.length - 1],
  })));
  const { rows } = await sql<{ series_id: number; batch: string }>`
    insert into timeseries.batches (series_id, batch, to_time)
    select "seriesId", batch, "toTime"
    from json_to_recordset(${records}::text::json) as x(
      "seriesId" int4, batch text, "toTime" int8)
    on conflict do nothing returning series_id, batch`.execute(db);
  return new Set(rows.map((row) => `${row.series_id} ${row.batch}`));
}

function growingBlocks(named: readonly NamedTicks[], fresh: ReadonlySet<string>): NewBlock[] {
  const blocks: NewBlock[] = [];
  for (const { key, seriesId, ticks, batch } of named) {
    if (batch !== null && !fresh.has(`${seriesId} ${batch}`)) continue;
    for (const part of ticksBySpan(key, ticks)) {
      const [fromTime, toTime] = [part.time[0]!, part.time[part.length - 1]!];
      const bytes = encodeTicks(part);
      const rows = part.length;
      blocks.push({ seriesId, fromTime, toTime, rows, version: 1, sealed: false, bytes });
    }
  }
  return blocks;
}

/** What is left of a block, in its place. */
function keptPart(
  block: BlockRow,
  seriesId: number,
  part: TickColumns | BarColumns,
): NewBlock & { readonly place: number } {
  const at = "bid" in part ? part.time : part.openTime;
  return {
    seriesId,
    fromTime: at[0]!,
    toTime: at[part.length - 1]!,
    rows: part.length,
    version: block.version + 1,
    sealed: block.sealed,
    place: block.place,
    bytes: "bid" in part ? encodedTicks(part) : encodedBars(part),
  };
}

const nextVersion = (blocks: readonly BlockRow[]): number =>
  1 + Math.max(0, ...blocks.map(({ version }) => version));

/** @throws RangeError for a time outside the range. */
function checkWithin(times: Float64Array, length: number, { from, to }: TimeRange): void {
  if (length === 0 || times[0]! >= from && times[length - 1]! < to) return;
  const at = times[0]! < from ? times[0]! : times[length - 1]!;
  throw new RangeError(`Cannot store the time ${at}: expected ${from} to ${to}`);
}
