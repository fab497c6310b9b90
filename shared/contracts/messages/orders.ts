/** The `orders` topic: what trading asks of a venue. Every event may be repeated safely. */

import * as v from "valibot";
import type { AccountId, ClientOrderId, OrderId } from "../../domain/ids.ts";
import {
  formatPrice,
  type Instrument,
  parsePrice,
  parseUnits,
  type Price,
} from "../../domain/instrument.ts";
import { instrumentOf } from "../../domain/instruments.ts";
import {
  type Order,
  orderTypes,
  positionFills,
  type Replacement,
  sides,
  timesInForce,
  triggerSides,
} from "../../domain/orders/order.ts";
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
    triggerPrice: v.optional(v.nullable(decimalText), null),
    trailingDistance: v.optional(v.nullable(decimalText), null),
    triggerSide: v.optional(v.picklist(triggerSides), "default"),
    priceBound: v.optional(v.nullable(decimalText), null),
    guaranteedPremium: v.optional(v.nullable(decimalText), null),
    positionFill: v.optional(v.picklist(positionFills), "default"),
    tag: v.optional(v.nullable(v.string()), null),
    ocoGroup: v.optional(v.nullable(v.string()), null),
    submittedTime: epochMsNumber,
  }),
);
export type OrderSubmitted = v.InferOutput<typeof orderSubmitted>;

export const orderCancelRequested = eventSchema(
  "order.cancel_requested",
  v.strictObject({ accountId: accountIdText, orderId: orderIdText, requestedTime: epochMsNumber }),
);
export type OrderCancelRequested = v.InferOutput<typeof orderCancelRequested>;

/** The new terms whole; the revision makes a repeat recognisable. */
export const orderReplaceRequested = eventSchema(
  "order.replace_requested",
  v.strictObject({
    accountId: accountIdText,
    orderId: orderIdText,
    symbol: symbolText,
    revision: v.pipe(v.number(), v.integer(), v.minValue(1)),
    units: decimalText,
    price: v.nullable(decimalText),
    timeInForce: v.picklist(timesInForce),
    expireTime: v.nullable(epochMsNumber),
    triggerPrice: v.nullable(decimalText),
    trailingDistance: v.nullable(decimalText),
    priceBound: v.nullable(decimalText),
    requestedTime: epochMsNumber,
  }),
);
export type OrderReplaceRequestedEvent = v.InferOutput<typeof orderReplaceRequested>;

export const orderEvent = v.variant("type", [
  orderSubmitted,
  orderReplaceRequested,
  orderCancelRequested,
]);
export type OrderEvent = v.InferOutput<typeof orderEvent>;

/** An order as a venue sees it. */
export interface VenueOrder extends OrderTerms {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly submittedTime: EpochMs;
  /** What one order of a group trades is taken off the others at once, before any command can be. */
  readonly ocoGroup: string | null;
}

export function toSubmittedData(order: Order): OrderSubmitted["data"] {
  const priceText = pricesTextOn(instrumentOf(order.symbol));
  return {
    accountId: order.accountId,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    units: String(order.units),
    price: priceText(order.price),
    expireTime: order.expireTime,
    triggerPrice: priceText(order.triggerPrice),
    trailingDistance: priceText(order.trailingDistance),
    triggerSide: order.triggerSide,
    priceBound: priceText(order.priceBound),
    guaranteedPremium: priceText(order.guaranteedPremium),
    positionFill: order.positionFill,
    tag: order.tag,
    ocoGroup: order.ocoGroup,
    submittedTime: order.createdAt,
  };
}

/** @throws RangeError when the publisher wrote a symbol or number that is not on the grid. */
export function fromSubmittedData(data: OrderSubmitted["data"]): VenueOrder {
  const instrument = instrumentOf(data.symbol as Symbol);
  const units = parseUnits(data.units);
  if (typeof units === "string") {
    throw new RangeError(`Cannot read order ${data.orderId}: ${data.units}`);
  }
  const priceIn = pricesOn(instrument, data.orderId);
  return {
    accountId: data.accountId as AccountId,
    orderId: data.orderId as OrderId,
    clientOrderId: data.clientOrderId as ClientOrderId,
    symbol: instrument.symbol,
    side: data.side,
    type: data.type,
    timeInForce: data.timeInForce,
    units,
    price: priceIn(data.price),
    expireTime: data.expireTime as EpochMs | null,
    triggerPrice: priceIn(data.triggerPrice),
    trailingDistance: priceIn(data.trailingDistance),
    triggerSide: data.triggerSide,
    priceBound: priceIn(data.priceBound),
    guaranteedPremium: priceIn(data.guaranteedPremium),
    positionFill: data.positionFill,
    tag: data.tag,
    ocoGroup: data.ocoGroup,
    closeLotId: null, // trading's business, not the venue's, like the exits
    onFill: null,
    submittedTime: data.submittedTime as EpochMs,
  };
}

export function toReplaceData(
  order: Order,
  replacement: Replacement,
  at: EpochMs,
): OrderReplaceRequestedEvent["data"] {
  const priceText = pricesTextOn(instrumentOf(order.symbol));
  return {
    accountId: order.accountId,
    orderId: order.orderId,
    symbol: order.symbol,
    revision: replacement.revision,
    units: String(replacement.units),
    price: priceText(replacement.price),
    timeInForce: replacement.timeInForce,
    expireTime: replacement.expireTime,
    triggerPrice: priceText(replacement.triggerPrice),
    trailingDistance: priceText(replacement.trailingDistance),
    priceBound: priceText(replacement.priceBound),
    requestedTime: at,
  };
}

/** @throws RangeError when the publisher wrote a symbol or number that is not on the grid. */
export function fromReplaceData(data: OrderReplaceRequestedEvent["data"]): Replacement {
  const instrument = instrumentOf(data.symbol as Symbol);
  const units = parseUnits(data.units);
  if (typeof units === "string") {
    throw new RangeError(`Cannot read replace of ${data.orderId}: ${data.units}`);
  }
  const priceIn = pricesOn(instrument, data.orderId);
  return {
    revision: data.revision,
    units,
    price: priceIn(data.price),
    timeInForce: data.timeInForce,
    expireTime: data.expireTime as EpochMs | null,
    triggerPrice: priceIn(data.triggerPrice),
    trailingDistance: priceIn(data.trailingDistance),
    priceBound: priceIn(data.priceBound),
  };
}

const pricesTextOn = (instrument: Instrument) => (value: Price | null): string | null =>
  value === null ? null : formatPrice(value, instrument);

const pricesOn = (instrument: Instrument, orderId: string) => (text: string | null) => {
  const value = text === null ? null : parsePrice(text, instrument);
  if (typeof value !== "string") return value;
  throw new RangeError(`Cannot read order ${orderId}: at ${text}`);
};
