/** Reads an order as clients write it (decimal text) into exact terms on the instrument's grid. */

import { type ClientOrderId, reservedClientOrderPrefix, type TransactionId } from "../ids.ts";
import { type Instrument, parseUnits } from "../instrument.ts";
import { fxDayEndAfter } from "../fx_week.ts";
import { findInstrument } from "../instruments.ts";
import { type EpochMs, parseRfc3339 } from "../time.ts";
import type {
  OrderTerms,
  OrderType,
  PositionFill,
  Side,
  TimeInForce,
  TriggerSide,
} from "./order.ts";
import { type OnFillRequest, readOnFill, sameOnFill } from "./on_fill.ts";
import { readPrice } from "./read_price.ts";
import type { RejectReason } from "./rejects.ts";

/** The body of an order request: shape already checked, values not. */
export interface OrderRequest extends OnFillRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Default FOK for market orders, GTC for all others. */
  readonly timeInForce?: TimeInForce | undefined;
  readonly units: string;
  readonly price?: string | undefined;
  /** RFC 3339. */
  readonly expireTime?: string | undefined;
  readonly triggerPrice?: string | undefined;
  readonly trailingDistance?: string | undefined;
  readonly triggerSide?: TriggerSide | undefined;
  readonly priceBound?: string | undefined;
  readonly positionFill?: PositionFill | undefined;
  /** A lot's id; makes the order reduce-only. */
  readonly closeLotId?: number | undefined;
  readonly tag?: string | undefined;
}

export interface ReadOrder {
  readonly terms: OrderTerms;
  readonly instrument: Instrument;
}

/** Exact terms, or the reason the values cannot be such. */
export function readOrder(request: OrderRequest): ReadOrder | RejectReason {
  const instrument = findInstrument(request.symbol);
  if (instrument === undefined) return "unknown_symbol";
  if (request.clientOrderId.startsWith(reservedClientOrderPrefix)) {
    return "client_order_id_reserved";
  }
  const units = parseUnits(request.units);
  if (units === "malformed") return "units_malformed";
  if (units === "too_precise") return "units_off_step";
  if (units === "too_large") return "units_above_maximum";
  const price = readPrice(request.price, instrument);
  if (typeof price === "string") return price;
  const triggerPrice = readPrice(request.triggerPrice, instrument);
  if (typeof triggerPrice === "string") return triggerPrice;
  const trailingDistance = readPrice(request.trailingDistance, instrument);
  if (typeof trailingDistance === "string") return trailingDistance;
  const priceBound = readPrice(request.priceBound, instrument);
  if (typeof priceBound === "string") return priceBound;
  const onFill = readOnFill(request, instrument);
  if (typeof onFill === "string") return onFill;
  let expireTime: EpochMs | null = null;
  if (request.expireTime !== undefined) {
    expireTime = parseRfc3339(request.expireTime);
    if (expireTime === null) return "expire_time_missing";
  }
  const terms: OrderTerms = {
    clientOrderId: request.clientOrderId as ClientOrderId,
    symbol: instrument.symbol,
    side: request.side,
    type: request.type,
    timeInForce: request.timeInForce ?? (request.type === "market" ? "FOK" : "GTC"),
    units,
    price,
    expireTime,
    triggerPrice,
    trailingDistance,
    triggerSide: request.triggerSide ?? "default",
    priceBound,
    guaranteedPremium: null,
    positionFill: request.positionFill ??
      (request.closeLotId === undefined ? "default" : "reduce_only"),
    closeLotId: (request.closeLotId ?? null) as TransactionId | null,
    tag: request.tag ?? null,
    onFill,
  };
  return { terms, instrument };
}

/** The terms an order is accepted with: a DAY order gets the 17:00 New York it lives to. */
export const acceptedTerms = <Terms extends Pick<OrderTerms, "timeInForce" | "expireTime">>(
  terms: Terms,
  now: EpochMs,
): Terms => terms.timeInForce === "DAY" ? { ...terms, expireTime: fxDayEndAfter(now) } : terms;

/** Whether two requests under one client order id are the same order, so the answer may be too. */
export const sameTerms = (a: OrderTerms, b: OrderTerms): boolean =>
  a.symbol === b.symbol && a.side === b.side && a.type === b.type &&
  a.timeInForce === b.timeInForce && a.units === b.units && a.price === b.price &&
  (a.timeInForce === "DAY" || a.expireTime === b.expireTime) &&
  a.triggerPrice === b.triggerPrice && a.trailingDistance === b.trailingDistance &&
  a.triggerSide === b.triggerSide && a.priceBound === b.priceBound &&
  a.positionFill === b.positionFill && a.closeLotId === b.closeLotId && a.tag === b.tag &&
  sameOnFill(a.onFill, b.onFill);
