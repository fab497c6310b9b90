/**
 * The part of the order check that rules of risk decide. Pure and free of allocation but for exact
 * money; what is costly to know is a call, made only where a limit asks for it.
 */

import { type Instrument, notional, type Price, type Units } from "../instrument.ts";
import { convert, type Micros, type Rate } from "../money.ts";
import { type CheckedHolding, holdingAfter } from "../orders/checked_holding.ts";
import type { OrderLink, OrderTerms } from "../orders/order.ts";
import type { RejectReason } from "../orders/rejects.ts";
import { type Quote, twiceMid } from "../quote.ts";
import type { RiskLevelText } from "./levels.ts";
import type { RiskRule, TotalLimits } from "./limits.ts";

/** What the check is told of the rules and of the account beside what every check knows. */
export interface CheckedRisk {
  readonly rule: RiskRule;
  /** From the instrument's quote currency to that of the limits; `null` when unknown. */
  toLimits(): Rate | null;
  /** Notional of the account's positions, and of its opening orders where they are known. */
  exposure(): Micros | null;
  /** `null` for a checker that does not see the account's every order: the edge. */
  readonly history: OrderHistory | null;
  /** Levels that bound their accounts together; none for a checker that does not see them: the edge. */
  readonly totals: readonly CheckedTotal[];
}

/** What all accounts of a level have, and may have. */
export interface CheckedTotal {
  readonly level: RiskLevelText;
  readonly limits: TotalLimits;
  /** Units held on the order's side in its symbol, and those that wait to be and may. */
  unitsOn(terms: LinkedTerms): number;
  exposure(): Micros | null;
  openOrders(): number;
  /** As an {@link OrderHistory} has it. */
  dayResult(): Micros | null;
  admits(count: number): boolean;
}

/** Orders of one group count as one: what one fills is taken off the others. */
export type LinkedTerms = OrderTerms & Partial<Pick<OrderLink, "ocoGroup">>;

/** What only the one writer of an account knows. */
export interface OrderHistory {
  /** Units of waiting orders in the order's symbol, on its side, that may open a position. */
  openingUnits(terms: LinkedTerms): number;
  /** Since 17:00 New York, in the currency of the limits; `null` while it cannot be valued. */
  dayResult(): Micros | null;
  /** Whether so many more orders now keep the account within its rate. */
  admits(count: number): boolean;
  /** Whether the same order under another client order id was taken so short a time ago. */
  repeats(terms: OrderTerms, withinMs: number): boolean;
}

/** Whether the state takes the order; the first thing asked, being the cheapest. */
export function checkState(
  terms: OrderTerms,
  holding: CheckedHolding | null,
  risk: CheckedRisk,
): RejectReason | null {
  const { state } = risk.rule;
  if (state === "active") return null;
  if (state === "halted") return "trading_halted";
  return holding === null || onlyShrinks(terms, holding, risk) ? null : "trading_reduce_only";
}

/** A reduce-only order is cut as the position shrinks; any other must fit beside those waiting. */
function onlyShrinks(terms: OrderTerms, holding: CheckedHolding, risk: CheckedRisk): boolean {
  if (holding.mode === "hedging" && terms.positionFill !== "reduce_only") return false;
  const against = terms.side === "buy" ? holding.short : holding.long;
  const waiting = terms.positionFill === "reduce_only" ? 0 : risk.history?.openingUnits(terms) ?? 0;
  return terms.units + waiting <= against;
}

/** Symbol, size and prices: what the order says itself. Without a quote, prices are not judged. */
export function checkBounds(
  terms: OrderTerms,
  instrument: Instrument,
  known: { readonly risk: CheckedRisk; readonly market: { readonly quote: Quote | undefined } },
): RejectReason | null {
  const { limits } = known.risk.rule;
  const { quote } = known.market;
  if (limits.symbols !== null && !limits.symbols.includes(terms.symbol)) {
    return "symbol_not_allowed";
  }
  if (limits.orderUnitsMax !== null && terms.units > limits.orderUnitsMax) {
    return "order_size_above_limit";
  }
  if (quote === undefined) return null;
  const doubled = twiceMid(quote);
  if (
    isOutside(terms.price, doubled, known.risk) ||
    isOutside(terms.triggerPrice, doubled, known.risk)
  ) {
    return "price_outside_collar";
  }
  if (terms.trailingDistance !== null && isFar(2 * terms.trailingDistance, doubled, known.risk)) {
    return "price_outside_collar";
  }
  if (limits.orderNotionalMax === null) return null;
  const size = notionalOf(terms.units, { doubled, instrument }, known.risk);
  if (size === null) return "conversion_rate_missing";
  return size > limits.orderNotionalMax ? "order_notional_above_limit" : null;
}

const isOutside = (price: Price | null, doubledMid: number, risk: CheckedRisk): boolean =>
  price !== null && isFar(Math.abs(2 * price - doubledMid), doubledMid, risk);

function isFar(
  doubledDistance: number,
  doubledMid: number,
  { rule: { limits } }: CheckedRisk,
): boolean {
  if (limits.collarPoints !== null && doubledDistance > 2 * limits.collarPoints) return true;
  return limits.collarPpm !== null && doubledDistance * 1e6 > limits.collarPpm * doubledMid;
}

/** `null` without a rate. */
function notionalOf(
  units: number,
  at: { readonly doubled: number; readonly instrument: Instrument },
  risk: CheckedRisk,
): Micros | null {
  const rate = risk.toLimits();
  if (rate === null) return null;
  const doubled = convert(notional(at.doubled as Price, units as Units, at.instrument), rate);
  return (doubled + 1n) / 2n as Micros;
}

/** What the account, and its levels, may take on: only an order that enlarges the holding can be refused for it. */
export function checkHoldings(
  terms: OrderTerms,
  instrument: Instrument,
  known: {
    readonly holding: CheckedHolding;
    readonly quote: Quote | undefined;
    readonly risk: CheckedRisk;
  },
): RejectReason | null {
  const { holding, quote, risk } = known;
  const { limits } = risk.rule;
  if (
    limits.positionUnitsMax === null && limits.exposureMax === null &&
    limits.dailyLossMax === null && risk.totals.length === 0
  ) return null;
  if (terms.positionFill === "reduce_only") return null;
  // What waits on its side may fill first: what that closes, this one closes no more.
  const waiting = (risk.history?.openingUnits(terms) ?? 0) as Units;
  const before = waiting === 0 ? holding : holdingBehind(terms, waiting, holding);
  const after = holdingAfter(terms, before);
  const growth = after.long + after.short - before.long - before.short;
  if (growth <= 0) return null;
  const leg = terms.side === "buy" ? "long" : "short";
  if (limits.positionUnitsMax !== null && after[leg] > limits.positionUnitsMax) {
    return "position_above_limit";
  }
  // Exact money is dear, and the account and its levels ask for the same.
  let worked: ReturnType<Added> | undefined;
  const added: Added = () =>
    worked ??= quote === undefined
      ? "quote_missing"
      : notionalOf(growth, { doubled: twiceMid(quote), instrument }, risk);
  const own = after[leg] - before[leg];
  const most = { most: limits.exposureMax, reason: "exposure_above_limit" } as const;
  return checkExposure(most, added, risk) ??
    checkLoss(limits.dailyLossMax, risk.history, "daily_loss_reached") ??
    (risk.totals.length === 0 ? null : checkTotals(terms, { own, added }, risk));
}

function holdingBehind(
  { side, positionFill }: OrderTerms,
  waiting: Units,
  holding: CheckedHolding,
): Pick<CheckedHolding, "mode" | "long" | "short"> {
  const { long, short } = holdingAfter({ side, positionFill, units: waiting }, holding);
  return { mode: holding.mode, long, short };
}

type Added = () => Micros | "quote_missing" | null;

function checkExposure(
  { most, reason }: { readonly most: Micros | null; readonly reason: RejectReason },
  added: Added,
  of: { exposure(): Micros | null },
): RejectReason | null {
  if (most === null) return null;
  const more = added();
  if (more === "quote_missing") return more;
  const stands = of.exposure();
  if (more === null || stands === null) return "conversion_rate_missing";
  return stands + more > most ? reason : null;
}

function checkLoss(
  most: Micros | null,
  of: { dayResult(): Micros | null } | null,
  reason: RejectReason,
): RejectReason | null {
  if (most === null || of === null) return null;
  const result = of.dayResult();
  if (result === null) return "conversion_rate_missing";
  return -result >= most ? reason : null;
}

/** What the order adds to its side, and to the notional, must fit beside what others have. */
function checkTotals(
  terms: LinkedTerms,
  { own, added }: { readonly own: number; readonly added: Added },
  { totals }: CheckedRisk,
): RejectReason | null {
  for (const total of totals) {
    const { totalPositionUnitsMax, totalExposureMax, totalDailyLossMax } = total.limits;
    if (totalPositionUnitsMax !== null && total.unitsOn(terms) + own > totalPositionUnitsMax) {
      return "total_position_above_limit";
    }
    const most = { most: totalExposureMax, reason: "total_exposure_above_limit" } as const;
    const reason = checkExposure(most, added, total) ??
      checkLoss(totalDailyLossMax, total, "total_daily_loss_reached");
    if (reason !== null) return reason;
  }
  return null;
}

/** Whether so many more orders may be open at the levels. */
export function checkTotalOrders(risk: CheckedRisk, count: number): RejectReason | null {
  for (const { limits: { totalOpenOrdersMax }, openOrders } of risk.totals) {
    if (totalOpenOrdersMax !== null && openOrders() + count > totalOpenOrdersMax) {
      return "total_open_orders_above_limit";
    }
  }
  return null;
}

/** Whether so many orders or replaces may be sent now, by the account and by its levels. */
export function checkRate(risk: CheckedRisk, count: number): RejectReason | null {
  const { history, rule: { limits }, totals } = risk;
  if (limits.ordersPerSecondMax !== null && history?.admits(count) === false) {
    return "order_rate_above_limit";
  }
  for (const { limits, admits } of totals) {
    if (limits.totalOrdersPerSecondMax !== null && !admits(count)) {
      return "total_order_rate_above_limit";
    }
  }
  return null;
}

/** How many open orders the rules allow; `platformMax` where they say nothing. */
export const openOrdersAllowed = (risk: CheckedRisk | null, platformMax: number): number =>
  Math.min(risk?.rule.limits.openOrdersMax ?? platformMax, platformMax);

/** The order's pace: asked last, of orders that are sound otherwise. */
export function checkPace(terms: OrderTerms, risk: CheckedRisk): RejectReason | null {
  const { history, rule: { limits } } = risk;
  if (history === null) return null;
  if (limits.duplicateMs !== null && history.repeats(terms, limits.duplicateMs)) {
    return "duplicate_order";
  }
  return checkRate(risk, 1);
}
