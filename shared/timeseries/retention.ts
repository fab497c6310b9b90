/**
 * Letting go of what is old, a day of a series a transaction. Ticks that go leave minute bars of bid
 * and ask behind where their source has none of that day.
 */

import { type Kysely, sql } from "kysely";
import { type BarSide, minuteMs } from "../domain/bar.ts";
import { dayMs } from "../domain/bars/granularity.ts";
import { barGrid } from "../domain/bars/bar_grid.ts";
import { TickFolder } from "../domain/bars/fold_ticks.ts";
import type { Symbol } from "../domain/instrument.ts";
import type { TimeseriesDatabase } from "./bars_table.ts";
import { BlockHistory } from "./block_history.ts";
import { type BlockRow, deleteBlocks, selectBlocks } from "./block_store.ts";
import { BlockHistoryWriter } from "./block_writer.ts";
import type { TimeRange } from "./columns.ts";
import type { BlockDepot } from "./depot/block_depot.ts";
import type { SeriesKey } from "./series_store.ts";
import { spanOf } from "./spans.ts";
import { lockSeries } from "./transactions.ts";

/** Days of series dropped in one call at most. */
const spansMax = 500;
const keptSides: readonly BarSide[] = ["bid", "ask"];

interface OldSpan {
  readonly seriesId: number;
  readonly key: SeriesKey;
  readonly span: TimeRange;
}

export class Retention {
  readonly #db: Kysely<TimeseriesDatabase>;
  readonly #depot: BlockDepot | null;
  readonly #writer: BlockHistoryWriter;

  constructor(db: Kysely<TimeseriesDatabase>, depot: BlockDepot | null = null) {
    this.#db = db;
    this.#depot = depot;
    this.#writer = new BlockHistoryWriter(depot);
  }

  /** Drops ticks, or bars, of days and months that ended by `before`; returns the rows dropped. */
  async drop(
    kind: SeriesKey["kind"],
    { before, signal }: { readonly before: number; readonly signal?: AbortSignal | undefined },
  ): Promise<number> {
    let rows = 0;
    for (const old of await this.#oldSpans(kind, before)) {
      if (signal?.aborted) break;
      if (old.span.to > before) continue;
      const blocks = await this.#db.transaction().execute((trx) => this.#dropSpan(trx, old));
      rows += blocks.reduce((sum, block) => sum + block.rows, 0);
    }
    return rows;
  }

  async #oldSpans(kind: SeriesKey["kind"], before: number): Promise<OldSpan[]> {
    const { rows } = await sql<
      { id: number; symbol: string; source: string; side: BarSide | ""; ms: number; at: string }
    >`
      select s.id, s.symbol, s.source, s.side, s.interval_ms as ms, min(b.from_time)::text as at
      from timeseries.blocks b join timeseries.series s on s.id = b.series_id
      where s.kind = ${kind} and b.from_time < ${before}
      group by s.id, b.from_time / ${sql.lit(dayMs)}
      order by min(b.from_time) limit ${spansMax}`.execute(this.#db);
    return rows.map(({ id, symbol, source, side, ms, at }) => {
      const key: SeriesKey = { kind, symbol, source, side, intervalMs: ms };
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

  async #keepMinutes(
    trx: Kysely<TimeseriesDatabase>,
    { key, side, span }: { key: SeriesKey; side: BarSide; span: TimeRange },
  ): Promise<void> {
    const history = new BlockHistory(trx, this.#depot);
    const symbol = key.symbol as Symbol;
    const series = { symbol, source: key.source, side, intervalMs: minuteMs };
    for await (const bars of history.bars(series, span)) if (bars.length > 0) return;
    const folder = new TickFolder({ grid: barGrid("M1", "utc"), side });
    for await (const ticks of history.ticks({ symbol, source: key.source }, span)) {
      folder.push(ticks);
    }
    const bars = folder.end();
    if (bars.length > 0) await this.#writer.replaceBars(trx, { series, range: span, bars });
  }
}
