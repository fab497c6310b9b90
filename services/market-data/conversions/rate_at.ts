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
  const known = new Map<string, PricedLeg | Unpriced>();
  let old: string | null = null;
  for (const path of query.paths) {
    const priced: PricedLeg[] = [];
    for (const leg of path) {
      const { symbol } = leg.instrument;
      const price = known.get(symbol) ?? await priceOf(ground, leg, query);
      known.set(symbol, price);
      if (price === "old") old ??= `The newest price of ${symbol} was more than two weeks old`;
      if (typeof price === "string") break;
      priced.push(price);
    }
    if (priced.length < path.length) continue;
    const tooOld = priced.find(({ openAgeMs }) => openAgeMs > query.openAgeMsMax);
    if (tooOld === undefined) return priced;
    const { leg, openAgeMs } = tooOld;
    old ??= `The newest price of ${leg.instrument.symbol} was ${openAgeMs} ms of open market old`;
  }
  if (old !== null) return { fault: "rate_too_old", detail: old };
  return { fault: "rate_missing", detail: `${query.source} has no price of a pair between them` };
}

/** Why a leg has no price: the source has none before the moment, or none for long. */
type Unpriced = "missing" | "old";

async function priceOf(
  { history, hours }: { readonly history: History; readonly hours: TradingHours },
  leg: Leg,
  { source, at }: RateQuery,
): Promise<PricedLeg | Unpriced> {
  const { symbol } = leg.instrument;
  const listed = (await history.listSeries(symbol))
    .filter(({ series, from }) => series.source === source && from <= at);
  let newest: Mid | null = null;
  let old = false;
  for (const summary of listed) {
    const { since, found } = await newestOf(history, listed, { summary, at });
    if (found !== null && (newest === null || found.time > newest.time)) newest = found;
    old ||= since <= at;
  }
  if (newest === null || newest.twiceMid <= 0) return old ? "old" : "missing";
  const { time } = newest;
  const openAgeMs = openMsBetween(hours.of(symbol), time, at);
  return { leg, ...newest, ageMs: at - time, openAgeMs };
}

type Mid = Pick<PricedLeg, "time" | "twiceMid">;

/** Of a series; `since` is when it had its first price, found or too old to be. */
interface Newest {
  readonly since: number;
  readonly found: Mid | null;
}

/**
 * Of ticks the newest; of mid bars the close of the newest that had ended; of bid bars the same, with
 * that of the ask bar of the same time.
 */
async function newestOf(
  history: History,
  listed: readonly SeriesSummary[],
  { summary, at }: { readonly summary: SeriesSummary; readonly at: number },
): Promise<Newest> {
  const { kind, series, from, to } = summary;
  if (kind === "ticks") {
    const tick = await lastTick(history, { series, from, to }, at + 1);
    return { since: from, found: midOf(tick) };
  }
  const bars = series as BarSeries;
  if (bars.side === "mid") {
    const close = await lastClose(history, { series: bars, from, to }, at);
    const found = close === null ? null : { time: close.time, twiceMid: 2 * close.price };
    return { since: from + bars.intervalMs, found };
  }
  const other = bars.side === "bid" ? askBeside(listed, bars) : undefined;
  if (other === undefined) return { since: Infinity, found: null };
  const both = { from: Math.max(from, other.from), to: Math.min(to, other.to) };
  const pair = await lastPair(history, { bid: bars, ask: other.series as BarSeries, ...both }, at);
  const since = both.from > both.to ? Infinity : both.from + bars.intervalMs;
  return { since, found: midOf(pair) };
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
