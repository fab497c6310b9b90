/** What bars are made of: the source's own bars that fit, and its ticks. */

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
import { fullestBase } from "./fullest_base.ts";
import type { BarBase, BaseSeries } from "./bar_base.ts";

export interface BaseQuery {
  readonly symbol: Symbol;
  readonly source: string;
  /** Without it, the side that the source has most of. */
  readonly side: BarSide | undefined;
  readonly granularity: Granularity;
  /** Without it, likewise. */
  readonly alignment: BarAlignment | undefined;
  /** Only ticks know their spreads. */
  readonly spread: boolean;
  readonly range: TimeRange;
  /** The market's time. */
  readonly now: number;
}

/** In the order of preference where none is asked for and the source has as much of each. */
const sidesPreferred: readonly BarSide[] = ["mid", "bid", "ask"];
const alignmentsPreferred: readonly BarAlignment[] = ["fx-day", "utc"];

/**
 * `null` where the live feed has nothing that the bars could be made of.
 *
 * @throws Problem `not_found` where another source has not: what it has is in the text.
 */
export async function barBase(history: History, query: BaseQuery): Promise<BarBase | null> {
  const listed = (await history.listSeries(query.symbol))
    .filter(({ series }) => series.source === query.source);
  const alignments = query.alignment === undefined ? alignmentsPreferred : [query.alignment];
  const bases: BarBase[] = [];
  for (const side of query.side === undefined ? sidesPreferred : [query.side]) {
    for (const alignment of alignments) {
      const base = baseOf(listed, { ...query, side, alignment });
      if (base !== null) bases.push(base);
    }
  }
  if (bases.length > 0) return await fullestBase(history, bases, query);
  if (query.source !== liveSource) throw nothingFits(listed, query);
  return null;
}

type ExactQuery = BaseQuery & { readonly side: BarSide; readonly alignment: BarAlignment };

function baseOf(listed: readonly SeriesSummary[], query: ExactQuery): BarBase | null {
  const fitting = listed.filter((summary) => fits(summary, query));
  if (fitting.length === 0) return null;
  const series = fitting.map(({ kind, series }) => ({ kind, series }) as BaseSeries);
  const { source, side, alignment } = query;
  return {
    ...{ source, side, alignment },
    series: series.toSorted((a, b) => intervalOf(b) - intervalOf(a)),
    from: Math.min(...fitting.map(({ from }) => from)),
    to: Math.max(...fitting.map(({ to }) => to)),
  };
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

/** Live minutes and ticks of a known range: no look at what there is. */
export const liveBase = (
  { symbol, side = "mid", alignment = "fx-day" }: BaseQuery,
): BarBase => {
  const ticks: TickSeries = { symbol, source: liveSource };
  return {
    ...{ source: liveSource, side, alignment },
    series: [
      { kind: "bars", series: { ...ticks, side, intervalMs: minuteMs } },
      { kind: "ticks", series: ticks },
    ],
    from: -Infinity,
    to: Infinity,
  };
};

function fits({ kind, series, from }: SeriesSummary, query: ExactQuery): boolean {
  if (kind === "ticks") return true;
  const bars = series as BarSeries;
  return !query.spread && bars.side === query.side &&
    nominalMs(query.granularity) % bars.intervalMs === 0 && isAligned(bars, from, query.alignment);
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

const intervalOf = (base: BaseSeries): number => base.kind === "bars" ? base.series.intervalMs : 0;
