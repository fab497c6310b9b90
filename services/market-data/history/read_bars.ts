/**
 * A page of bars from history. Only finished bars are told of, so an answer about the past changes
 * by nothing but a late tick; what is read for one page is bounded, and where the bound ends a page
 * early, `next` says where to go on.
 */

import type { BarSide } from "../../../shared/domain/bar.ts";
import { type FoldedBars, joinBars, sliceBars } from "../../../shared/domain/bars/bar_builder.ts";
import { type BarAlignment, type BarGrid, barGrid } from "../../../shared/domain/bars/bar_grid.ts";
import { GapCarrier } from "../../../shared/domain/bars/carry_gaps.ts";
import { BarFolder } from "../../../shared/domain/bars/fold_bars.ts";
import { TickFolder } from "../../../shared/domain/bars/fold_ticks.ts";
import {
  dayMs,
  type Granularity,
  hourMs,
  nominalMs,
} from "../../../shared/domain/bars/granularity.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import { TickRoom } from "../../../shared/timeseries/block_codec.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import { type BaseSeries, baseSeries, liveMinutes } from "./base_series.ts";
import { lastPrice } from "./last_price.ts";

export interface BarsQuery {
  readonly symbol: Symbol;
  readonly source: string;
  /** Without it, the one the source has: mid, else bid, else ask. */
  readonly side: BarSide | undefined;
  readonly granularity: Granularity;
  /** Without it, the FX day's, or UTC's where the source has bars of such days alone. */
  readonly alignment: BarAlignment | undefined;
  readonly gaps: "stored" | "empty" | "carry";
  readonly spread: boolean;
  /** Epoch milliseconds; without `from` the newest bars. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly limit: number;
}

export interface BarsPage {
  readonly side: BarSide;
  readonly alignment: BarAlignment;
  readonly bars: FoldedBars;
  /** Open time of the bar that follows; `null` when nothing more is stored. */
  readonly next: number | null;
}

export interface BarsGround {
  readonly history: History;
  readonly hours: TradingHours;
  readonly marketClock: Clock;
  /** Default {@link rowsScannedMax}. */
  readonly scanMax?: number | undefined;
}

/** Rows after which a page ends with the bar they complete. */
export const rowsScannedMax = 20_000_000;
/** How far the newest bars are looked for in ticks at first: a week has a few million. */
const tickReachMs = 7 * dayMs;
/** How long after its end a live span may still be in the archive's hands, in milliseconds. */
const settleMs = 5_000;
/** Times lie between these; further ones are taken for them. */
export const timesMin = 0;
export const timesMax = Date.UTC(2200, 0);

export const noBars: FoldedBars = joinBars([]);

export async function readBars(ground: BarsGround, query: BarsQuery): Promise<BarsPage> {
  const to = Math.min(query.to ?? timesMax, timesMax);
  const range = { from: Math.max(query.from ?? timesMin, timesMin), to };
  const side = query.side ?? (query.source === liveSource ? "mid" : undefined);
  const wanted = { ...query, side, range };
  const known = query.source === liveSource && query.from !== undefined && !query.spread &&
    query.gaps !== "carry" && query.granularity[0] !== "S";
  const base = known ? liveMinutes(wanted) : await baseSeries(ground.history, wanted);
  if (base === null || range.from >= range.to) {
    const { side = "mid", alignment = "fx-day" } = base ?? wanted;
    return { side, alignment, bars: noBars, next: null };
  }
  const grid = barGrid(query.granularity, base.alignment);
  const reader = new BarReader(ground, { query, grid, base });
  const page = query.from === undefined ? await reader.newest(to) : await reader.onward(range);
  return { side: base.side, alignment: base.alignment, ...page };
}

type Page = Pick<BarsPage, "bars" | "next">;

class BarReader {
  readonly #ground: BarsGround;
  readonly #query: BarsQuery;
  readonly #grid: BarGrid;
  readonly #base: BaseSeries;

  constructor(
    ground: BarsGround,
    { query, grid, base }: { query: BarsQuery; grid: BarGrid; base: BaseSeries },
  ) {
    this.#ground = ground;
    this.#query = query;
    this.#grid = grid;
    this.#base = base;
  }

  /** The first bars that open within the range. */
  async onward(range: TimeRange): Promise<Page> {
    const { limit } = this.#query;
    const to = Math.min(range.to, this.#finishedBefore());
    const pieces: FoldedBars[] = [];
    let count = 0;
    const { bars, stop } = await this.#read({ from: this.#firstOpen(range.from), to });
    for await (const piece of bars) {
      pieces.push(piece);
      count += piece.length;
      if (count > limit) break;
    }
    if (count <= limit) return { bars: joinBars(pieces), next: stop() };
    const joined = joinBars(pieces);
    return { bars: sliceBars(joined, 0, limit), next: joined.openTime[limit]! };
  }

  /**
   * The last bars that open before `to`: looks further back until there are enough, or more rows
   * than may be read; then there are fewer.
   */
  async newest(to: number): Promise<Page> {
    const { limit, granularity } = this.#query;
    const end = Math.min(to, this.#finishedBefore(), this.#base.to + 1);
    let reachMs = Math.max(hourMs, (limit + 1) * nominalMs(granularity));
    if (this.#base.kind === "ticks") reachMs = Math.min(reachMs, tickReachMs);
    let found = noBars;
    for (;;) {
      const from = this.#grid.spanAt(Math.max(this.#base.from, end - reachMs, timesMin)).from;
      const kept = await this.#last(from, end);
      if (kept === null) return { bars: found, next: null };
      found = kept;
      if (kept.length >= limit || from <= this.#base.from) return { bars: kept, next: null };
      reachMs *= 4;
    }
  }

  /** `null` when the range has more rows than may be read. */
  async #last(from: number, to: number): Promise<FoldedBars | null> {
    const { limit } = this.#query;
    if (from >= to) return noBars;
    let pieces: FoldedBars[] = [];
    let count = 0;
    const { bars, stop } = await this.#read({ from, to });
    for await (const piece of bars) {
      pieces.push(piece);
      count += piece.length;
      while (pieces.length > 1 && count - pieces[0]!.length >= limit) {
        count -= pieces[0]!.length;
        pieces = pieces.slice(1);
      }
    }
    if (stop() !== null) return null;
    const joined = joinBars(pieces);
    return sliceBars(joined, Math.max(0, joined.length - limit), joined.length);
  }

  /** Live bars of the span under way are not told of; stored minutes are finished as they are. */
  #finishedBefore(): number {
    const { source, granularity } = this.#query;
    const stored = granularity === "M1" && this.#base.kind === "bars";
    if (source !== liveSource || stored) return timesMax;
    return this.#grid.spanAt(Math.max(0, this.#ground.marketClock.now() - settleMs)).from;
  }

  #firstOpen(from: number): number {
    const span = this.#grid.spanAt(from);
    return span.from === from ? from : span.until;
  }

  /** Bars of a range that begins with a span; `stop` tells where the bound on reading ended it. */
  async #read(range: TimeRange): Promise<{
    bars: AsyncIterable<FoldedBars>;
    stop: () => number | null;
  }> {
    let stoppedAt: number | null = null;
    const stop = () => stoppedAt;
    const folded = this.#fold(range, (at) => stoppedAt = at);
    if (this.#query.gaps !== "carry") return { bars: folded, stop };
    const { history, hours } = this.#ground;
    const carrier = new GapCarrier({
      grid: this.#grid,
      hours,
      from: range.from,
      lastClose: await lastPrice(history, this.#base, { before: range.from, side: this.#side }),
      barsMax: this.#query.limit + 1,
    });
    const end = Math.min(range.to, this.#base.to + 1);
    return { bars: carried(folded, carrier, () => stoppedAt ?? end), stop };
  }

  get #side(): BarSide {
    return this.#base.side;
  }

  async *#fold(range: TimeRange, stopAt: (at: number) => void): AsyncGenerator<FoldedBars> {
    if (range.from >= range.to) return;
    const folder = this.#base.kind === "ticks"
      ? new TickFolder({ grid: this.#grid, side: this.#side, spread: this.#query.spread })
      : new BarFolder({ grid: this.#grid, keepFlat: this.#query.gaps === "stored" });
    // A bar that opens before the end is told of whole, however far it reaches.
    const read = { from: range.from, to: this.#grid.spanAt(range.to - 1).until };
    let scanned = 0;
    for await (const piece of this.#pieces(read)) {
      folder.push(piece as never);
      scanned += piece.length;
      if (folder.length === 0) continue;
      yield folder.take();
      if (scanned > (this.#ground.scanMax ?? rowsScannedMax) && folder.openTime !== null) {
        stopAt(folder.openTime);
        return;
      }
    }
    const last = folder.end();
    if (last.length > 0) yield last;
  }

  #pieces(range: TimeRange): AsyncIterable<{ readonly length: number }> {
    const { history } = this.#ground;
    const base = this.#base;
    return base.kind === "ticks"
      ? history.ticks(base.series, range, new TickRoom())
      : history.bars(base.series, range);
  }
}

async function* carried(
  pieces: AsyncIterable<FoldedBars>,
  carrier: GapCarrier,
  end: () => number,
): AsyncGenerator<FoldedBars> {
  for await (const piece of pieces) {
    // A fill stops at its bound: what is left of the piece comes with the next call.
    for (let from = -Infinity; from < carrier.next;) {
      from = carrier.next;
      const filled = carrier.fill(piece);
      if (filled.length === 0) break;
      yield filled;
    }
  }
  for (let filled = carrier.fill(noBars, end()); filled.length > 0;) {
    yield filled;
    filled = carrier.fill(noBars, end());
  }
}
