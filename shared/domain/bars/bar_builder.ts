/** Folded bars as columns that grow, and how the bars of one fold are handed over. */

import type { BarColumns } from "../columns.ts";

/** Spreads of the quotes in each bar, in points; the mean is `sum / ticks`, exact. */
export interface SpreadColumns {
  readonly min: Int32Array;
  readonly max: Int32Array;
  readonly sum: Float64Array;
}

/** Bars made of ticks or of shorter bars; with spreads where every quote of them was seen. */
export interface FoldedBars extends BarColumns {
  readonly spread: SpreadColumns | null;
}

/** One bar, as a builder takes and a fold keeps it. */
export interface BarState {
  openTime: number;
  open: number;
  high: number;
  low: number;
  close: number;
  ticks: number;
  /** NaN where it is not known. */
  volume: number;
  spreadMin: number;
  spreadMax: number;
  spreadSum: number;
}

const firstCapacity = 256;

/** Collects bars in typed arrays that double as they fill. */
export class BarBuilder {
  #length = 0;
  #columns = emptyColumns(firstCapacity);

  get length(): number {
    return this.#length;
  }

  add(bar: BarState): void {
    if (this.#length === this.#columns.openTime.length) this.#columns = grown(this.#columns);
    const columns = this.#columns;
    const at = this.#length++;
    columns.openTime[at] = bar.openTime;
    columns.open[at] = bar.open;
    columns.high[at] = bar.high;
    columns.low[at] = bar.low;
    columns.close[at] = bar.close;
    columns.ticks[at] = bar.ticks;
    columns.volume[at] = bar.volume;
    columns.spreadMin[at] = bar.spreadMin;
    columns.spreadMax[at] = bar.spreadMax;
    columns.spreadSum[at] = bar.spreadSum;
  }

  /** The bars so far, which are then forgotten. */
  take({ spread }: { readonly spread: boolean }): FoldedBars {
    const length = this.#length;
    const columns = this.#columns;
    this.#length = 0;
    return {
      length,
      openTime: columns.openTime.slice(0, length),
      open: columns.open.slice(0, length),
      high: columns.high.slice(0, length),
      low: columns.low.slice(0, length),
      close: columns.close.slice(0, length),
      ticks: columns.ticks.slice(0, length),
      volume: volumesOf(columns.volume.slice(0, length)),
      spread: spread
        ? {
          min: columns.spreadMin.slice(0, length),
          max: columns.spreadMax.slice(0, length),
          sum: columns.spreadSum.slice(0, length),
        }
        : null,
    };
  }
}

/** The bars `[from, until)` of some, without copying them. */
export function sliceBars(bars: FoldedBars, from: number, until: number): FoldedBars {
  if (from <= 0 && until >= bars.length) return bars;
  const { spread } = bars;
  return {
    length: Math.max(0, Math.min(until, bars.length) - from),
    openTime: bars.openTime.subarray(from, until),
    open: bars.open.subarray(from, until),
    high: bars.high.subarray(from, until),
    low: bars.low.subarray(from, until),
    close: bars.close.subarray(from, until),
    ticks: bars.ticks.subarray(from, until),
    volume: bars.volume?.subarray(from, until) ?? null,
    spread: spread === null ? null : {
      min: spread.min.subarray(from, until),
      max: spread.max.subarray(from, until),
      sum: spread.sum.subarray(from, until),
    },
  };
}

/** Bars one after the other; volumes where one is known, spreads only where all have them. */
export function joinBars(pieces: readonly FoldedBars[]): FoldedBars {
  if (pieces.length === 1) return pieces[0]!;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const joined = emptyColumns(length);
  let at = 0;
  for (const piece of pieces) {
    for (const name of ["openTime", "open", "high", "low", "close", "ticks"] as const) {
      joined[name].set(piece[name], at);
    }
    if (piece.volume === null) joined.volume.fill(NaN, at, at + piece.length);
    else joined.volume.set(piece.volume, at);
    if (piece.spread !== null) {
      joined.spreadMin.set(piece.spread.min, at);
      joined.spreadMax.set(piece.spread.max, at);
      joined.spreadSum.set(piece.spread.sum, at);
    }
    at += piece.length;
  }
  const filled = pieces.filter((piece) => piece.length > 0);
  const known = (has: (piece: FoldedBars) => boolean) => filled.length > 0 && filled.every(has);
  const { volume, spreadMin: min, spreadMax: max, spreadSum: sum, ...rest } = joined;
  return {
    length,
    ...rest,
    volume: volumesOf(volume),
    spread: known((piece) => piece.spread !== null) ? { min, max, sum } : null,
  };
}

/** `null` where none is known. */
const volumesOf = (volume: Float64Array): Float64Array | null =>
  volume.every(Number.isNaN) ? null : volume;

const emptyColumns = (capacity: number) => ({
  openTime: new Float64Array(capacity),
  open: new Int32Array(capacity),
  high: new Int32Array(capacity),
  low: new Int32Array(capacity),
  close: new Int32Array(capacity),
  ticks: new Int32Array(capacity),
  volume: new Float64Array(capacity),
  spreadMin: new Int32Array(capacity),
  spreadMax: new Int32Array(capacity),
  spreadSum: new Float64Array(capacity),
});

function grown(columns: ReturnType<typeof emptyColumns>): ReturnType<typeof emptyColumns> {
  const larger = emptyColumns(2 * columns.openTime.length);
  for (const name of Object.keys(columns) as (keyof typeof columns)[]) {
    larger[name].set(columns[name]);
  }
  return larger;
}
