/** History as columns: what readers of files give, checks look at, blocks hold and queries return. */

import type { Symbol } from "../domain/instrument.ts";
import type { BarSide } from "../domain/bar.ts";

/**
 * Ticks of one symbol, index by index. Times never fall; ticks of one moment keep their order.
 * Prices are counts of the instrument's points, and fit 32 bits for every listed instrument.
 */
export interface TickColumns {
  readonly length: number;
  /** Epoch milliseconds, UTC. */
  readonly time: Float64Array;
  readonly bid: Int32Array;
  readonly ask: Int32Array;
  /** In the source's own unit, exactly as it wrote them; `null` where it gives none. */
  readonly bidVolume: Float64Array | null;
  readonly askVolume: Float64Array | null;
}

/** Bars of one symbol, side and interval, index by index, by open time. Prices as in ticks. */
export interface BarColumns {
  readonly length: number;
  /** Start of the interval, epoch milliseconds, UTC. */
  readonly openTime: Float64Array;
  readonly open: Int32Array;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly close: Int32Array;
  /** Quotes inside; 0 in a flat bar that carries the last close, -1 where the source does not say. */
  readonly ticks: Int32Array;
  /** In the source's own unit; `null` where it gives none. */
  readonly volume: Float64Array | null;
}

/** Whose ticks: what a symbol was quoted at by one source. `live` is the platform's own feed. */
export interface TickSeries {
  readonly symbol: Symbol;
  /** 1 to 40 of `a-z 0-9 -`: `live`, `dukascopy`, `oanda`. */
  readonly source: string;
}

/** Whose bars, of which side and length. */
export interface BarSeries extends TickSeries {
  readonly side: BarSide;
  /** 60_000 for the bars that are archived live. */
  readonly intervalMs: number;
}

/** `[from, to)` in epoch milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}
