/** What bars are made of: the source's own bars where they fit and reach as far, else its ticks. */

import type { BarSide } from "../../../shared/domain/bar.ts";
import { type Granularity, hourMs, nominalMs } from "../../../shared/domain/bars/granularity.ts";
import { minuteMs } from "../../../shared/domain/bar.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import type { BarSeries, TickSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { History, SeriesSummary } from "../../../shared/timeseries/history.ts";

/** The platform's own feed. */
export const liveSource = "live";

/** A series to read for bars of a side, and the times it holds; `to` is the last. */
export type BaseSeries =
  & TimeRange
  & {
    readonly symbol: Symbol;
    readonly side: BarSide;
  }
  & (
    | { readonly kind: "ticks"; readonly series: TickSeries }
    | { readonly kind: "bars"; readonly series: BarSeries }
  );

export interface BaseQuery {
  readonly symbol: Symbol;
  readonly source: string;
  /** Without it, mid where the source has it, else bid, else ask. */
  readonly side: BarSide | undefined;
  readonly granularity: Granularity;
  /** Only ticks know their spreads. */
  readonly spread: boolean;
  readonly range: TimeRange;
}

/** In the order of preference where none is asked for. */
const sidesPreferred: readonly BarSide[] = ["mid", "bid", "ask"];

/**
 * `null` where the live feed has nothing that the bars could be made of.
 *
 * @throws Problem `not_found` where another source has not: what it has is in the text.
 */
export async function baseSeries(history: History, query: BaseQuery): Promise<BaseSeries | null> {
  const listed = (await history.listSeries(query.symbol))
    .filter(({ series }) => series.source === query.source);
  for (const side of query.side === undefined ? sidesPreferred : [query.side]) {
    const base = bestOf(listed, { ...query, side });
    if (base !== null) return base;
  }
  if (query.source !== liveSource) throw nothingFits(listed, query);
  return null;
}

type SidedQuery = BaseQuery & { readonly side: BarSide };

function bestOf(listed: readonly SeriesSummary[], query: SidedQuery): BaseSeries | null {
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

function nothingFits(listed: readonly SeriesSummary[], query: BaseQuery): Problem {
  const { symbol, source, granularity, side = "", spread } = query;
  const bars = `${[side, granularity].join(" ").trim()} bars${spread ? " with spreads" : ""}`;
  return listed.length === 0 ? noSeries(symbol, source) : new Problem(
    "not_found",
    `${bars} of ${symbol} cannot be made of what ${source} has: ` +
      listed.map(seriesText).join(", "),
  );
}

/** A source that has nothing of the symbol: a slip of the pen, or not loaded yet. */
const noSeries = (symbol: Symbol, source: string): Problem =>
  new Problem(
    "not_found",
    `There is no history of ${symbol} from ${source}; ` +
      `/v1/instruments/${symbol}/series lists what there is`,
  );

/** @throws Problem `not_found` where a source that is not the live feed has no ticks at all. */
export async function requireTicks(
  history: History,
  { symbol, source }: { readonly symbol: Symbol; readonly source: string },
): Promise<void> {
  if (source === liveSource) return;
  const listed = (await history.listSeries(symbol)).filter(({ series }) =>
    series.source === source
  );
  if (listed.length === 0) throw noSeries(symbol, source);
  if (listed.some(({ kind }) => kind === "ticks")) return;
  throw new Problem(
    "not_found",
    `${source} has no ticks of ${symbol}, only ${listed.map(seriesText).join(", ")}`,
  );
}

const seriesText = ({ kind, series }: SeriesSummary): string =>
  kind === "ticks"
    ? "ticks"
    : `${(series as BarSeries).side} bars of ${(series as BarSeries).intervalMs / 1_000} s`;

/** Live minutes of a known range need no look at what there is. */
export const liveMinutes = ({ symbol, side = "mid", range }: BaseQuery): BaseSeries => ({
  kind: "bars",
  symbol,
  side,
  series: { symbol, source: liveSource, side, intervalMs: minuteMs },
  ...range,
});

function baseOf(summary: SeriesSummary, query: SidedQuery): BaseSeries | null {
  const { from, to, kind } = summary;
  const { symbol, side } = query;
  if (kind === "ticks") return { kind, symbol, side, series: summary.series, from, to };
  if (query.spread) return null;
  const series = summary.series as BarSeries;
  const fits = series.side === side && series.intervalMs <= hourMs &&
    hourMs % series.intervalMs === 0 &&
    nominalMs(query.granularity) % series.intervalMs === 0;
  return fits ? { kind, symbol, side, series, from, to } : null;
}

const coverage = (base: TimeRange, range: TimeRange): number =>
  Math.max(0, Math.min(base.to, range.to) - Math.max(base.from, range.from));

const intervalOf = (base: BaseSeries): number => base.kind === "bars" ? base.series.intervalMs : 0;
