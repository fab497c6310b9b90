/** Prices of a moment, from history, and the path of prices that leads between two currencies. */

import { type conversionPaths, type Leg } from "../../../shared/domain/conversion.ts";
import { openMsBetween, type TradingHours } from "../../../shared/domain/fx_week.ts";
import type { BarSeries } from "../../../shared/timeseries/columns.ts";
import type { History, SeriesSummary } from "../../../shared/timeseries/history.ts";
import { lastClose, lastPair, lastTick, type Quoted } from "../history/last_price.ts";

/** A leg, and the price it is gone through at. */
export interface PricedLeg {
  readonly leg: Leg;
  /** Bid and ask together, in points. */
  readonly twiceMid: number;
  readonly time: number;
  readonly ageMs: number;
  readonly openAgeMs: number;
}

export interface RateQuery {
  readonly paths: ReturnType<typeof conversionPaths>;
  readonly source: string;
  readonly at: number;
  readonly openAgeMsMax: number;
}

export type RateFault = {
  readonly fault: "rate_missing" | "rate_too_old";
  readonly detail: string;
};

/** The first path whose every price is there and young enough. */
export async function ratePath(
  ground: { readonly history: History; readonly hours: TradingHours },
  query: RateQuery,
): Promise<readonly PricedLeg[] | RateFault> {
  const known = new Map<string, PricedLeg | null>();
  let old: PricedLeg | null = null;
  for (const path of query.paths) {
    const priced: PricedLeg[] = [];
    for (const leg of path) {
      const { symbol } = leg.instrument;
      if (!known.has(symbol)) known.set(symbol, await priceOf(ground, leg, query));
      const price = known.get(symbol);
      if (!price) break;
      priced.push(price);
    }
    if (priced.length < path.length) continue;
    const tooOld = priced.find(({ openAgeMs }) => openAgeMs > query.openAgeMsMax);
    if (tooOld === undefined) return priced;
    old ??= tooOld;
  }
  if (old === null) {
    return { fault: "rate_missing", detail: `${query.source} has no price of a pair between them` };
  }
  const { leg, openAgeMs } = old;
  return {
    fault: "rate_too_old",
    detail: `The newest price of ${leg.instrument.symbol} was ${openAgeMs} ms of open market old`,
  };
}

async function priceOf(
  { history, hours }: { readonly history: History; readonly hours: TradingHours },
  leg: Leg,
  { source, at }: RateQuery,
): Promise<PricedLeg | null> {
  const { symbol } = leg.instrument;
  const listed = (await history.listSeries(symbol))
    .filter(({ series, from }) => series.source === source && from <= at);
  let newest: Mid | null = null;
  for (const summary of listed) {
    const found = await newestOf(history, listed, { summary, at });
    if (found !== null && (newest === null || found.time > newest.time)) newest = found;
  }
  if (newest === null || newest.twiceMid <= 0) return null;
  const { time } = newest;
  const openAgeMs = openMsBetween(hours.of(symbol), time, at);
  return { leg, ...newest, ageMs: at - time, openAgeMs };
}

type Mid = Pick<PricedLeg, "time" | "twiceMid">;

/**
 * Of ticks the newest; of mid bars the close of the newest that had ended; of bid bars the same, with
 * that of the ask bar of the same time.
 */
async function newestOf(
  history: History,
  listed: readonly SeriesSummary[],
  { summary, at }: { readonly summary: SeriesSummary; readonly at: number },
): Promise<Mid | null> {
  const { kind, series, from, to } = summary;
  if (kind === "ticks") return midOf(await lastTick(history, { series, from, to }, at + 1));
  const bars = series as BarSeries;
  if (bars.side === "mid") {
    const close = await lastClose(history, { series: bars, from, to }, at);
    return close === null ? null : { time: close.time, twiceMid: 2 * close.price };
  }
  const other = bars.side === "bid" ? askBeside(listed, bars) : undefined;
  if (other === undefined) return null;
  const both = { from: Math.max(from, other.from), to: Math.min(to, other.to) };
  return midOf(
    await lastPair(history, { bid: bars, ask: other.series as BarSeries, ...both }, at),
  );
}

const midOf = (quoted: Quoted | null): Mid | null =>
  quoted === null ? null : { time: quoted.time, twiceMid: quoted.bid + quoted.ask };

const askBeside = (
  listed: readonly SeriesSummary[],
  { intervalMs }: BarSeries,
): SeriesSummary | undefined =>
  listed.find(({ kind, series }) => {
    const bars = series as BarSeries;
    return kind === "bars" && bars.side === "ask" && bars.intervalMs === intervalMs;
  });
