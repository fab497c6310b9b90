/**
 * The port of history: ticks and bars by series and time, whatever they are stored in. Recent ticks
 * lie in small growing blocks, older ones in sealed blocks in the database, the oldest in sealed
 * blocks in a folder or an object store; a reader cannot tell, and what it reads is exact across
 * every seam, also while a block is being sealed. `BlockHistory` and `BlockHistoryWriter` are it.
 */

import type { Kysely } from "kysely";
import type { TimeseriesDatabase } from "./database.ts";
import type { TickRoom } from "./block_codec.ts";
import type { BarColumns, BarSeries, TickColumns, TickSeries, TimeRange } from "./columns.ts";

export interface History {
  /**
   * Ticks of the range by time, in pieces of a few thousand. With `room` a piece may lie in it, and is
   * good until the next one is asked for: for those who fold ticks and keep none.
   */
  ticks(series: TickSeries, range: TimeRange, room?: TickRoom): AsyncIterable<TickColumns>;
  /** Bars whose open time lies in the range, in pieces. */
  bars(series: BarSeries, range: TimeRange): AsyncIterable<BarColumns>;
  /** What there is of a symbol: its series, with the first and last time and the counts. */
  listSeries(symbol: string): Promise<readonly SeriesSummary[]>;
  /**
   * Where each of some series has anything in a range: of every UTC day its first time and, as `to`,
   * its last. Times of the range's first day may lie before the range.
   */
  heldDays(
    series: readonly (TickSeries | BarSeries)[],
    range: TimeRange,
  ): Promise<readonly (readonly TimeRange[])[]>;
  /** The newest time of ticks of any of some series that were added from a time on; `null` without. */
  newestTick(series: readonly TickSeries[], from: number): Promise<number | null>;
}

export interface SeriesSummary {
  readonly kind: "ticks" | "bars";
  readonly series: TickSeries | BarSeries;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Bytes of the blocks, compressed. */
  readonly bytes: number;
}

/** What changes history. Every call may be part of the caller's transaction. */
export interface HistoryWriter {
  /**
   * Adds ticks that are newer than, or lie among, those already there: a growing block. Idempotent
   * by `batch`: a batch that was added before changes nothing. `null` where the caller's transaction
   * sees to it that they are added once.
   */
  appendTicks(
    db: Kysely<TimeseriesDatabase>,
    added: { series: TickSeries; ticks: TickColumns; batch: string | null },
  ): Promise<void>;
  /**
   * Puts ticks in place of all that the series has in the range, as sealed blocks, verified by
   * reading them back: how a load of files stores a day, and may store it again.
   */
  replaceTicks(
    db: Kysely<TimeseriesDatabase>,
    put: { series: TickSeries; range: TimeRange; ticks: AsyncIterable<TickColumns> },
  ): Promise<{ readonly ticks: number; readonly bytes: number }>;
  /** The same for bars. */
  replaceBars(
    db: Kysely<TimeseriesDatabase>,
    put: { series: BarSeries; range: TimeRange; bars: BarColumns },
  ): Promise<{ readonly bars: number; readonly bytes: number }>;
}
