/**
 * A page of bars from history. Only finished bars are told of, so an answer about the past changes
 * by nothing but a late tick; what is read for one page is bounded, and where the bound ends a page
 * early, `next` says where to go on.
 */

import { type BarSide, minuteMs } from "../../../shared/domain/bar.ts";
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
import type { BarColumns, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import { type BasePart, fillDays, liveLagMs, partsOf } from "./base_parts.ts";
import { barBase, liveBase } from "./base_series.ts";
import type { BarBase } from "./bar_base.ts";
import { finishedLive } from "./finished_live.ts";
import { lastPrice, lastPriceReachMs } from "./last_price.ts";

export interface BarsQuery {
  readonly symbol: Symbol;
  readonly source: string;
  /** Without it, mid of the live feed, else the one that leaves nothing out that another has. */
  readonly side: BarSide | undefined;
  readonly granularity: Granularity;
  /** Without it, the FX day's, or UTC's where the source has more bars of such days. */
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
/** Live minutes that are read before it is known whether they are all there is: a week's. */
const liveDaysMs = 7 * dayMs;
/** Times lie between these; further ones are taken for them. */
export const timesMin = 0;
export const timesMax = Date.UTC(2200, 0);

export const noBars: FoldedBars = joinBars([]);

export async function readBars(ground: BarsGround, query: BarsQuery): Promise<BarsPage> {
  const to = Math.min(query.to ?? timesMax, timesMax);
  const range = { from: Math.max(query.from ?? timesMin, timesMin), to };
  const side = query.side ?? (query.source === liveSource ? "mid" : undefined);
  const wanted = { ...query, side, range, now: ground.marketClock.now() };
  const known = query.source === liveSource && query.from !== undefined && !query.spread &&
    query.gaps !== "carry" && query.granularity[0] !== "S";
  const base = known ? liveBase(wanted) : await barBase(ground.history, wanted);
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

/** Ticks or bars, as the fold takes them, and the rows that were read for them. */
interface Piece {
  readonly rows: number;
  readonly piece: { readonly length: number };
}

class BarReader {
  readonly #ground: BarsGround;
  readonly #query: BarsQuery;
  readonly #grid: BarGrid;
  readonly #base: BarBase;

  constructor(
    ground: BarsGround,
    { query, grid, base }: { query: BarsQuery; grid: BarGrid; base: BarBase },
  ) {
    this.#ground = ground;
    this.#query = query;
    this.#grid = grid;
    this.#base = base;
  }

  /** The first bars that open within the range. */
  async onward(range: TimeRange): Promise<Page> {
    const { limit } = this.#query;
    const to = Math.min(range.to, await this.#finishedBefore(range.to));
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
    const end = Math.min(to, await this.#finishedBefore(to), this.#base.to + 1);
    let reachMs = Math.max(hourMs, (limit + 1) * nominalMs(granularity));
    if (this.#has("ticks")) reachMs = Math.min(reachMs, tickReachMs);
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

  /**
   * Live bars of a span under way, or of one that the archive has not all of yet, are not told of.
   * Stored minutes are finished as they are; a silence between them is known later.
   */
  async #finishedBefore(to: number): Promise<number> {
    const { source, granularity, gaps } = this.#query;
    const stored = granularity === "M1" && this.#has("bars") && gaps !== "carry";
    if (source !== liveSource || stored) return timesMax;
    const now = this.#ground.marketClock.now();
    if (this.#grid.spanAt(to - 1).until <= now - liveLagMs) return to;
    return this.#grid.spanAt(Math.max(0, await finishedLive(this.#ground, this.#query))).from;
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
    const hours = this.#ground.hours.of(this.#query.symbol);
    const carrier = new GapCarrier({
      grid: this.#grid,
      hours,
      from: range.from,
      lastClose: await this.#priceBefore(range.from),
      spread: this.#query.spread,
      barsMax: this.#query.limit + 1,
    });
    const end = Math.min(range.to, this.#base.to + 1);
    return { bars: carried(folded, carrier, () => stoppedAt ?? end), stop };
  }

  #has(kind: "ticks" | "bars"): boolean {
    return this.#base.series.some((one) => one.kind === kind);
  }

  /** In points; `null` where there is none for long before. */
  async #priceBefore(before: number): Promise<number | null> {
    const { from, to, side } = this.#base;
    const range = { from: Math.max(from, before - lastPriceReachMs), to: Math.min(before, to + 1) };
    const parts: BasePart[] = [];
    for await (const part of this.#parts(range)) parts.unshift(part);
    for (const part of parts) {
      const price = await lastPrice(this.#ground.history, part, { before, side });
      if (price !== null) return price;
    }
    return null;
  }

  #parts(range: TimeRange): AsyncIterable<BasePart> {
    const { history, marketClock } = this.#ground;
    const { limit, granularity } = this.#query;
    const aheadMs = (limit + 1) * nominalMs(granularity);
    return partsOf(history, this.#base, { range, now: marketClock.now(), aheadMs });
  }

  async *#fold(range: TimeRange, stopAt: (at: number) => void): AsyncGenerator<FoldedBars> {
    if (range.from >= range.to) return;
    const folder = this.#has("bars")
      ? new BarFolder({ grid: this.#grid, keepFlat: this.#query.gaps === "stored" })
      : this.#tickFolder();
    // A bar that opens before the end is told of whole, however far it reaches.
    const read = { from: range.from, to: this.#grid.spanAt(range.to - 1).until };
    let scanned = 0;
    for await (const { rows, piece } of this.#pieces(read)) {
      folder.push(piece as never);
      scanned += rows;
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

  #tickFolder(): TickFolder {
    const { side } = this.#base;
    return new TickFolder({ grid: this.#grid, side, spread: this.#query.spread });
  }

  /** Whole days of live minutes, which most questions are about, in one way to the database. */
  async #liveDays(range: TimeRange): Promise<BarColumns[] | null> {
    const [first] = this.#base.series;
    if (this.#query.source !== liveSource || first?.kind !== "bars") return null;
    if (first.series.intervalMs !== minuteMs || range.to - range.from > liveDaysMs) return null;
    // The last minute of a day under way is not there: it would be read for nothing.
    if (range.to > this.#ground.marketClock.now() + minuteMs) return null;
    const minutes = await Array.fromAsync(this.#ground.history.bars(first.series, range));
    return fillDays(minutes, range) ? minutes : null;
  }

  /** What the fold takes, and how many rows were read for it. */
  async *#pieces(range: TimeRange): AsyncGenerator<Piece> {
    const { history } = this.#ground;
    const days = await this.#liveDays(range);
    if (days !== null) return yield* days.map((piece) => ({ rows: piece.length, piece }));
    for await (const part of this.#parts(range)) {
      if (part.kind === "bars") {
        for await (const piece of history.bars(part.series, part)) {
          yield { rows: piece.length, piece };
        }
        continue;
      }
      // Beside bars, ticks become bars first: a bar that is cut where they meet is folded of both.
      const folder = this.#has("bars") ? this.#tickFolder() : null;
      for await (const ticks of history.ticks(part.series, part, new TickRoom())) {
        folder?.push(ticks);
        yield { rows: ticks.length, piece: folder?.take() ?? ticks };
      }
      if (folder !== null) yield { rows: 0, piece: folder.end() };
    }
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
