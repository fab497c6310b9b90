/** What a report's pictures are drawn of. */

import {
  granularities,
  type Granularity,
  nominalMs,
} from "../../../../../shared/domain/bars/granularity.ts";
import type { BacktestReport } from "../../../../../shared/sdk/mod.ts";

export type BacktestTrade = BacktestReport["trades"][number];

/** Bars of a picture of the past at most: more are finer than its pixels. */
export const pastBarsMax = 1_500;
/** Shown before and after a trade, at least. */
const aroundMs = 5 * 60_000;

export interface Window {
  readonly from: number;
  readonly to: number;
  readonly granularity: Granularity;
}

const shortestFirst = granularities.toSorted((a, b) => nominalMs(a) - nominalMs(b));

/** The whole period, or a trade with as much before and after it, in the shortest bars that fit. */
export function windowOf(
  { settings }: Pick<BacktestReport, "settings">,
  trade: Pick<BacktestTrade, "openedAt" | "closedAt"> | null,
): Window {
  const [begin, end] = [Date.parse(settings.from), Date.parse(settings.to)];
  if (trade === null) return { from: begin, to: end, granularity: fitting(end - begin) };
  const opened = Date.parse(trade.openedAt);
  const closed = trade.closedAt === null ? end : Date.parse(trade.closedAt);
  const around = Math.max(closed - opened, aroundMs);
  const [from, to] = [Math.max(begin, opened - around), Math.min(end, closed + around)];
  return { from, to, granularity: fitting(to - from) };
}

const fitting = (ms: number): Granularity =>
  shortestFirst.find((one) => ms / nominalMs(one) <= pastBarsMax) ?? shortestFirst.at(-1)!;

export interface CostLine {
  readonly id: string;
  readonly name: string;
  /** Decimal text, as it changes the result: what was paid is negative. */
  readonly amount: string;
  /** Its size beside the largest line, 0 to 1: for drawing. */
  readonly share: number;
}

/** From the profit before costs to the net profit. */
export function costLines(
  { summary, costs }: Pick<BacktestReport, "summary" | "costs">,
): CostLine[] {
  const lines = [
    ["before", "Before costs", summary.profitBeforeCosts],
    ["spread", "Spread", negated(costs.spread)],
    ["slippage", "Slippage", negated(costs.slippage)],
    ["commission", "Commission", negated(costs.commission)],
    ["carry", "Carry", costs.carry],
    ["net", "Net profit", summary.netProfit],
  ] as const;
  const largest = Math.max(...lines.map(([, , amount]) => Math.abs(Number(amount))));
  return lines.map(([id, name, amount]) => ({
    ...{ id, name, amount },
    share: largest === 0 ? 0 : Math.abs(Number(amount)) / largest,
  }));
}

export const negated = (amount: string): string =>
  /^-?[0.]*$/.test(amount) ? amount : amount.startsWith("-") ? amount.slice(1) : `-${amount}`;

/** Whose prices a report is of: `dukascopy, ticks` came from `dukascopy`. */
export const sourceOf = ({ settings }: Pick<BacktestReport, "settings">): string =>
  settings.prices.split(",")[0]!;

export interface CurvePoint {
  /** Seconds since 1970, strictly rising. */
  readonly time: number;
  readonly equity: number;
  readonly balance: number;
  /** Below the highest equity so far: 0 or negative. */
  readonly fall: number;
}

/** The curve as it is drawn; of several points in a second the last. */
export function curvePoints({ curve }: Pick<BacktestReport, "curve">): CurvePoint[] {
  const points: CurvePoint[] = [];
  let peak = -Infinity;
  for (const one of curve) {
    const [equity, balance] = [Number(one.equity), Number(one.balance)];
    peak = Math.max(peak, equity);
    const time = Math.floor(Date.parse(one.time) / 1_000);
    if (points.at(-1)?.time === time) points.pop();
    points.push({ time, equity, balance, fall: equity - peak });
  }
  return points;
}
