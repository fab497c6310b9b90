/** A symbol's newest price and the bar it is in, changed in place: nothing is made for a quote. */

import type { StrategyBar, StrategyQuote } from "./strategy.ts";

export class PriceView implements StrategyQuote {
  readonly symbol: string;
  /** Points in one: 10 to the price's decimals. */
  readonly scale: number;
  bidPoints = 0;
  askPoints = 0;
  time = 0;
  readonly bar: BarView | null;

  /** `barMs` 0 for no bars. */
  constructor(symbol: string, grid: { readonly pricePrecision: number; readonly barMs: number }) {
    this.symbol = symbol;
    this.scale = 10 ** grid.pricePrecision;
    this.bar = grid.barMs > 0 ? new BarView(symbol, grid.barMs) : null;
  }

  get bid(): number {
    return this.bidPoints / this.scale;
  }

  get ask(): number {
    return this.askPoints / this.scale;
  }

  get mid(): number {
    return (this.bidPoints + this.askPoints) / (2 * this.scale);
  }
}

export class BarView implements StrategyBar {
  readonly symbol: string;
  readonly #barMs: number;
  openTime = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  ticks = 0;
  #endsAt = -Infinity;

  constructor(symbol: string, barMs: number) {
    this.symbol = symbol;
    this.#barMs = barMs;
  }

  /** Whether a quote of that time belongs to a later bar than the one at hand, which is thus over. */
  endsBy(time: number): boolean {
    return time >= this.#endsAt && this.ticks > 0;
  }

  add(time: number, mid: number): void {
    if (time >= this.#endsAt) {
      this.openTime = time - time % this.#barMs;
      this.#endsAt = this.openTime + this.#barMs;
      this.open = this.high = this.low = mid;
      this.ticks = 0;
    } else if (mid > this.high) this.high = mid;
    else if (mid < this.low) this.low = mid;
    this.close = mid;
    this.ticks++;
  }
}
