/**
 * Flat bars where nothing was quoted: every span that the market was open in, wholly or in part,
 * gets a bar that carries the last close. Closed sessions stay empty.
 */

import type { TradingHours } from "../fx_week.ts";
import { epochMs } from "../time.ts";
import { BarBuilder, type FoldedBars } from "./bar_builder.ts";
import type { BarGrid } from "./bar_grid.ts";

/** Sessions looked at for one span at most; a month of FX days has fewer. */
const sessionsMax = 100;

export interface GapCarrierOptions {
  readonly grid: BarGrid;
  readonly hours: Pick<TradingHours, "sessionAt">;
  /** Start of the first span that wants a bar. */
  readonly from: number;
  /** The price before it in points; without one the bars begin with the first that comes. */
  readonly lastClose: number | null;
  /** Whether the bars given tell of spreads: flat ones then do too, of none. Default false. */
  readonly spread?: boolean;
  /** Bars of one call at most: the caller asks again for what is left. */
  readonly barsMax: number;
}

export class GapCarrier {
  readonly #options: GapCarrierOptions;
  readonly #builder = new BarBuilder();
  #next: number;
  #close: number | null;

  constructor(options: GapCarrierOptions) {
    this.#options = options;
    this.#next = options.from;
    this.#close = options.lastClose;
  }

  /** Start of the next span that has no bar yet. */
  get next(): number {
    return this.#next;
  }

  /**
   * The bars given with the gaps between them filled; gaps alone up to `until`, where it lies
   * beyond. Stops at `barsMax`: `next` then lies before the end of what was given.
   */
  fill(bars: FoldedBars, until = -Infinity): FoldedBars {
    const { barsMax } = this.#options;
    for (let at = 0; at < bars.length && this.#builder.length < barsMax; at++) {
      if (bars.openTime[at]! < this.#next) continue;
      this.#carryTo(bars.openTime[at]!);
      if (this.#builder.length >= barsMax) break;
      this.#keep(bars, at);
    }
    if (this.#builder.length < barsMax) this.#carryTo(until);
    return this.#builder.take({ spread: this.#options.spread ?? false });
  }

  #carryTo(until: number): void {
    const { grid, barsMax } = this.#options;
    if (this.#close === null) {
      this.#next = Math.max(this.#next, until);
      return;
    }
    while (this.#next < until && this.#builder.length < barsMax) {
      const span = grid.spanAt(this.#next);
      const opens = this.#opensWithin(span.from, span.until);
      if (opens === null) {
        this.#builder.add(flatBar(span.from, this.#close));
        this.#next = span.until;
      } else this.#next = Math.min(until, Math.max(span.until, grid.spanAt(opens).from));
    }
  }

  #keep(bars: FoldedBars, at: number): void {
    const { spread } = bars;
    this.#builder.add({
      openTime: bars.openTime[at]!,
      open: bars.open[at]!,
      high: bars.high[at]!,
      low: bars.low[at]!,
      close: bars.close[at]!,
      ticks: bars.ticks[at]!,
      volume: bars.volume?.[at] ?? NaN,
      spreadMin: spread?.min[at] ?? 0,
      spreadMax: spread?.max[at] ?? 0,
      spreadSum: spread?.sum[at] ?? 0,
    });
    this.#close = bars.close[at]!;
    this.#next = this.#options.grid.spanAt(bars.openTime[at]!).until;
  }

  /** `null` when the market is open at some moment of the span; otherwise how far it stays closed. */
  #opensWithin(from: number, until: number): number | null {
    let at = from;
    for (let looked = 0; looked < sessionsMax && at < until; looked++) {
      const session = this.#options.hours.sessionAt(epochMs(at));
      if (session.open) return null;
      at = session.until;
    }
    return at;
  }
}

const flatBar = (openTime: number, close: number) => ({
  openTime,
  open: close,
  high: close,
  low: close,
  close,
  ticks: 0,
  volume: NaN,
  spreadMin: 0,
  spreadMax: 0,
  spreadSum: 0,
});
