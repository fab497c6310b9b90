/**
 * Letting go of what is old, a day of a series a transaction. Ticks that go leave minute bars of bid
 * and ask behind, where their source has none of a minute.
 */

import { type Kysely, sql } from "kysely";
import { type BarSide, minuteMs } from "../domain/bar.ts";
import { dayMs } from "../domain/bars/granularity.ts";
import { barGrid } from "../domain/bars/bar_grid.ts";
import { TickFolder } from "../domain/bars/fold_ticks.ts";
import type { Symbol } from "../domain/instrument.ts";
import type { TimeseriesDatabase } from "./database.ts";
import { BlockHistory } from "./block_history.ts";
import { type BlockRow, deleteBlocks, selectBlocks } from "./block_store.ts";
import { BlockHistoryWriter } from "./block_writer.ts";
import { joinBars, sliceBars } from "./bar_columns.ts";
import type { BarColumns, TimeRange } from "./columns.ts";
import type { BlockDepot } from "./depot/block_depot.ts";
import { eachDay } from "./each_day.ts";
import { daysKept, type KeepRule } from "./keep_rules.ts";
import { barKey, SeriesIds, type SeriesKey } from "./series_store.ts";
import { dayIn, spanOf } from "./spans.ts";
import { lockSeries } from "./transactions.ts";

/** Days of series dropped in one call at most. */
const spansMax = 500;
const keptSides: readonly BarSide[] = ["bid", "ask"];

/** A series, and the moment from which on it is kept. */
interface KeptFrom {
  readonly id: number;
  readonly key: SeriesKey;
  readonly from: number;
}

interface OldSpan {
  readonly seriesId: number;
  readonly key: SeriesKey;
  readonly span: TimeRange;
}

export class Retention {
  readonly #db: Kysely<TimeseriesDatabase>;
  readonly #depot: BlockDepot | null;
  readonly #writer: BlockHistoryWriter;
  readonly #ids = new SeriesIds();

  constructor(db: Kysely<TimeseriesDatabase>, depot: BlockDepot | null = null) {
    this.#db = db;
    this.#depot = depot;
    this.#writer = new BlockHistoryWriter(depot);
  }

  /**
   * Drops ticks, or bars, of days and months that ended longer ago than their rule keeps them; returns
   * the rows dropped. What no rule names is kept.
   * @throws HistoryDamaged at the end, where ticks could not be read whose bars are to stay.
   */
  async drop(
    kind: SeriesKey["kind"],
    { now, rules, signal }: {
      readonly now: number;
      readonly rules: readonly KeepRule[];
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<number> {
    if (!rules.some((rule) => rule.kind === kind && rule.days > 0)) return 0;
    let rows = 0;
    const spans = await this.#oldSpans(await this.#ends(kind, { now, rules }));
    await eachDay(spans, async (old) => {
      const blocks = await this.#db.transaction().execute((trx) => this.#dropSpan(trx, old));
      rows += blocks.reduce((sum, block) => sum + block.rows, 0);
    }, signal);
    return rows;
  }

  /** Series that are not kept for ever, and the start of the first span of each that is kept. */
  async #ends(
    kind: SeriesKey["kind"],
    { now, rules }: { readonly now: number; readonly rules: readonly KeepRule[] },
  ): Promise<KeptFrom[]> {
    const { rows } = await sql<
      { id: number; symbol: string; source: string; side: BarSide | ""; ms: number }
    >`
      select id, symbol, source, side, interval_ms as ms from timeseries.series
      where kind = ${kind}`.execute(this.#db);
    return rows.flatMap(({ id, symbol, source, side, ms }) => {
      const key: SeriesKey = { kind, symbol, source, side, intervalMs: ms };
      const days = daysKept(rules, key);
      return days === 0 ? [] : [{ id, key, from: spanOf(key, now - days * dayMs).from }];
    });
  }

  async #oldSpans(ends: readonly KeptFrom[]): Promise<OldSpan[]> {
    const keys = new Map(ends.map(({ id, key }) => [id, key]));
    const records = JSON.stringify(ends.map(({ id, from }) => ({ id, before: from })));
    const { rows } = await sql<{ id: number; at: string }>`
      select b.series_id as id, min(b.from_time)::text as at
      from timeseries.blocks b
      join json_to_recordset(${records}::text::json) as kept(id int4, before int8)
        on kept.id = b.series_id
      where b.from_time < kept.before
      group by b.series_id, ${dayIn("b.from_time")}
      order by min(b.from_time) limit ${spansMax}`.execute(this.#db);
    return rows.map(({ id, at }) => {
      const key = keys.get(id)!;
      return { seriesId: id, key, span: spanOf(key, Number(at)) };
    });
  }

  async #dropSpan(trx: Kysely<TimeseriesDatabase>, old: OldSpan): Promise<BlockRow[]> {
    const { seriesId, key, span } = old;
    await lockSeries(trx, seriesId);
    if (key.kind === "ticks") {
      for (const side of keptSides) await this.#keepMinutes(trx, { key, side, span });
    }
    const blocks = await selectBlocks(trx, { seriesId, earliest: span.from, range: span });
    await deleteBlocks(trx, seriesId, blocks);
    return blocks;
  }

  /** Minutes that the source has bars of stay as they are; those it lacks are made of the ticks. */
  async #keepMinutes(
    trx: Kysely<TimeseriesDatabase>,
    { key, side, span }: { key: SeriesKey; side: BarSide; span: TimeRange },
  ): Promise<void> {
    const history = new BlockHistory(trx, this.#depot);
    const ticksOf = { symbol: key.symbol as Symbol, source: key.source };
    const series = { ...ticksOf, side, intervalMs: minuteMs };
    // From here on nobody else changes them, and what is read is what is written again.
    await lockSeries(trx, await this.#ids.findOrAdd(trx, barKey(series)));
    const held: BarColumns[] = [];
    for await (const bars of history.bars(series, span)) held.push(bars);
    const folder = new TickFolder({ grid: barGrid("M1", "utc"), side });
    for await (const ticks of history.ticks(ticksOf, span)) folder.push(ticks);
    const missing = missingBars(folder.end(), held);
    if (missing.length === 0) return;
    const bars = joinBars([...held, ...missing], span);
    await this.#writer.replaceBars(trx, { series, range: span, bars });
  }
}

/** Bars whose minutes are not held, in runs. */
function missingBars(made: BarColumns, held: readonly BarColumns[]): BarColumns[] {
  const known = new Set(held.flatMap(({ openTime }) => [...openTime]));
  const missing: BarColumns[] = [];
  for (let from = 0, at = 0; at <= made.length; at++) {
    if (at < made.length && !known.has(made.openTime[at]!)) continue;
    if (at > from) missing.push(sliceBars(made, from, at));
    from = at + 1;
  }
  return missing;
}
