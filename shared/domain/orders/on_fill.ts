/**
 * Exits that come with an entry: a take-profit (limit), a stop-loss (stop, or a guaranteed one) and a
 * trailing stop, each an order of its own on the other side, reduce-only, for what the entry opened.
 * Pure.
 */

import { type ClientOrderId, type OrderId, reservedClientOrderPrefix } from "../ids.ts";
import { type Instrument, type Price, price, type Units } from "../instrument.ts";
import type { GuaranteeOffer } from "./guarantee.ts";
import {
  type OnFill,
  type Order,
  type OrderTerms,
  type OrderType,
  plainTerms,
  type Replacement,
} from "./order.ts";
import { readPrice } from "./read_price.ts";
import type { RejectReason } from "./rejects.ts";

/** Exits as a client writes them. */
export interface OnFillRequest {
  readonly takeProfitOnFill?: { readonly price: string } | undefined;
  readonly stopLossOnFill?:
    | { readonly price?: string | undefined; readonly distance?: string | undefined }
    | undefined;
  /** In place of `stopLossOnFill`. */
  readonly guaranteedStopLossOnFill?: OnFillRequest["stopLossOnFill"];
  readonly trailingStopLossOnFill?: { readonly distance: string } | undefined;
}

export function readOnFill(
  request: OnFillRequest,
  instrument: Instrument,
): OnFill | null | RejectReason {
  const { takeProfitOnFill, guaranteedStopLossOnFill, trailingStopLossOnFill } = request;
  const stopLossOnFill = request.stopLossOnFill ?? guaranteedStopLossOnFill;
  if (
    takeProfitOnFill === undefined && stopLossOnFill === undefined &&
    trailingStopLossOnFill === undefined
  ) return null;
  const guaranteed = guaranteedStopLossOnFill !== undefined;
  if (guaranteed && request.stopLossOnFill !== undefined) return "stop_loss_twice";
  const takeProfitPrice = readPrice(takeProfitOnFill?.price, instrument);
  if (typeof takeProfitPrice === "string") return takeProfitPrice;
  const stopLossPrice = readPrice(stopLossOnFill?.price, instrument);
  if (typeof stopLossPrice === "string") return stopLossPrice;
  const stopLossDistance = readPrice(stopLossOnFill?.distance, instrument);
  if (typeof stopLossDistance === "string") return stopLossDistance;
  const trailingDistance = readPrice(trailingStopLossOnFill?.distance, instrument);
  if (typeof trailingDistance === "string") return trailingDistance;
  if (stopLossOnFill !== undefined && (stopLossPrice === null) === (stopLossDistance === null)) {
    return "stop_loss_ambiguous";
  }
  return { takeProfitPrice, stopLossPrice, stopLossDistance, guaranteed, trailingDistance };
}

/** Why the exits cannot go with the entry, or `null`. */
export function checkOnFill(terms: OrderTerms): RejectReason | null {
  const { onFill } = terms;
  if (onFill === null) return null;
  if (terms.positionFill === "reduce_only") return "on_fill_not_allowed";
  const { takeProfitPrice, stopLossPrice, stopLossDistance, trailingDistance } = onFill;
  for (const value of [takeProfitPrice, stopLossPrice, stopLossDistance, trailingDistance]) {
    if (value !== null && value <= 0) return "price_not_positive";
  }
  const entry = terms.price ?? terms.triggerPrice;
  if (entry === null) return null;
  const up = terms.side === "buy" ? 1 : -1;
  if (takeProfitPrice !== null && up * (takeProfitPrice - entry) <= 0) {
    return "take_profit_on_wrong_side";
  }
  return stopLossPrice !== null && up * (stopLossPrice - entry) >= 0
    ? "stop_loss_on_wrong_side"
    : null;
}

export function sameOnFill(a: OnFill | null, b: OnFill | null): boolean {
  if (a === null || b === null) return a === b;
  return a.takeProfitPrice === b.takeProfitPrice && a.stopLossPrice === b.stopLossPrice &&
    a.stopLossDistance === b.stopLossDistance && a.guaranteed === b.guaranteed &&
    a.trailingDistance === b.trailingDistance;
}

/** The kinds of exit an entry asks for. */
export function exitTypes(onFill: OnFill): OrderType[] {
  const types: OrderType[] = [];
  if (onFill.takeProfitPrice !== null) types.push("limit");
  if (onFill.stopLossPrice !== null || onFill.stopLossDistance !== null) types.push("stop");
  if (onFill.trailingDistance !== null) types.push("trailing_stop");
  return types;
}

/**
 * An exit's terms; a stop by distance stands that far from the price of the entry's fill. `offer` is
 * what a guarantee costs now; one that was promised and is offered no longer costs nothing.
 */
export function exitTerms(
  entry: Order & { readonly onFill: OnFill },
  about: {
    type: OrderType;
    units: Units;
    fillPrice: Price;
    orderId: OrderId;
    offer: GuaranteeOffer | null;
  },
): OrderTerms {
  const { onFill } = entry;
  const { type, offer } = about;
  const guaranteed = type === "stop" && onFill.guaranteed;
  return {
    ...plainTerms,
    clientOrderId: exitName(about.orderId),
    symbol: entry.symbol,
    side: entry.side === "buy" ? "sell" : "buy",
    type,
    timeInForce: "GTC",
    units: about.units,
    price: type === "limit" ? onFill.takeProfitPrice : null,
    expireTime: null,
    triggerPrice: type === "stop" ? stopPrice(entry, about) : null,
    guaranteedPremium: guaranteed ? offer?.premium ?? price(0) : null,
    trailingDistance: type === "trailing_stop" ? onFill.trailingDistance : null,
    positionFill: "reduce_only",
    tag: entry.tag,
  };
}

const exitName = (orderId: OrderId) => `${reservedClientOrderPrefix}${orderId}` as ClientOrderId;

/** Whether the order was placed by a fill of its entry, and not by a client. */
export const isExit = (order: Pick<Order, "clientOrderId" | "ocoGroup">): boolean =>
  order.ocoGroup !== null && order.clientOrderId.startsWith(reservedClientOrderPrefix);

/** Terms of the exit that takes over from one that ended: `newest` is what that was asked for last. */
export function successorTerms(
  exit: Order,
  about: { newest: Omit<Replacement, "revision">; units: Units; orderId: OrderId },
): OrderTerms {
  const { symbol, side, type, guaranteedPremium, positionFill, tag } = exit;
  const { price, timeInForce, expireTime, ...rest } = about.newest;
  const { triggerPrice, trailingDistance, priceBound } = rest;
  return {
    ...plainTerms,
    clientOrderId: exitName(about.orderId),
    symbol,
    side,
    type,
    timeInForce,
    units: about.units,
    price,
    expireTime,
    triggerPrice,
    guaranteedPremium,
    trailingDistance,
    priceBound,
    positionFill,
    tag,
  };
}

/**
 * Whether an exit, last asked to stand at `triggerPrice`, may grow with a fill of its entry. A
 * guaranteed stop may not where it is nearer to the fill than guarantees are sold, nor while it moves:
 * the venue may refuse the move, and all that is asked with it.
 */
export function mayGrow(
  exit: Order,
  about: {
    readonly triggerPrice: Price | null;
    readonly fillPrice: Price;
    readonly offer: GuaranteeOffer | null;
  },
): boolean {
  const { triggerPrice } = about;
  if (exit.guaranteedPremium === null || triggerPrice === null) return true;
  if (exit.triggerPrice !== triggerPrice) return false;
  const up = exit.side === "sell" ? 1 : -1;
  return up * (nearestGuarantee(up, about) - triggerPrice) >= 0;
}

/** Where a guaranteed stop for a fill stands at the nearest; `up` is +1 where the fill bought. */
const nearestGuarantee = (
  up: 1 | -1,
  { fillPrice, offer }: { readonly fillPrice: Price; readonly offer: GuaranteeOffer | null },
): number => fillPrice - up * (offer?.distanceMin ?? 1);

/**
 * A guaranteed stop stands no nearer to the fill's price than guarantees are sold: an entry that
 * filled beyond its own stop would else be paid the difference.
 */
function stopPrice(
  entry: Order & { readonly onFill: OnFill },
  about: { readonly fillPrice: Price; readonly offer: GuaranteeOffer | null },
): Price {
  const { stopLossPrice, stopLossDistance, guaranteed } = entry.onFill;
  const up = entry.side === "buy" ? 1 : -1;
  const asked = stopLossPrice ?? about.fillPrice - up * stopLossDistance!;
  if (!guaranteed) return price(Math.max(1, asked));
  const nearest = nearestGuarantee(up, about);
  return price(Math.max(1, up > 0 ? Math.min(asked, nearest) : Math.max(asked, nearest)));
}
