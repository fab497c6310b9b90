/** HTTP contract of the trading gateway: orders and transactions; `accounts.ts` has the rest. */

import { z } from "@hono/zod-openapi";
import {
  orderStatuses,
  orderTypes,
  positionFills,
  sides,
  timesInForce,
  triggerSides,
} from "../../domain/orders/order.ts";
import { rejectReasons } from "../../domain/orders/rejects.ts";
import { adjustmentReasons } from "../../domain/money_transactions.ts";
import { legs, lotMatchings, positionModes } from "../../domain/position.ts";
import { orderOrigins, transactionTypes } from "../../domain/transaction.ts";
import {
  getAccountRoute,
  listAccountsRoute,
  listLotsRoute,
  listPositionsRoute,
  openAccountRoute,
} from "./accounts.ts";
import {
  onFillFields,
  placeOrderBody,
  placeOrderGroupBody,
  replaceOrderBody,
} from "./order_bodies.ts";
import {
  jsonBody,
  jsonResponse,
  onlyProblemResponses,
  problemResponses,
  securedRoute,
} from "./routes.ts";
import {
  accountCurrency,
  accountId,
  clientOrderId,
  currency,
  decimal,
  orderId,
  symbol,
  tenant,
  timestamp,
  transactionId,
} from "./values.ts";

export const orderView = z
  .object({
    orderId,
    accountId,
    clientOrderId,
    symbol,
    side: z.enum(sides),
    type: z.enum(orderTypes),
    timeInForce: z.enum(timesInForce),
    units: decimal,
    price: decimal.nullable(),
    expireTime: timestamp.nullable(),
    triggerPrice: decimal.nullable(),
    trailingDistance: decimal.nullable(),
    triggerSide: z.enum(triggerSides),
    priceBound: decimal.nullable(),
    guaranteedPremium: decimal.nullable().openapi({
      description: "Of a guaranteed stop: what each unit of its fill is charged, as a price",
    }),
    positionFill: z.enum(positionFills),
    closeLotId: transactionId.nullable(),
    tag: z.string().nullable(),
    status: z.enum(orderStatuses),
    triggeredAt: timestamp.nullable().openapi({ description: "When a price set it off" }),
    filledUnits: decimal,
    averagePrice: decimal.nullable(),
    replacing: z.boolean().openapi({ description: "A replace is under way" }),
    ...onFillFields,
    parentOrderId: orderId.nullable().openapi({ description: "Whose fill made or releases it" }),
    ocoGroup: z.string().nullable().openapi({
      description: "Orders of one group cancel each other",
    }),
    rejectReason: z.enum(rejectReasons as [string, ...string[]]).nullable(),
    text: z.string().nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .openapi("Order");

export const transactionView = z
  .object({
    accountId,
    transactionId,
    type: z.enum(transactionTypes),
    time: timestamp,
    batchId: transactionId.optional().openapi({
      description: "The first of those booked together by one command or report; left out of it",
    }),
    quotedTime: timestamp.optional().openapi({
      description: "Venue time of the newest price known when a batch was decided; on its first",
    }),
    silent: z.boolean().optional().openapi({
      description: "The venue had fallen silent then, so that no price stood",
    }),
    venueQuotedTime: timestamp.optional().openapi({
      description: "Of what a venue reported: venue time of the newest price the venue had",
    }),
    venueSilent: z.boolean().optional(),
    orderId: orderId.optional(),
    clientOrderId: clientOrderId.optional(),
    symbol: symbol.optional(),
    side: z.enum(sides).optional(),
    orderType: z.enum(orderTypes).optional(),
    timeInForce: z.enum(timesInForce).optional(),
    units: decimal.optional().openapi({ description: "Signed in a fill" }),
    price: decimal.optional(),
    expireTime: timestamp.optional(),
    triggerPrice: decimal.optional(),
    trailingDistance: decimal.optional(),
    triggerSide: z.enum(triggerSides).optional(),
    priceBound: decimal.optional(),
    guaranteedPremium: decimal.optional().openapi({ description: "Of a guaranteed stop" }),
    positionFill: z.enum(positionFills).optional(),
    closeLotId: transactionId.optional(),
    tag: z.string().optional(),
    ...onFillFields,
    parentOrderId: orderId.optional(),
    ocoGroup: z.string().optional(),
    releases: z.boolean().optional(),
    held: z.boolean().optional().openapi({ description: "Waits for its parent to be filled" }),
    revision: z.number().int().optional().openapi({ description: "Which replace of the order" }),
    bid: decimal.optional().openapi({ description: "Of the quote that set the order off" }),
    ask: decimal.optional(),
    venue: z.string().optional(),
    execId: z.string().optional(),
    realised: decimal.optional().openapi({ description: "In `realisedCurrency`" }),
    realisedCurrency: currency.optional(),
    paid: decimal.optional().openapi({
      description: "Reached the cash, in the account's currency",
    }),
    rate: decimal.optional(),
    closed: z.array(z.object({ lotId: transactionId, units: decimal })).optional().openapi({
      description: "Lots a fill closed, and how much of each; only where the account keeps lots",
    }),
    commission: decimal.optional().openapi({
      description: "Left the cash, in the account's currency",
    }),
    commissionAmount: decimal.optional().openapi({ description: "In `commissionCurrency`" }),
    commissionCurrency: accountCurrency.optional(),
    commissionRate: decimal.optional(),
    notionalRate: decimal.optional().openapi({
      description: "Quote currency to `commissionCurrency`",
    }),
    premium: decimal.optional().openapi({
      description: "What a guaranteed stop's fill cost; left the cash, in the account's currency",
    }),
    premiumAmount: decimal.optional().openapi({ description: "In `realisedCurrency`" }),
    arrivalBid: decimal.optional().openapi({
      description:
        "Of the quote the order met when it was accepted or released, or that set it off",
    }),
    arrivalAsk: decimal.optional(),
    slippage: decimal.optional().openapi({
      description:
        "Points the fill is worse than the arrival ask (buy) or bid (sell), or than the " +
        "order's own limit where that is better; negative is better",
    }),
    slippageCost: decimal.optional().openapi({
      description: "Slippage times units, in the account's currency",
    }),
    receivedTime: timestamp.optional().openapi({ description: "The edge had the order" }),
    acceptedTime: timestamp.optional().openapi({
      description: "The order was accepted, or released",
    }),
    sentTime: timestamp.optional().openapi({ description: "The order was handed to the venue" }),
    acknowledgedTime: timestamp.optional().openapi({ description: "The venue held the order" }),
    day: z.string().optional().openapi({ description: "FX day that ended at 17:00 New York" }),
    valueDate: z.string().optional(),
    nextValueDate: z.string().optional(),
    days: z.number().int().optional().openapi({ description: "From `valueDate` to the next" }),
    correction: z.number().int().optional().openapi({
      description: "A later charge of the same roll, for a fill that was booked after the first",
    }),
    annualRate: decimal.optional().openapi({ description: "Of the notional, in per cent" }),
    swapPoints: decimal.optional().openapi({ description: "Of the price, a day" }),
    financed: decimal.optional().openapi({ description: "In `financedCurrency`" }),
    financedCurrency: currency.optional(),
    amount: decimal.optional(),
    fundsId: clientOrderId.optional(),
    toAccountId: accountId.optional(),
    fromAccountId: accountId.optional(),
    sent: decimal.optional().openapi({ description: "Left the sender, in `sentCurrency`" }),
    sentCurrency: accountCurrency.optional(),
    currency: accountCurrency.optional(),
    positionMode: z.enum(positionModes).optional().openapi({ description: "Left out: netting" }),
    lotMatching: z.enum(lotMatchings).optional().openapi({ description: "Left out: average" }),
    leg: z.enum(legs).optional().openapi({ description: "Left out: the net position" }),
    tenant: tenant.optional(),
    equity: decimal.optional(),
    marginUsed: decimal.optional(),
    reason: z.enum([...rejectReasons, ...orderOrigins, ...adjustmentReasons]).optional(),
    text: z.string().optional(),
  })
  .openapi("Transaction");
export type TransactionView = z.infer<typeof transactionView>;

const accountParams = z.object({ accountId });
const orderParams = z.object({ accountId, orderId });

export const placeOrderRoute = securedRoute({ permission: "trade:write", account: true }, {
  method: "post",
  path: "/v1/accounts/{accountId}/orders",
  operationId: "placeOrder",
  tags: ["orders"],
  summary: "Place an order; a repeat with the same body gets the same order",
  description:
    "Answered once the order is stored. It fills afterwards: read it, or its account's " +
    "transactions, to see how. A refused order is answered with 422 and its reason.",
  request: { params: accountParams, body: jsonBody(placeOrderBody) },
  responses: {
    201: jsonResponse(orderView, "The order, accepted and stored"),
    ...problemResponses(404, 409, 413, 415, 422, 504),
  },
});

export const placeOrderGroupRoute = securedRoute({ permission: "trade:write", account: true }, {
  method: "post",
  path: "/v1/accounts/{accountId}/orderGroups",
  operationId: "placeOrderGroup",
  tags: ["orders"],
  summary: "Place orders together, all or none; a repeat with the same body gets the same orders",
  request: { params: accountParams, body: jsonBody(placeOrderGroupBody) },
  responses: {
    201: jsonResponse(
      z.object({ orders: z.array(orderView) }),
      "The orders in the order asked for, accepted and stored",
    ),
    ...problemResponses(404, 409, 413, 415, 422, 504),
  },
});

export const checkOrderRoute = securedRoute({ permission: "trade:write", account: true }, {
  method: "post",
  path: "/v1/accounts/{accountId}/orders/check",
  operationId: "checkOrder",
  tags: ["orders"],
  summary: "Check an order at the edge without placing it",
  description:
    "Nothing is asked of the services behind the edge. What it has not heard of yet, a new " +
    "account say, it takes for granted; the order itself is checked again where it is stored.",
  request: { params: accountParams, body: jsonBody(placeOrderBody) },
  responses: {
    200: jsonResponse(z.object({ acceptable: z.literal(true) }), "The edge would pass it on"),
    ...onlyProblemResponses(400, 401, 403, 413, 415, 422, 429, 500),
  },
});

export const listOrdersRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/orders",
  operationId: "listOrders",
  tags: ["orders"],
  summary: "Orders, newest first",
  request: {
    params: accountParams,
    query: z.object({
      state: z.enum(["open", "all"]).default("open"),
      clientOrderId: clientOrderId.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      before: orderId.optional().openapi({ description: "Orders older than this one" }),
    }),
  },
  responses: {
    200: jsonResponse(z.object({ orders: z.array(orderView) }), "The orders"),
    ...problemResponses(404),
  },
});

export const getOrderRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/orders/{orderId}",
  operationId: "getOrder",
  tags: ["orders"],
  summary: "One order",
  request: { params: orderParams },
  responses: { 200: jsonResponse(orderView, "The order"), ...problemResponses(404) },
});

export const cancelOrderRoute = securedRoute({ permission: "trade:write", account: true }, {
  method: "delete",
  path: "/v1/accounts/{accountId}/orders/{orderId}",
  operationId: "cancelOrder",
  tags: ["orders"],
  summary: "Ask for an order to be canceled; a fill may still win the race",
  description: "A repeat while the cancel is on its way gets the same answer; once the order has " +
    "ended, `order_not_open`, and the order says whether it was canceled or filled.",
  request: { params: orderParams },
  responses: {
    202: jsonResponse(orderView, "The order, its cancel on the way to the venue"),
    ...problemResponses(404, 409, 504),
  },
});

export const cancelOrdersRoute = securedRoute({ permission: "trade:write", account: true }, {
  method: "delete",
  path: "/v1/accounts/{accountId}/orders",
  operationId: "cancelOrders",
  tags: ["orders"],
  summary: "Ask for every open order, or every one of a symbol, to be canceled; safe to repeat",
  request: { params: accountParams, query: z.object({ symbol: symbol.optional() }) },
  responses: {
    202: jsonResponse(
      z.object({ orders: z.array(orderView) }),
      "The orders whose cancel is on the way to the venue",
    ),
    ...problemResponses(404, 504),
  },
});

export const replaceOrderRoute = securedRoute({ permission: "trade:write", account: true }, {
  method: "put",
  path: "/v1/accounts/{accountId}/orders/{orderId}",
  operationId: "replaceOrder",
  tags: ["orders"],
  summary: "Give an order new terms in one step; it keeps its id and its fills",
  description:
    "The venue decides the race against a fill: what it filled before the replace reached it " +
    "counts into the new size, and an order that was done by then refuses the replace. Read the " +
    "answer as `order_replaced` or `order_replace_rejected` in the transactions. A repeat with the " +
    "same terms changes nothing.",
  request: { params: orderParams, body: jsonBody(replaceOrderBody) },
  responses: {
    202: jsonResponse(orderView, "The order, its new terms on the way to the venue"),
    ...problemResponses(404, 409, 413, 415, 422, 504),
  },
});

/** Routes the trading gateway serves. */
export const tradingRoutes = [
  openAccountRoute,
  listAccountsRoute,
  getAccountRoute,
  placeOrderRoute,
  placeOrderGroupRoute,
  listOrdersRoute,
  getOrderRoute,
  cancelOrderRoute,
  cancelOrdersRoute,
  replaceOrderRoute,
  listPositionsRoute,
  listLotsRoute,
] as const;
