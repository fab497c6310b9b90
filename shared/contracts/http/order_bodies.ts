/** What clients send about orders: one, several together, and new terms for one. */

import { z } from "@hono/zod-openapi";
import {
  groupOrdersMax,
  orderGroupTypes,
  orderTypes,
  positionFills,
  sides,
  tagLengthMax,
  timesInForce,
  triggerSides,
} from "../../domain/orders/order.ts";
import { clientOrderId, decimal, symbol, timestamp, transactionId, words } from "./values.ts";

/** Exits that are placed when the order opens a position; they cancel each other. */
export const onFillFields = {
  takeProfitOnFill: z.strictObject({ price: decimal }).optional(),
  stopLossOnFill: z.strictObject({ price: decimal.optional(), distance: decimal.optional() })
    .optional().openapi({
      description: "One of `price` and `distance`, the latter from the price of the first fill",
    }),
  guaranteedStopLossOnFill: z.strictObject({
    price: decimal.optional(),
    distance: decimal.optional(),
  })
    .optional().openapi({
      description:
        "In place of `stopLossOnFill`: fills at its price however far the market gaps, and is " +
        "charged the instrument's `guaranteedStop.premium` for each unit then, else nothing. It " +
        "keeps `distanceMin` from the price of the fill, farther than asked if need be",
    }),
  trailingStopLossOnFill: z.strictObject({ distance: decimal }).optional(),
};

export const placeOrderBody = z
  .strictObject({
    clientOrderId,
    symbol,
    side: z.enum(sides),
    type: z.enum(orderTypes),
    timeInForce: z.enum(timesInForce).optional().openapi({
      description:
        "Default FOK for market orders, GTC for the others; DAY lives to 17:00 in New York",
    }),
    units: decimal.openapi({ example: "10000" }),
    price: decimal.optional().openapi({ description: "The limit of limit and stop-limit orders" }),
    expireTime: timestamp.optional().openapi({ description: "GTD orders only" }),
    triggerPrice: decimal.optional().openapi({
      description: "What sets a stop, stop-limit or market-if-touched order off",
    }),
    trailingDistance: decimal.optional().openapi({
      description: "How far a trailing stop stays behind the best price, as a price",
      example: "0.00100",
    }),
    triggerSide: z.enum(triggerSides).optional().openapi({
      description: "Default the side the order trades on: the ask for a buy, the bid for a sell",
    }),
    priceBound: decimal.optional().openapi({
      description: "The worst price an order at the market may trade at; beyond it the rest ends",
    }),
    positionFill: z.enum(positionFills).optional().openapi({
      description: "In a hedging account reduce_only closes the other side's leg; others open",
    }),
    closeLotId: transactionId.optional().openapi({
      description: "A lot to close first, hedging accounts only; makes the order reduce-only",
    }),
    tag: words(tagLengthMax).optional().openapi({ description: "Your own words" }),
    ...onFillFields,
  })
  .openapi("PlaceOrder");

export const replaceOrderBody = z
  .strictObject({
    units: decimal.optional().openapi({
      description: "The whole size: what is filled counts. No larger than that ends the order",
    }),
    price: decimal.optional(),
    triggerPrice: decimal.optional(),
    trailingDistance: decimal.optional().openapi({
      description: "Counted from the best price the trailing stop has seen",
    }),
    priceBound: decimal.optional(),
    timeInForce: z.enum(timesInForce).optional(),
    expireTime: timestamp.optional(),
  })
  .openapi("ReplaceOrder", { description: "What is left out stays as it is" });

export const placeOrderGroupBody = z
  .strictObject({
    type: z.enum(orderGroupTypes).openapi({
      description:
        "oco: what one fills is taken off the others, and one that is done cancels them. oto: the " +
        "later orders are held until the first is filled. bracket: both",
    }),
    orders: z.array(placeOrderBody).min(2).max(groupOrdersMax),
  })
  .openapi("PlaceOrderGroup");
