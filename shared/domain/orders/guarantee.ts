/**
 * Guaranteed stops: stop-losses that fill at their price however far the market gaps, for a premium
 * that each unit of that fill is charged, and nothing where the stop is never filled. Where they are
 * offered or required is the broker's terms. Pure, the same at the edge and in the core.
 */

import { groupOf, type InstrumentGroup } from "../commission.ts";
import {
  type Instrument,
  notional,
  type Price,
  price,
  type Symbol,
  type Units,
} from "../instrument.ts";
import { convert, type Micros, type Rate } from "../money.ts";
import type { Quote } from "../quote.ts";
import type { CheckedHolding } from "./checked_holding.ts";
import type { Order, OrderTerms, Replacement } from "./order.ts";
import type { RejectReason } from "./rejects.ts";

export const guaranteeModes = ["disabled", "allowed", "required"] as const;
export type GuaranteeMode = (typeof guaranteeModes)[number];

/** The first rule that fits an instrument counts; without one no guarantee is offered. */
export interface GuaranteeRule {
  /** Left out, all. */
  readonly symbols?: readonly Symbol[] | undefined;
  /** Left out, all. */
  readonly groups?: readonly InstrumentGroup[] | undefined;
  /** `required`: nothing is opened without. */
  readonly mode: GuaranteeMode;
  /** Tenths of a pip that each unit of the stop's fill is charged. */
  readonly premiumTenths: number;
  /** Tenths of a pip that a guaranteed stop keeps from the price, at least. */
  readonly distanceTenthsMin: number;
}

/** What an instrument offers, in its points. */
export interface GuaranteeOffer {
  readonly required: boolean;
  readonly premium: Price;
  readonly distanceMin: Price;
}

/** A pip for each unit, ten pips away at least, in the pairs of the majors. */
export const defaultGuarantees: readonly GuaranteeRule[] = [
  { groups: ["major", "cross"], mode: "allowed", premiumTenths: 10, distanceTenthsMin: 100 },
];

/** Rules are few and never change, so what they come to is worked out once. */
const offers = new WeakMap<readonly GuaranteeRule[], Map<Instrument, GuaranteeOffer | null>>();

/** `null` where the instrument has none. */
export function guaranteeOffer(
  rules: readonly GuaranteeRule[],
  instrument: Instrument,
): GuaranteeOffer | null {
  let known = offers.get(rules);
  if (known === undefined) offers.set(rules, known = new Map());
  let offer = known.get(instrument);
  if (offer === undefined) known.set(instrument, offer = offerOf(rules, instrument));
  return offer;
}

function offerOf(rules: readonly GuaranteeRule[], instrument: Instrument): GuaranteeOffer | null {
  const group = groupOf(instrument);
  const rule = rules.find(({ symbols, groups }) =>
    (symbols?.includes(instrument.symbol) ?? true) && (groups?.includes(group) ?? true)
  );
  if (rule === undefined || rule.mode === "disabled") return null;
  const points = (tenths: number): Price => price(Math.ceil(tenths * instrument.pipPoints / 10));
  return {
    required: rule.mode === "required",
    premium: points(rule.premiumTenths),
    // Nearer than a point would be no stop.
    distanceMin: price(Math.max(1, points(rule.distanceTenthsMin))),
  };
}

/** What the checks below are told. */
export interface GuaranteeKnown {
  readonly offer: GuaranteeOffer | null;
  readonly quote: Quote | undefined;
  /** `null` where the checker does not know the account. */
  readonly holding: CheckedHolding | null;
}

/**
 * Whether an entry has the guarantee it must have, and may have the one it asks for. The distance is
 * from the entry's own price; of one that trades at the market, from the price it would trade at.
 */
export function checkGuarantee(terms: OrderTerms, known: GuaranteeKnown): RejectReason | null {
  const { offer, quote } = known;
  const { onFill } = terms;
  if (onFill === null || !onFill.guaranteed) {
    return offer !== null && offer.required && opens(terms, known.holding)
      ? "guaranteed_stop_required"
      : null;
  }
  if (offer === null) return "guaranteed_stop_not_offered";
  const { stopLossPrice, stopLossDistance } = onFill;
  const buys = terms.side === "buy";
  const entry = terms.price ?? terms.triggerPrice ?? (buys ? quote?.ask : quote?.bid);
  if (stopLossPrice !== null && entry === undefined) return "quote_missing";
  const distance = stopLossDistance ?? (entry! - stopLossPrice!) * (buys ? 1 : -1);
  return distance < offer.distanceMin ? "guaranteed_stop_too_close" : null;
}

/** A checker that does not know what is held lets pass what may only close. */
function opens(terms: OrderTerms, holding: CheckedHolding | null): boolean {
  if (terms.positionFill === "reduce_only") return false;
  if (holding === null || holding.mode === "hedging") return holding !== null;
  return terms.units > (terms.side === "buy" ? holding.short : holding.long);
}

/**
 * Whether a standing guaranteed stop may be changed (`to`) or canceled (`null`): at a price of now
 * alone, or its owner would choose the stop once the gap is known.
 */
export function checkGuaranteedStop(
  order: Order,
  to: Omit<Replacement, "revision"> | null,
  known: {
    readonly offer: GuaranteeOffer | null;
    readonly quote: Quote | undefined;
    readonly tradable: boolean;
  },
): RejectReason | null {
  if (order.guaranteedPremium === null) return null;
  const { offer, quote, tradable } = known;
  if (!tradable || quote === undefined) return "guaranteed_stop_locked";
  const required = offer?.required ?? false;
  if (to === null) return required ? "guaranteed_stop_required" : null;
  if (required && to.timeInForce !== order.timeInForce) return "guaranteed_stop_required";
  const grows = to.units > order.units;
  if (to.triggerPrice === order.triggerPrice && !grows) return null;
  if (offer === null) return "guaranteed_stop_not_offered";
  const away = order.side === "sell" ? quote.bid - to.triggerPrice! : to.triggerPrice! - quote.ask;
  return away < offer.distanceMin ? "guaranteed_stop_too_close" : null;
}

/** What a fill of a guaranteed stop is charged for the guarantee. */
export interface Premium {
  /** In the instrument's quote currency. */
  readonly amount: Micros;
  /** What left the cash, in the account's currency, at the fill's rate. */
  readonly charged: Micros;
}

/** `undefined` where nothing is owed. */
export function premiumOf(
  order: Pick<Order, "guaranteedPremium">,
  fill: { readonly units: Units; readonly rate: Rate },
  instrument: Instrument,
): Premium | undefined {
  const { guaranteedPremium } = order;
  if (guaranteedPremium === null || guaranteedPremium === 0) return undefined;
  const amount = notional(guaranteedPremium, Math.abs(fill.units) as Units, instrument);
  return { amount, charged: convert(amount, fill.rate) };
}
