/**
 * The one order check. The edge runs it on what it knows before an order travels; trading runs it
 * again inside its own turn. Pure: it reads its arguments and answers with a reason or `null`.
 */

import type { Instrument } from "../instrument.ts";
import type { Micros, Rate } from "../money.ts";
import { type Quote, type QuoteStatus, twiceMid } from "../quote.ts";
import type { EpochMs } from "../time.ts";
import {
  checkBounds,
  type CheckedRisk,
  checkHoldings,
  checkPace,
  checkState,
  checkTotalOrders,
  openOrdersAllowed,
} from "../risk/check_risk.ts";
import {
  addedMargin,
  type CheckedHolding,
  checkPosition,
  mayAddMargin,
} from "./checked_holding.ts";
import { checkGuarantee, type GuaranteeOffer } from "./guarantee.ts";
import { checkOnFill } from "./on_fill.ts";
import { isConditional, type OrderTerms, orderTypeRules } from "./order.ts";
import type { RejectReason } from "./rejects.ts";

/** What is known of the account at the moment of the check. */
export interface CheckedAccount {
  readonly openOrders: number;
  /** In the order's instrument. */
  readonly holding: CheckedHolding;
  /** `null` when a position cannot be valued for want of a rate. */
  readonly marginAvailable: Micros | null;
  /** From the instrument's quote currency to the account's; `null` when unknown. */
  readonly toAccount: Rate | null;
}

export interface OrderMarket {
  readonly now: EpochMs;
  readonly open: boolean;
  readonly quote: Quote | undefined;
  readonly status: QuoteStatus;
}

export const openOrdersMax = 1_000;

/** Everything a checker knows. */
export interface KnownOfOrder {
  readonly market: OrderMarket;
  /** `null` where the checker does not know it: a cold edge. */
  readonly account: CheckedAccount | null;
  /** `null` where no rules of risk bind the order, or none are known. */
  readonly risk: CheckedRisk | null;
  /** What the instrument offers of guaranteed stops; `null` for nothing. */
  readonly offer: GuaranteeOffer | null;
}

export type KnownOfAccount = KnownOfOrder & { readonly account: CheckedAccount };
type KnownOfLimits = Omit<KnownOfAccount, "offer">;

/** Cheapest refusals first. */
export function checkOrder(
  terms: OrderTerms,
  instrument: Instrument,
  known: KnownOfOrder,
): RejectReason | null {
  const { market, account, risk, offer } = known;
  const { quote } = market;
  return (
    checkTerms(terms, instrument) ??
      checkExpiry(terms, market.now) ??
      (risk === null ? null : checkState(terms, account?.holding ?? null, risk)) ??
      checkMarket(market) ??
      (risk === null ? null : checkBounds(terms, instrument, { risk, market })) ??
      checkGuarantee(terms, { offer, quote, holding: account?.holding ?? null }) ??
      (account === null ? null : checkLimits(terms, instrument, { market, account, risk })) ??
      (risk === null ? null : checkTotalOrders(risk, 1) ?? checkPace(terms, risk))
  );
}

/**
 * The part that no time and no state can change: an order it refuses was never accepted before, so
 * the edge may refuse it without breaking the promise that a repeat gets the first answer.
 */
export function checkTerms(terms: OrderTerms, instrument: Instrument): RejectReason | null {
  if (terms.units <= 0) return "units_not_positive";
  if (terms.units < instrument.unitsMin) return "units_below_minimum";
  if (terms.units > instrument.unitsMax) return "units_above_maximum";
  if (terms.units % instrument.unitsStep !== 0) return "units_off_step";
  if (terms.closeLotId !== null && terms.positionFill !== "reduce_only") {
    return "close_lot_needs_reduce_only";
  }
  return checkPrices(terms) ?? checkTimes(terms) ?? checkOnFill(terms);
}

function checkPrices(terms: OrderTerms): RejectReason | null {
  const rule = orderTypeRules[terms.type];
  const { price, triggerPrice, trailingDistance, priceBound } = terms;
  if (price === null) {
    if (rule.price) return "price_missing";
  } else {
    if (!rule.price) return "price_not_allowed";
    if (price <= 0) return "price_not_positive";
  }
  if (triggerPrice === null) {
    if (rule.triggerPrice) return "trigger_price_missing";
  } else {
    if (!rule.triggerPrice) return "trigger_price_not_allowed";
    if (triggerPrice <= 0) return "price_not_positive";
  }
  if (trailingDistance === null) {
    if (rule.trailingDistance) return "trailing_distance_missing";
  } else {
    if (!rule.trailingDistance) return "trailing_distance_not_allowed";
    if (trailingDistance <= 0) return "price_not_positive";
  }
  if (terms.triggerSide !== "default" && !isConditional(terms.type)) {
    return "trigger_side_not_allowed";
  }
  if (priceBound === null) return null;
  if (!rule.atMarket || terms.guaranteedPremium !== null) return "price_bound_not_allowed";
  return priceBound <= 0 ? "price_not_positive" : null;
}

function checkTimes(terms: OrderTerms): RejectReason | null {
  if (!orderTypeRules[terms.type].timesInForce.includes(terms.timeInForce)) {
    return "time_in_force_not_allowed";
  }
  if (terms.timeInForce !== "GTD") {
    return terms.expireTime === null ? null : "expire_time_not_allowed";
  }
  return terms.expireTime === null ? "expire_time_missing" : null;
}

export const checkExpiry = (terms: OrderTerms, now: EpochMs): RejectReason | null =>
  terms.expireTime !== null && terms.expireTime <= now ? "expire_time_passed" : null;

function checkMarket(market: OrderMarket): RejectReason | null {
  if (!market.open) return "market_closed";
  if (market.quote === undefined) return "quote_missing";
  if (market.status === "closed") return "market_closed";
  return market.status === "stale" ? "quote_stale" : null;
}

/** What the account allows and takes on at all, whether or not there is trading now. */
export function checkAccount(
  terms: OrderTerms,
  instrument: Instrument,
  known: KnownOfAccount,
): RejectReason | null {
  const { account, risk } = known;
  return (risk === null ? null : checkState(terms, account.holding, risk)) ??
    checkLimits(terms, instrument, known);
}

function checkLimits(
  terms: OrderTerms,
  instrument: Instrument,
  known: KnownOfLimits,
): RejectReason | null {
  const { account: { holding }, market: { quote }, risk } = known;
  return checkMargin(terms, instrument, known) ??
    (risk === null ? null : checkHoldings(terms, instrument, { holding, quote, risk }));
}

/** Closing needs no margin. */
function checkMargin(
  terms: OrderTerms,
  instrument: Instrument,
  known: KnownOfLimits,
): RejectReason | null {
  const { account, market } = known;
  const { holding, toAccount } = account;
  if (account.openOrders >= openOrdersAllowed(known.risk, openOrdersMax)) {
    return "too_many_open_orders";
  }
  const position = checkPosition(terms, holding);
  if (position !== null) return position;
  if (toAccount === null) return "conversion_rate_missing";
  if (!mayAddMargin(terms, holding)) return null;
  if (account.marginAvailable === null) return "conversion_rate_missing";
  if (market.quote === undefined) return "quote_missing";
  const doubledMid = twiceMid(market.quote);
  const added = addedMargin(terms, holding, { instrument, toAccount, doubledMid });
  return added > 0n && added > account.marginAvailable ? "insufficient_margin" : null;
}
