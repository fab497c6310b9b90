/** History as columns: what readers of files give, checks look at, blocks hold and queries return. */

import type { Symbol } from "../domain/instrument.ts";
import type { BarSide } from "../domain/bar.ts";

export type { BarColumns, TickColumns } from "../domain/columns.ts";

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
