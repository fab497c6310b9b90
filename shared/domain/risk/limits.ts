/**
 * What a rule of risk may limit, and how rules of several levels become one.
 *
 * The strictest counts: the smallest of each limit, the symbols that every level allows, the
 * strictest state. A more specific level can so only tighten what a general one says; a mistake at
 * an account can never lift what the platform forbids, and the order of the levels does not matter.
 *
 * A limit bounds each account of its level by itself; one that is named `total…` bounds all accounts
 * of the platform or of a tenant together, and holds beside those of other levels. Money is counted
 * in one currency at every level, so that the strictest of several is plain.
 */

import type { Currency } from "../currency.ts";
import type { Units } from "../instrument.ts";
import type { Micros } from "../money.ts";

/** The currency of every limit of money. */
export const riskCurrency = "USD" satisfies Currency;

/** `reduce_only` takes what shrinks a position; `halted` takes no order and no replace. Cancels always pass. */
export const tradingStates = ["active", "reduce_only", "halted"] as const;
export type TradingState = (typeof tradingStates)[number];

export const strictestState = (a: TradingState, b: TradingState): TradingState =>
  tradingStates.indexOf(a) >= tradingStates.indexOf(b) ? a : b;

/** Over all accounts of the platform or a tenant together; `null` where there is no limit. */
export interface TotalLimits {
  /** Units held on one side of one symbol, opening orders included; sides are not set off. */
  readonly totalPositionUnitsMax: Units | null;
  /** Notional of all positions and opening orders, in {@link riskCurrency}. */
  readonly totalExposureMax: Micros | null;
  readonly totalOpenOrdersMax: number | null;
  readonly totalOrdersPerSecondMax: number | null;
  /** Default one second's worth. */
  readonly totalOrderBurstMax: number | null;
  /** Sum of the accounts' results since 17:00 New York; a winner makes up for a loser. */
  readonly totalDailyLossMax: Micros | null;
}

/** `null` where there is no limit. */
export interface RiskLimits extends TotalLimits {
  /** Units of one order. */
  readonly orderUnitsMax: Units | null;
  /** Of one order at mid, in {@link riskCurrency}. */
  readonly orderNotionalMax: Micros | null;
  /** How far a limit or trigger price may be from mid, in parts per million of mid. */
  readonly collarPpm: number | null;
  /** The same in points of the instrument. */
  readonly collarPoints: number | null;
  /** Units of either sign that may be held in one symbol, opening orders included. */
  readonly positionUnitsMax: Units | null;
  /** Sum of the notional of all positions, opening orders included, in {@link riskCurrency}. */
  readonly exposureMax: Micros | null;
  readonly openOrdersMax: number | null;
  /** Orders and replaces taken in a second, lastingly. */
  readonly ordersPerSecondMax: number | null;
  /** Orders and replaces taken at once after a pause; default one second's worth. */
  readonly orderBurstMax: number | null;
  /** Loss since 17:00 New York, realised and not, at which nothing more is opened. */
  readonly dailyLossMax: Micros | null;
  /** Within so many milliseconds the same order under another client order id is refused. */
  readonly duplicateMs: number | null;
  /** The symbols that may be traded; `null` for all. */
  readonly symbols: readonly string[] | null;
}

export const noTotals: TotalLimits = {
  totalPositionUnitsMax: null,
  totalExposureMax: null,
  totalOpenOrdersMax: null,
  totalOrdersPerSecondMax: null,
  totalOrderBurstMax: null,
  totalDailyLossMax: null,
};
/** Only levels that many accounts belong to can have these. */
export const totalLimits = Object.keys(noTotals) as readonly (keyof TotalLimits)[];

export const hasTotals = (limits: TotalLimits): boolean =>
  totalLimits.some((name) => limits[name] !== null);

export const noLimits: RiskLimits = {
  ...noTotals,
  orderUnitsMax: null,
  orderNotionalMax: null,
  collarPpm: null,
  collarPoints: null,
  positionUnitsMax: null,
  exposureMax: null,
  openOrdersMax: null,
  ordersPerSecondMax: null,
  orderBurstMax: null,
  dailyLossMax: null,
  duplicateMs: null,
  symbols: null,
};

/** Limits that count over all symbols, so that no rule of one instrument can have them. */
export const accountWideLimits = [
  "exposureMax",
  "openOrdersMax",
  "ordersPerSecondMax",
  "orderBurstMax",
  "dailyLossMax",
  "symbols",
] as const satisfies readonly (keyof RiskLimits)[];

export interface RiskRule {
  readonly state: TradingState;
  readonly limits: RiskLimits;
}

/** What a level without a rule has. */
export const noRule: RiskRule = { state: "active", limits: noLimits };

const smaller = <N extends number | bigint>(a: N | null, b: N | null): N | null =>
  a === null ? b : b === null ? a : a <= b ? a : b;

/** The burst where none is set: one second's worth, and one order at least. */
export const burstFor = (perSecond: number): number => Math.max(1, Math.ceil(perSecond));

/** A rate without a burst has a second's worth, which no other level's burst may widen. */
export const burstOf = ({ orderBurstMax, ordersPerSecondMax }: RiskLimits): number | null =>
  orderBurstMax ??
    (ordersPerSecondMax === null ? null : burstFor(ordersPerSecondMax));

/** What binds one account; totals are the levels' own, and none of them is any other's. */
export function strictestLimits(a: RiskLimits, b: RiskLimits): RiskLimits {
  return {
    ...noTotals,
    orderUnitsMax: smaller(a.orderUnitsMax, b.orderUnitsMax),
    orderNotionalMax: smaller(a.orderNotionalMax, b.orderNotionalMax),
    collarPpm: smaller(a.collarPpm, b.collarPpm),
    collarPoints: smaller(a.collarPoints, b.collarPoints),
    positionUnitsMax: smaller(a.positionUnitsMax, b.positionUnitsMax),
    exposureMax: smaller(a.exposureMax, b.exposureMax),
    openOrdersMax: smaller(a.openOrdersMax, b.openOrdersMax),
    ordersPerSecondMax: smaller(a.ordersPerSecondMax, b.ordersPerSecondMax),
    orderBurstMax: smaller(burstOf(a), burstOf(b)),
    dailyLossMax: smaller(a.dailyLossMax, b.dailyLossMax),
    duplicateMs: a.duplicateMs === null
      ? b.duplicateMs
      : Math.max(a.duplicateMs, b.duplicateMs ?? 0), // the longer memory is the stricter
    symbols: a.symbols === null
      ? b.symbols
      : a.symbols.filter((one) => b.symbols?.includes(one) ?? true),
  };
}

export const strictestRule = (a: RiskRule, b: RiskRule): RiskRule => ({
  state: strictestState(a.state, b.state),
  limits: strictestLimits(a.limits, b.limits),
});
