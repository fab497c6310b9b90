/** Cuts bars into blocks: within one span, full where the span holds so many. */

import { sliceBars } from "./bar_columns.ts";
import type { BarColumns } from "./columns.ts";
import type { SeriesKey } from "./series_store.ts";
import { spanOf } from "./spans.ts";
import { lowerBound, sliceTicks } from "./tick_columns.ts";
import { blockRows } from "./tick_blocks.ts";
import type { TickColumns } from "./columns.ts";

/** Bars by open time, each time once. */
export function* barsBySpan(key: SeriesKey, bars: BarColumns): Generator<BarColumns> {
  for (const [from, to] of cuts(key, bars.openTime, bars.length)) yield sliceBars(bars, from, to);
}

/** Ticks as they came, for growing blocks: these may share a moment. */
export function* ticksBySpan(key: SeriesKey, ticks: TickColumns): Generator<TickColumns> {
  for (const [from, to] of cuts(key, ticks.time, ticks.length)) yield sliceTicks(ticks, from, to);
}

function* cuts(key: SeriesKey, times: Float64Array, length: number): Generator<[number, number]> {
  for (let from = 0; from < length;) {
    const spanEnd = spanOf(key, times[from]!).to;
    const to = Math.min(from + blockRows, lowerBound(times, length, spanEnd));
    yield [from, to];
    from = to;
  }
}
