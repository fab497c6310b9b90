/** The `orders` topic: what trading asks of a venue. Both events may be repeated safely. */

import * as v from "valibot";
import type { AccountId, ClientOrderId, OrderId } from "../../domain/ids.ts";
import { formatPrice, parsePrice, parseUnits } from "../../domain/instrument.ts";
import { instrumentOf } from "../../domain/instruments.ts";
import { type Order, orderTypes, sides, timesInForce } from "../../domain/orders/order.ts";
import type { OrderTerms } from "../../domain/orders/order.ts";
import type { Symbol } from "../../domain/instrument.ts";
import type { EpochMs } from "../../domain/time.ts";
import { eventSchema } from "./envelope.ts";
import {
  accountIdText,
  clientOrderIdText,
  decimalText,
  epochMsNumber,
  orderIdText,
  symbolText,
} from "./values.ts";

/** Carries the whole order, so a venue that never saw it can take it and one that did can answer. */
export const orderSubmitted = eventSchema(
  "order.submitted",
  v.strictObject({
    accountId: accountIdText,
    orderId: orderIdText,
    clientOrderId: clientOrderIdText,
    symbol: symbolText,
    side: v.picklist(sides),
    type: v.picklist(orderTypes),
    timeInForce: v.picklist(timesInForce),
    units: decimalText,
    price: v.nullable(decimalText),
    expireTime: v.nullable(epochMsNumber),
    submittedTime: epochMsNumber,
  }),
);
export type OrderSubmitted = v.InferOutput<typeof orderSubmitted>;

export const orderCancelRequested = eventSchema(
  "order.cancel_requested",
  v.strictObject({ accountId: accountIdText, orderId: orderIdText, requestedTime: epochMsNumber }),
);
export type OrderCancelRequested = v.InferOutput<typeof orderCancelRequested>;

export const orderEvent = v.variant("type", [orderSubmitted, orderCancelRequested]);
export type OrderEvent = v.InferOutput<typeof orderEvent>;

/** An order as a venue sees it. */
export interface VenueOrder extends OrderTerms {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly submittedTime: EpochMs;
}

export function toSubmittedData(order: Order): OrderSubmitted["data"] {
  const instrument = instrumentOf(order.symbol);
  return {
    accountId: order.accountId,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    units: String(order.units),
    price: order.price === null ? null : formatPrice(order.price, instrument),
    expireTime: order.expireTime,
    submittedTime: order.createdAt,
  };
}

/** @throws RangeError when the publisher wrote a symbol or number that is not on the grid. */
export function fromSubmittedData(data: OrderSubmitted["data"]): VenueOrder {
  const instrument = instrumentOf(data.symbol as Symbol);
  const units = parseUnits(data.units);
  const price = data.price === null ? null : parsePrice(data.price, instrument);
  if (typeof units === "string" || typeof price === "string") {
    throw new RangeError(`Cannot read order ${data.orderId}: ${data.units} at ${data.price}`);
  }
  return {
    accountId: data.accountId as AccountId,
    orderId: data.orderId as OrderId,
    clientOrderId: data.clientOrderId as ClientOrderId,
    symbol: instrument.symbol,
    side: data.side,
    type: data.type,
    timeInForce: data.timeInForce,
    units,
    price,
    expireTime: data.expireTime as EpochMs | null,
    submittedTime: data.submittedTime as EpochMs,
  };
}
