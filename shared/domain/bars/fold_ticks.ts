/**
 * Ticks to bars: one pass over the columns, in pieces of any size. How the ticks were cut never
 * changes the bars. Only spans with ticks become bars.
 */

import type { BarSide } from "../bar.ts";
import type { TickColumns } from "../columns.ts";
import { BarBuilder, type BarState, type FoldedBars } from "./bar_builder.ts";
import type { BarGrid } from "./bar_grid.ts";

/** The mid of two prices in points, half a point rounded to even as `sidePrice` does. */
export function midPoints(bid: number, ask: number): number {
  // The floor of the mean without the sum, which may not fit 32 bits.
  const odd = bid ^ ask;
  const floor = (bid & ask) + (odd >> 1);
  return floor + (floor & odd & 1);
}

/** A side's prices of ticks, index by index; the mids lie in room that is used again. */
export class SidePoints {
  readonly #side: BarSide;
  #room = new Int32Array(0);

  constructor(side: BarSide) {
    this.#side = side;
  }

  /** Good until the next call. */
  of({ bid, ask, length }: TickColumns): Int32Array {
    if (this.#side !== "mid") return this.#side === "bid" ? bid : ask;
    if (this.#room.length < length) this.#room = new Int32Array(length);
    const mids = this.#room;
    for (let at = 0; at < length; at++) mids[at] = midPoints(bid[at]!, ask[at]!);
    return mids;
  }
}

/** Whether any tick may be weighed on a side: by its own volume, or by both for the mid. */
const isWeighed = ({ bidVolume, askVolume }: TickColumns, side: BarSide): boolean =>
  (side === "ask" || bidVolume !== null) && (side === "bid" || askVolume !== null);

/** What a tick weighs on a side: its own volume, or both for the mid; NaN where unknown. */
export function sideVolume(ticks: TickColumns, side: BarSide, at: number): number {
  const { bidVolume, askVolume } = ticks;
  if (side === "bid") return bidVolume === null ? NaN : bidVolume[at]!;
  if (side === "ask") return askVolume === null ? NaN : askVolume[at]!;
  return bidVolume === null || askVolume === null ? NaN : bidVolume[at]! + askVolume[at]!;
}

export interface TickFolderOptions {
  readonly grid: BarGrid;
  readonly side: BarSide;
  /** Whether the bars tell of the spreads in them. Default false: it costs as much as the prices. */
  readonly spread?: boolean;
}

export class TickFolder {
  readonly #grid: BarGrid;
  readonly #side: BarSide;
  readonly #spread: boolean;
  readonly #builder = new BarBuilder();
  readonly #bar: BarState;
  /** End of the bar under way; `-Infinity` while there is none. */
  #until = -Infinity;
  readonly #points: SidePoints;

  constructor({ grid, side, spread = false }: TickFolderOptions) {
    this.#grid = grid;
    this.#side = side;
    this.#spread = spread;
    this.#points = new SidePoints(side);
    this.#bar = unfilled();
  }

  /** Start of the bar under way, which the next tick may still change; `null` without one. */
  get openTime(): number | null {
    return this.#until === -Infinity ? null : this.#bar.openTime;
  }

  /** Finished bars not taken yet. */
  get length(): number {
    return this.#builder.length;
  }

  push(ticks: TickColumns): void {
    const { time, bid, ask, length } = ticks;
    const prices = this.#points.of(ticks);
    const hasVolume = isWeighed(ticks, this.#side);
    for (let from = 0; from < length;) {
      if (time[from]! >= this.#until) this.#begin(time[from]!, prices[from]!);
      const to = this.#addPrices(ticks, prices, from);
      if (this.#spread) this.#addSpreads(bid, ask, { from, to });
      if (hasVolume) this.#addVolumes(ticks, from, to);
      else this.#bar.volume = NaN;
      from = to;
    }
  }

  /** The bars that are finished: a later tick has come. */
  take(): FoldedBars {
    return this.#builder.take({ spread: this.#spread });
  }

  /** All bars, the one under way included; the folder then begins anew. */
  end(): FoldedBars {
    this.#finish();
    return this.take();
  }

  #begin(at: number, price: number): void {
    this.#finish();
    const span = this.#grid.spanAt(at);
    this.#until = span.until;
    // Field by field into the same bar: a new one for each costs more than folding its ticks.
    const bar = this.#bar;
    bar.openTime = span.from;
    bar.open =
      bar.high =
      bar.low =
      bar.close =
        price;
    bar.ticks = bar.volume = bar.spreadSum = 0;
    bar.spreadMin = Infinity;
    bar.spreadMax = -Infinity;
  }

  #finish(): void {
    if (this.#until !== -Infinity) this.#builder.add(this.#bar);
    this.#until = -Infinity;
  }

  /** Takes what the bar under way has of the ticks, from the first; returns where it ends. */
  #addPrices({ time, length }: TickColumns, prices: Int32Array, from: number): number {
    const bar = this.#bar;
    const until = this.#until;
    let high = bar.high | 0;
    let low = bar.low | 0;
    let close = 0;
    let at = from;
    for (; at < length && time[at]! < until; at++) {
      close = prices[at]!;
      // Not by comparing: which way a price goes is what a processor cannot guess.
      high = Math.max(high, close);
      low = Math.min(low, close);
    }
    bar.high = high;
    bar.low = low;
    bar.close = close;
    bar.ticks += at - from;
    return at;
  }

  #addSpreads(
    bid: Int32Array,
    ask: Int32Array,
    { from, to }: { readonly from: number; readonly to: number },
  ): void {
    const bar = this.#bar;
    let { spreadMin: min, spreadMax: max, spreadSum: sum } = bar;
    for (let at = from; at < to; at++) {
      const spread = ask[at]! - bid[at]!;
      if (spread < min) min = spread;
      if (spread > max) max = spread;
      sum += spread;
    }
    bar.spreadMin = min;
    bar.spreadMax = max;
    bar.spreadSum = sum;
  }

  #addVolumes(ticks: TickColumns, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#bar.volume += sideVolume(ticks, this.#side, at);
  }
}

const unfilled = (): BarState => ({
  openTime: 0,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  ticks: 0,
  volume: 0,
  spreadMin: Infinity,
  spreadMax: -Infinity,
  spreadSum: 0,
});
