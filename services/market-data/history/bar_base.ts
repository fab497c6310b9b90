/** What bars are made of. */

import type { BarSide } from "../../../shared/domain/bar.ts";
import type { BarAlignment } from "../../../shared/domain/bars/bar_grid.ts";
import type { BarSeries, TickSeries, TimeRange } from "../../../shared/timeseries/columns.ts";

/** A series that bars can be made of. */
export type BaseSeries =
  | { readonly kind: "ticks"; readonly series: TickSeries }
  | { readonly kind: "bars"; readonly series: BarSeries };

/**
 * What bars of a side and an alignment are made of, and the times it holds; `to` is the last. Of two
 * series that hold a moment the first is read: longer bars before shorter ones, ticks last.
 */
export interface BarBase extends TimeRange {
  readonly source: string;
  readonly side: BarSide;
  readonly alignment: BarAlignment;
  readonly series: readonly BaseSeries[];
}
