/** Reads an order as clients write it (decimal text) into exact terms on the instrument's grid. */

import type { ClientOrderId } from "../ids.ts";
import { type Instrument, parsePrice, parseUnits } from "../instrument.ts";
import { findInstrument } from "../instruments.ts";
import { type EpochMs, parseRfc3339 } from "../time.ts";
import type { OrderTerms, OrderType, Side, TimeInForce } from "./order.ts";
import type { RejectReason } from "./rejects.ts";

/** The body of an order request: shape already checked, values not. */
export interface OrderRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Default FOK for market orders, GTC for limit orders. */
  readonly timeInForce?: TimeInForce | undefined;
  readonly units: string;
  readonly price?: string | undefined;
  /** RFC 3339. */
  readonly expireTime?: string | undefined;
}

export interface ReadOrder {
  readonly terms: OrderTerms;
  readonly instrument: Instrument;
}

/** Exact terms, or the reason the values cannot be such. */
export function readOrder(request: OrderRequest): ReadOrder | RejectReason {
  const instrument = findInstrument(request.symbol);
  if (instrument === undefined) return "unknown_symbol";
  const units = parseUnits(request.units);
  if (units === "malformed") return "units_malformed";
  if (units === "too_precise") return "units_off_step";
  if (units === "too_large") return "units_above_maximum";
  const price = request.price === undefined ? null : parsePrice(request.price, instrument);
  if (price === "malformed" || price === "too_large") return "price_malformed";
  if (price === "too_precise") return "price_precision";
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
  };
  return { terms, instrument };
}

/** Whether two requests under one client order id are the same order, so the answer may be too. */
export const sameTerms = (a: OrderTerms, b: OrderTerms): boolean =>
  a.symbol === b.symbol && a.side === b.side && a.type === b.type &&
  a.timeInForce === b.timeInForce && a.units === b.units && a.price === b.price &&
  a.expireTime === b.expireTime;
