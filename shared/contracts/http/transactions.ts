/** HTTP contract of what happens to an account: where it stands, and the transactions that follow. */

import { z } from "@hono/zod-openapi";
import { transactionTypes } from "../../domain/transaction.ts";
import { time } from "./market_history.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { accountView, positionView } from "./accounts.ts";
import { orderView, transactionView } from "./trading.ts";
import { accountCurrency, accountId, decimal, symbol, timestamp, transactionId } from "./values.ts";

export const accountSnapshotView = z
  .object({
    account: accountView,
    orders: z.array(orderView).openapi({ description: "The open ones, oldest first" }),
    positions: z.array(positionView),
  })
  .openapi("AccountSnapshot");

const accountParams = z.object({ accountId });
const typeList = transactionTypes.join("|");

export const getAccountSnapshotRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/snapshot",
  operationId: "getAccountSnapshot",
  tags: ["accounts"],
  summary: "An account with its open orders and positions, all as one transaction left them",
  request: { params: accountParams },
  responses: {
    200: jsonResponse(
      accountSnapshotView,
      "Of `account.lastTransactionId`; what follows it is new",
    ),
    ...problemResponses(404),
  },
});

export const listTransactionsRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/transactions",
  operationId: "listTransactions",
  tags: ["transactions"],
  summary: "Transactions after an id, oldest first, without gaps",
  description: "The sequence that the feed's channel `account` carries: what one of the two has " +
    "told, the other goes on from.",
  request: {
    params: accountParams,
    query: z.object({
      since: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(500),
      types: z
        .string()
        .max(typeList.length)
        .regex(new RegExp(`^(${typeList})(,(${typeList}))*$`))
        .optional()
        .openapi({
          description: "Joined by commas; all when left out",
          example: "order_filled,order_canceled",
        }),
    }),
  },
  responses: {
    200: jsonResponse(
      z.object({
        transactions: z.array(transactionView),
        lastTransactionId: transactionId.openapi({ description: "The account's newest" }),
        next: transactionId.openapi({
          description: "`since` of the next page; there is none yet once it is lastTransactionId",
        }),
      }),
      "The transactions",
    ),
    ...problemResponses(404),
  },
});

const spread = (description: string) =>
  z.object({
    count: z.number().int().openapi({ description: "Fills it is known of" }),
    mean: decimal.nullable().openapi({ description: "To two decimals; null without a fill" }),
    median: decimal.nullable(),
    p95: decimal.nullable(),
  }).openapi({ description });

export const executionQualityView = z
  .object({
    from: timestamp,
    to: timestamp,
    instruments: z.array(z.object({
      symbol,
      orders: z.number().int().openapi({ description: "Placed in the period, refused ones too" }),
      filled: z.number().int().openapi({ description: "Of those: traded at least in part" }),
      rejected: z.number().int(),
      canceled: z.number().int(),
      expired: z.number().int(),
      fillRatio: decimal.openapi({ description: "`filled` of `orders`, to four decimals" }),
      rejectRatio: decimal,
    })),
    fills: z.array(z.object({
      venue: z.string(),
      symbol,
      currency: accountCurrency.openapi({ description: "Of the accounts" }),
      fills: z.number().int(),
      units: decimal,
      slippage: spread("Points worse than the reference price; see `slippage` of a transaction"),
      slippageCost: decimal.openapi({ description: "Sum, in `currency`" }),
      acceptMs: spread("From the edge to the account: received to accepted, in milliseconds"),
      sendMs: spread("Accepted to handed to the venue, where that was noted"),
      acknowledgeMs: spread("Accepted to held by the venue"),
      fillMs: spread("Held by the venue to filled; market orders only"),
      totalMs: spread("Received to filled; market orders only"),
    })),
  })
  .openapi("ExecutionQuality");

const qualityQuery = z.object({
  from: time.optional().openapi({ description: "From this moment on; from the first on" }),
  to: time.optional().openapi({ description: "Before this moment; until now" }),
  format: z.enum(["json", "csv"]).default("json").openapi({
    description: "`csv` has a row for each venue, instrument and currency",
  }),
});
const qualityAbout =
  "Median and p95 are values that occurred (nearest rank). What was filled before " +
  "quality was kept, or met no quote, counts among the fills and not in the figures.";

export const getExecutionQualityRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/execution-quality",
  operationId: "getExecutionQuality",
  tags: ["transactions"],
  summary: "How well an account's orders were executed, by venue and instrument",
  description: qualityAbout,
  request: { params: accountParams, query: qualityQuery },
  responses: {
    200: {
      description: "Orders placed and fills done in the period",
      content: {
        "application/json": { schema: executionQualityView },
        "text/csv": { schema: z.string() },
      },
    },
    ...problemResponses(404),
  },
});

export const getPlatformQualityRoute = securedRoute({ permission: "admin", account: false }, {
  method: "get",
  path: "/v1/execution-quality",
  operationId: "getPlatformQuality",
  tags: ["transactions"],
  summary: "How well all orders of the platform were executed, by venue and instrument",
  description: qualityAbout,
  request: { query: qualityQuery },
  responses: {
    200: {
      description: "Orders placed and fills done in the period",
      content: {
        "application/json": { schema: executionQualityView },
        "text/csv": { schema: z.string() },
      },
    },
    ...problemResponses(),
  },
});

/** Routes about what happened, which the trading gateway serves. */
export const transactionRoutes = [
  getAccountSnapshotRoute,
  listTransactionsRoute,
  getExecutionQualityRoute,
  getPlatformQualityRoute,
] as const;
