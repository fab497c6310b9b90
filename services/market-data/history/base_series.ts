/** What bars are made of: the source's own bars where they fit and reach as far, else its ticks. */

import type { BarSide } from "../../../shared/domain/bar.ts";
import { type BarAlignment, barGrid } from "../../../shared/domain/bars/bar_grid.ts";
import {
  granularities,
  type Granularity,
  hourMs,
  nominalMs,
} from "../../../shared/domain/bars/granularity.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { minuteMs } from "../../../shared/domain/bar.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import type { BarSeries, TickSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { History, SeriesSummary } from "../../../shared/timeseries/history.ts";

/** A series to read, what bars are made of it, and the times it holds; `to` is the last. */
export type BaseSeries =
  & TimeRange
  & {
    readonly symbol: Symbol;
    readonly side: BarSide;
    readonly alignment: BarAlignment;
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
  /** Without it, the FX day's where it fits, else UTC's. */
  readonly alignment: BarAlignment | undefined;
  /** Only ticks know their spreads. */
  readonly spread: boolean;
  readonly range: TimeRange;
}

/** In the order of preference where none is asked for. */
const sidesPreferred: readonly BarSide[] = ["mid", "bid", "ask"];
const alignmentsPreferred: readonly BarAlignment[] = ["fx-day", "utc"];

/**
 * `null` where the live feed has nothing that the bars could be made of.
 *
 * @throws Problem `not_found` where another source has not: what it has is in the text.
 */
export async function baseSeries(history: History, query: BaseQuery): Promise<BaseSeries | null> {
  const listed = (await history.listSeries(query.symbol))
    .filter(({ series }) => series.source === query.source);
  const alignments = query.alignment === undefined ? alignmentsPreferred : [query.alignment];
  for (const side of query.side === undefined ? sidesPreferred : [query.side]) {
    for (const alignment of alignments) {
      const base = bestOf(listed, { ...query, side, alignment });
      if (base !== null) return base;
    }
  }
  if (query.source !== liveSource) throw nothingFits(listed, query);
  return null;
}

type ExactQuery = BaseQuery & { readonly side: BarSide; readonly alignment: BarAlignment };

function bestOf(listed: readonly SeriesSummary[], query: ExactQuery): BaseSeries | null {
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
      listed.map(seriesText).join("; "),
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
    `${source} has no ticks of ${symbol}, only ${listed.map(seriesText).join("; ")}`,
  );
}

const seriesText = ({ kind, series, from }: SeriesSummary): string =>
  kind === "ticks"
    ? "ticks"
    : `${(series as BarSeries).side} bars of ${(series as BarSeries).intervalMs / 1_000} s, ` +
      `the first at ${toRfc3339(epochMs(from))}`;

/** Live minutes of a known range need no look at what there is. */
export const liveMinutes = (
  { symbol, side = "mid", alignment = "fx-day", range }: BaseQuery,
): BaseSeries => ({
  kind: "bars",
  ...{ symbol, side, alignment },
  series: { symbol, source: liveSource, side, intervalMs: minuteMs },
  ...range,
});

function baseOf(summary: SeriesSummary, query: ExactQuery): BaseSeries | null {
  const { from, to, kind } = summary;
  const { symbol, side, alignment } = query;
  const base = { symbol, side, alignment, from, to };
  if (kind === "ticks") return { kind, ...base, series: summary.series };
  if (query.spread) return null;
  const series = summary.series as BarSeries;
  const fits = series.side === side && nominalMs(query.granularity) % series.intervalMs === 0 &&
    isAligned(series, from, alignment);
  return fits ? { kind, ...base, series } : null;
}

/**
 * Bars longer than an hour belong to the alignment that the first of them opens in. Those of two
 * hours open alike in both while New York has winter, so they are not told apart, and not used.
 */
function isAligned({ intervalMs }: BarSeries, first: number, alignment: BarAlignment): boolean {
  if (intervalMs <= hourMs) return hourMs % intervalMs === 0;
  const length = granularities.find((one) => nominalMs(one) === intervalMs);
  if (length === undefined || length === "H2") return false;
  return barGrid(length, alignment).spanAt(first).from === first;
}

const coverage = (base: TimeRange, range: TimeRange): number =>
  Math.max(0, Math.min(base.to, range.to) - Math.max(base.from, range.from));

const intervalOf = (base: BaseSeries): number => base.kind === "bars" ? base.series.intervalMs : 0;
