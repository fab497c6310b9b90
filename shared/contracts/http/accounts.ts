/** HTTP contract of the trading gateway: accounts, their positions and lots. */

import { z } from "@hono/zod-openapi";
import { legs, lotMatchings, positionModes, positionViews } from "../../domain/position.ts";
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
  currency,
  decimal,
  orderId,
  symbol,
  tenant,
  timestamp,
  transactionId,
} from "./values.ts";

export const positionView = z
  .object({
    symbol,
    leg: z.enum(legs),
    units: decimal.openapi({ description: "Positive long, negative short" }),
    averagePrice: decimal.nullable().openapi({
      description: "Cost by units; null for legs that are equal, seen as one",
    }),
    openCost: decimal.openapi({ description: "Signed cost of the open units, quote currency" }),
    quoteCurrency: currency,
    unrealised: decimal.nullable().openapi({
      description: "At the closing side of the newest quote, quote currency; null without a quote",
    }),
  })
  .openapi("Position");

export const lotView = z
  .object({
    lotId: transactionId.openapi({ description: "Its opening fill's transaction" }),
    orderId,
    symbol,
    leg: z.enum(legs),
    units: decimal.openapi({ description: "What is left; positive long, negative short" }),
    price: decimal,
    openedAt: timestamp,
    quoteCurrency: currency,
    unrealised: decimal.nullable().openapi({
      description: "From its own price, at the closing side of the newest quote, quote currency",
    }),
  })
  .openapi("Lot");

export const accountView = z
  .object({
    accountId,
    tenant,
    currency: accountCurrency,
    positionMode: z.enum(positionModes),
    lotMatching: z.enum(lotMatchings),
    balance: decimal.openapi({ description: "Cash" }),
    unrealised: decimal.nullable(),
    equity: decimal.nullable().openapi({ description: "Balance plus unrealised profit" }),
    marginUsed: decimal.nullable(),
    marginAvailable: decimal.nullable(),
    marginCall: z.boolean().openapi({ description: "Equity is below the margin call level" }),
    openOrders: z.number().int(),
    openPositions: z.number().int(),
    lastTransactionId: transactionId,
  })
  .openapi("Account", {
    description: "Valued at the newest quotes; the valued fields are null while a price is missing",
  });

export const openAccountBody = z
  .strictObject({
    accountId,
    currency: accountCurrency.default("USD"),
    tenant: tenant.default("default"),
    deposit: decimal.openapi({ example: "100000" }),
    positionMode: z.enum(positionModes).default("netting").openapi({
      description:
        "For good. netting: one position a symbol. hedging: a long and a short leg, made of lots",
    }),
    lotMatching: z.enum(lotMatchings).default("average").openapi({
      description:
        "For good. What realised profit counts from: the average price, or that of each lot",
    }),
  })
  .openapi("OpenAccount");

const accountParams = z.object({ accountId });

export const openAccountRoute = securedRoute({ permission: "admin", account: false }, {
  method: "post",
  path: "/v1/accounts",
  operationId: "openAccount",
  tags: ["accounts"],
  summary: "Open an account with a first deposit; a repeat is answered with account_exists",
  request: { body: jsonBody(openAccountBody) },
  responses: {
    201: jsonResponse(accountView, "The account"),
    ...problemResponses(409, 413, 415, 504),
  },
});

export const listAccountsRoute = securedRoute({ permission: "trade:read", account: false }, {
  method: "get",
  path: "/v1/accounts",
  operationId: "listAccounts",
  tags: ["accounts"],
  summary: "Accounts the key reaches",
  responses: {
    200: jsonResponse(z.object({ accounts: z.array(accountView) }), "The accounts"),
    ...onlyProblemResponses(401, 403, 429, 500, 503),
  },
});

export const getAccountRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}",
  operationId: "getAccount",
  tags: ["accounts"],
  summary: "An account, valued at the newest quotes",
  request: { params: accountParams },
  responses: { 200: jsonResponse(accountView, "The account"), ...problemResponses(404) },
});

export const listPositionsRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/positions",
  operationId: "listPositions",
  tags: ["positions"],
  summary: "Open positions",
  request: {
    params: accountParams,
    query: z.object({
      view: z.enum(positionViews).optional().openapi({
        description:
          "net: one a symbol. legs: a long and a short one. Default: as the account keeps them",
      }),
    }),
  },
  responses: {
    200: jsonResponse(z.object({ positions: z.array(positionView) }), "The positions"),
    ...problemResponses(404),
  },
});

export const listLotsRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/lots",
  operationId: "listLots",
  tags: ["positions"],
  summary: "What is left of the fills that opened the positions, oldest first",
  description:
    "Of an account that nets by the average price they are worked out from its fills, oldest " +
    "closed first.",
  request: { params: accountParams, query: z.object({ symbol: symbol.optional() }) },
  responses: {
    200: jsonResponse(z.object({ lots: z.array(lotView) }), "The lots"),
    ...problemResponses(404),
  },
});
