/** What bars are made of: the source's own bars where they fit and reach as far, else its ticks. */

import type { BarSide } from "../../../shared/domain/bar.ts";
import { type Granularity, hourMs, nominalMs } from "../../../shared/domain/bars/granularity.ts";
import { minuteMs } from "../../../shared/domain/bar.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import type { BarSeries, TickSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History, SeriesSummary } from "../../../shared/timeseries/history.ts";

/** The platform's own feed. */
export const liveSource = "live";

/** A series to read, and the times it holds; `to` is the last. */
export type BaseSeries =
  & TimeRange
  & {
    readonly symbol: Symbol;
  }
  & (
    | { readonly kind: "ticks"; readonly series: TickSeries }
    | { readonly kind: "bars"; readonly series: BarSeries }
  );

export interface BaseQuery {
  readonly symbol: Symbol;
  readonly source: string;
  readonly side: BarSide;
  readonly granularity: Granularity;
  /** Only ticks know their spreads. */
  readonly spread: boolean;
  readonly range: TimeRange;
}

/** `null` where the source has nothing that the bars could be made of. */
export async function baseSeries(history: History, query: BaseQuery): Promise<BaseSeries | null> {
  const listed = (await history.listSeries(query.symbol))
    .filter(({ series }) => series.source === query.source);
  let best: { readonly base: BaseSeries; readonly rank: number } | null = null;
  for (const summary of listed) {
    const base = baseOf(summary, query);
    if (base === null) continue;
    const rank = coverage(base, query.range);
    const longer = best !== null && rank === best.rank && intervalOf(base) > intervalOf(best.base);
    if (best === null || rank > best.rank || longer) best = { base, rank };
  }
  return best?.base ?? null;
}

/** Live minutes of a known range need no look at what there is. */
export const liveMinutes = ({ symbol, side, range }: BaseQuery): BaseSeries => ({
  kind: "bars",
  symbol,
  series: { symbol, source: liveSource, side, intervalMs: minuteMs },
  ...range,
});

function baseOf(summary: SeriesSummary, query: BaseQuery): BaseSeries | null {
  const { from, to, kind } = summary;
  const { symbol } = query;
  if (kind === "ticks") return { kind, symbol, series: summary.series, from, to };
  if (query.spread) return null;
  const series = summary.series as BarSeries;
  const fits = series.side === query.side && series.intervalMs <= hourMs &&
    hourMs % series.intervalMs === 0 &&
    nominalMs(query.granularity) % series.intervalMs === 0;
  return fits ? { kind, symbol, series, from, to } : null;
}

const coverage = (base: TimeRange, range: TimeRange): number =>
  Math.max(0, Math.min(base.to, range.to) - Math.max(base.from, range.from));

const intervalOf = (base: BaseSeries): number => base.kind === "bars" ? base.series.intervalMs : 0;
