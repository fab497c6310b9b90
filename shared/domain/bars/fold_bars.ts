/**
 * Shorter bars to longer ones, as if the ticks had been folded: a flat bar that only carries a
 * price over a silent minute has no say while the span has a bar with quotes.
 */

import type { BarColumns } from "../columns.ts";
import { BarBuilder, type BarState, type FoldedBars } from "./bar_builder.ts";
import type { BarGrid } from "./bar_grid.ts";

export interface BarFolderOptions {
  readonly grid: BarGrid;
  /** Whether a span of nothing but flat bars becomes a flat bar, or nothing. */
  readonly keepFlat: boolean;
}

export class BarFolder {
  readonly #options: BarFolderOptions;
  readonly #builder = new BarBuilder();
  #bar: BarState | null = null;
  #until = -Infinity;
  /** Whether a volume, known or not, is in the bar under way. */
  #weighed = false;

  constructor(options: BarFolderOptions) {
    this.#options = options;
  }

  /** Start of the bar under way; `null` without one. */
  get openTime(): number | null {
    return this.#bar?.openTime ?? null;
  }

  /** Finished bars not taken yet. */
  get length(): number {
    return this.#builder.length;
  }

  push(bars: BarColumns): void {
    const { openTime, ticks, length } = bars;
    for (let at = 0; at < length; at++) {
      if (ticks[at] === 0 && !this.#options.keepFlat) continue;
      if (openTime[at]! >= this.#until) this.#begin(openTime[at]!);
      this.#add(bars, at);
    }
  }

  take(): FoldedBars {
    return this.#builder.take({ spread: false });
  }

  /** All bars, the one under way included; the folder then begins anew. */
  end(): FoldedBars {
    this.#finish();
    return this.take();
  }

  #begin(at: number): void {
    this.#finish();
    const span = this.#options.grid.spanAt(at);
    this.#until = span.until;
    this.#bar = { ...unfilled, openTime: span.from };
    this.#weighed = false;
  }

  #finish(): void {
    if (this.#bar !== null && this.#bar.ticks !== unset) {
      if (!this.#weighed) this.#bar.volume = NaN;
      this.#builder.add(this.#bar);
    }
    this.#bar = null;
    this.#until = -Infinity;
  }

  #add(bars: BarColumns, at: number): void {
    const bar = this.#bar!;
    const ticks = bars.ticks[at]!;
    if (bar.ticks === unset || (bar.ticks === 0 && ticks !== 0)) {
      // The first, or the first with quotes: a flat one before it only carried an older price.
      bar.open = bars.open[at]!;
      bar.high = bars.high[at]!;
      bar.low = bars.low[at]!;
      bar.close = bars.close[at]!;
      bar.ticks = ticks;
    } else if (ticks !== 0) {
      bar.high = Math.max(bar.high, bars.high[at]!);
      bar.low = Math.min(bar.low, bars.low[at]!);
      bar.close = bars.close[at]!;
      bar.ticks = bar.ticks < 0 || ticks < 0 ? -1 : bar.ticks + ticks;
    }
    const volume = bars.volume?.[at] ?? NaN;
    if (ticks === 0 && Number.isNaN(volume)) return;
    bar.volume += volume;
    this.#weighed = true;
  }
}

/** Ticks of a bar that nothing has been added to. */
const unset = -2;

const unfilled: BarState = {
  openTime: 0,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  ticks: unset,
  volume: 0,
  spreadMin: Infinity,
  spreadMax: -Infinity,
  spreadSum: 0,
};
