/** HTTP contract of what happens to an account: where it stands, and the transactions that follow. */

import { z } from "@hono/zod-openapi";
import { transactionTypes } from "../../domain/transaction.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { accountView, positionView } from "./accounts.ts";
import { orderView, transactionView } from "./trading.ts";
import { accountId, transactionId } from "./values.ts";

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

/** Routes about what happened, which the trading gateway serves. */
export const transactionRoutes = [getAccountSnapshotRoute, listTransactionsRoute] as const;
