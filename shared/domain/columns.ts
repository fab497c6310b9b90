/** History as columns: ticks and bars of one symbol, index by index, prices in points. */

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
  /** In the source's own unit, exactly as it wrote them; NaN, or `null` for all, where it gives none. */
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
  /** In the source's own unit; NaN, or `null` for all, where it gives none. */
  readonly volume: Float64Array | null;
}
