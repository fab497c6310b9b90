/** HTTP contract of the trading gateway's money: deposits, withdrawals, transfers, statements. */

import { z } from "@hono/zod-openapi";
import { jsonBody, jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { getStatementRoute } from "./statement.ts";
import { transactionView } from "./trading.ts";
import { accountId, clientOrderId, decimal } from "./values.ts";

const fundsId = clientOrderId.openapi({
  description: "Yours, unique among the account's movements of money; makes a retry safe",
  example: "march-1",
});
const amount = decimal.openapi({ description: "Positive", example: "250.00" });

export const moveFundsBody = z.strictObject({ fundsId, amount }).openapi("MoveFunds");

export const transferFundsBody = z
  .strictObject({
    fundsId,
    toAccountId: accountId,
    amount: amount.openapi({ description: "Positive, in the currency of the sending account" }),
  })
  .openapi("TransferFunds");

export const transferView = z
  .object({ sent: transactionView, received: transactionView })
  .openapi("Transfer");

const params = z.object({ accountId });

export const depositRoute = securedRoute({ permission: "admin", account: true }, {
  method: "post",
  path: "/v1/accounts/{accountId}/deposits",
  operationId: "deposit",
  tags: ["funds"],
  summary: "Book money that came in; a repeat with the same body gets the same answer",
  request: { params, body: jsonBody(moveFundsBody) },
  responses: {
    201: jsonResponse(transactionView, "The transaction it was booked as"),
    ...problemResponses(404, 409, 413, 415, 422, 504),
  },
});

export const withdrawRoute = securedRoute({ permission: "admin", account: true }, {
  method: "post",
  path: "/v1/accounts/{accountId}/withdrawals",
  operationId: "withdraw",
  tags: ["funds"],
  summary: "Book money that goes out, up to the cash that no margin holds",
  request: { params, body: jsonBody(moveFundsBody) },
  responses: {
    201: jsonResponse(transactionView, "The transaction it was booked as"),
    ...problemResponses(404, 409, 413, 415, 422, 504),
  },
});

export const transferRoute = securedRoute({ permission: "trade:write", account: true }, {
  method: "post",
  path: "/v1/accounts/{accountId}/transfers",
  operationId: "transfer",
  tags: ["funds"],
  summary: "Move money to another account of the key, at the newest rate",
  description: "Both accounts change at once or neither does. The key must reach both.",
  request: { params, body: jsonBody(transferFundsBody) },
  responses: {
    201: jsonResponse(transferView, "What was booked on either account"),
    ...problemResponses(404, 409, 413, 415, 422, 504),
  },
});

/** Routes the trading gateway serves beside those of `trading.ts`. */
export const fundsRoutes = [
  depositRoute,
  withdrawRoute,
  transferRoute,
  getStatementRoute,
] as const;
