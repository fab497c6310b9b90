/** HTTP contract of account statements. */

import { z } from "@hono/zod-openapi";
import { movementKinds } from "../../domain/statement.ts";
import { legs } from "../../domain/position.ts";
import { time } from "./market_history.ts";
import { problemResponses, securedRoute } from "./routes.ts";
import {
  accountCurrency,
  accountId,
  currency,
  decimal,
  symbol,
  timestamp,
  transactionId,
} from "./values.ts";

export const statementFormats = ["json", "csv", "html"] as const;

export const statementView = z
  .object({
    accountId,
    currency: accountCurrency,
    from: timestamp,
    to: timestamp,
    openingBalance: decimal,
    closingBalance: decimal.openapi({ description: "Opening balance and movements, exactly" }),
    totals: z.object(
      Object.fromEntries(movementKinds.map((kind) => [kind, decimal])) as Record<
        (typeof movementKinds)[number],
        typeof decimal
      >,
    ),
    instruments: z.array(
      z.object({
        symbol,
        fills: z.number().int(),
        unitsBought: decimal,
        unitsSold: decimal,
        realised: decimal,
        commission: decimal,
        premium: decimal.openapi({ description: "Of guaranteed stops" }),
        financing: decimal,
      }),
    ),
    movements: z.array(
      z.object({
        time: timestamp,
        transactionId,
        kind: z.enum(movementKinds),
        symbol: symbol.nullable(),
        amount: decimal,
        balance: decimal.openapi({ description: "The cash after it" }),
        reference: z.string().nullable(),
      }),
    ),
    positions: z.array(
      z.object({
        symbol,
        leg: z.enum(legs),
        units: decimal,
        averagePrice: decimal.nullable(),
        openCost: decimal,
        quoteCurrency: currency,
      }),
    ).openapi({ description: "Open at the end of the period" }),
  })
  .openapi("Statement");

export const getStatementRoute = securedRoute({ permission: "trade:read", account: true }, {
  method: "get",
  path: "/v1/accounts/{accountId}/statement",
  operationId: "getStatement",
  tags: ["funds"],
  summary: "What a period did to the cash: every movement, sums by kind and instrument",
  request: {
    params: z.object({ accountId }),
    query: z.object({
      from: time.optional().openapi({ description: "Default: the account's beginning" }),
      to: time.optional().openapi({ description: "Not included; default: now" }),
      format: z.enum(statementFormats).default("json").openapi({
        description: "`csv` lists the movements, `html` is a page to print",
      }),
    }),
  },
  responses: {
    200: {
      description: "The statement",
      content: {
        "application/json": { schema: statementView },
        "text/csv": { schema: z.string() },
        "text/html": { schema: z.string() },
      },
    },
    ...problemResponses(404),
  },
});
