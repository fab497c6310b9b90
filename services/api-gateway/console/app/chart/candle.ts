/** One candle of a chart. */

export interface Candle {
  /** Milliseconds since 1970. */
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}
