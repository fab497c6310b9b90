/** The minutes that signals stand on when the worker starts, as the archive has them. */

import { type Bar, minuteMs } from "../../shared/domain/bar.ts";
import { barsOf } from "../../shared/domain/bar_columns.ts";
import { dayMs } from "../../shared/domain/bars/granularity.ts";
import { instruments } from "../../shared/domain/instruments.ts";
import { minutesMax } from "../../shared/domain/signals/studied_minutes.ts";
import { liveSource } from "../../shared/domain/source.ts";
import type { BarSeries } from "../../shared/timeseries/columns.ts";
import type { History } from "../../shared/timeseries/history.ts";

/** A weekend and a holiday may lie among them. */
const reachMs = minutesMax * minuteMs + 3 * dayMs;

/** Finished minutes of the middle price, of each symbol in order. */
export async function* readMinutes(history: History): AsyncGenerator<Bar[]> {
  for (const { symbol } of instruments) {
    const series: BarSeries = { symbol, source: liveSource, side: "mid", intervalMs: minuteMs };
    const held = await history.listSeries(symbol);
    const summary = held.find(({ series: one }) =>
      one.source === liveSource && "side" in one && one.side === series.side &&
      one.intervalMs === series.intervalMs
    );
    if (summary === undefined) continue;
    const range = { from: summary.to - reachMs, to: summary.to + 1 };
    const bars: Bar[] = [];
    for await (const columns of history.bars(series, range)) bars.push(...barsOf(columns, series));
    yield bars.slice(-minutesMax);
  }
}
