/** Bars one by one, and the same as columns. */

import type { Bar, BarSide } from "./bar.ts";
import type { BarColumns } from "./columns.ts";
import { price, type Symbol } from "./instrument.ts";
import { epochMs } from "./time.ts";

export function barsOf(
  { length, openTime, open, high, low, close, ticks }: BarColumns,
  of: { readonly symbol: Symbol; readonly side: BarSide },
): Bar[] {
  return Array.from({ length }, (_, i) => ({
    ...of,
    openTime: epochMs(openTime[i]!),
    open: price(open[i]!),
    high: price(high[i]!),
    low: price(low[i]!),
    close: price(close[i]!),
    ticks: ticks[i]!,
  }));
}

/** Live bars have no volumes. */
export function columnsOf(bars: readonly Bar[]): BarColumns {
  const { length } = bars;
  const columns = {
    length,
    openTime: new Float64Array(length),
    open: new Int32Array(length),
    high: new Int32Array(length),
    low: new Int32Array(length),
    close: new Int32Array(length),
    ticks: new Int32Array(length),
    volume: null,
  };
  for (const [at, bar] of bars.entries()) {
    columns.openTime[at] = bar.openTime;
    columns.open[at] = bar.open;
    columns.high[at] = bar.high;
    columns.low[at] = bar.low;
    columns.close[at] = bar.close;
    columns.ticks[at] = bar.ticks;
  }
  return columns;
}
