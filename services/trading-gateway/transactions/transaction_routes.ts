/** Transactions over HTTP: what happened to an account since an id, without gaps. */

import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { listTransactionsRoute } from "../../../shared/contracts/http/transactions.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import { selectTransactions } from "./transaction_store.ts";

export function addTransactionRoutes(app: TradingApp, { db }: TradingDeps): void {
  addRoute(app, listTransactionsRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { types, ...query } = c.req.valid("query");
    const page = await selectTransactions(db, {
      accountId,
      ...query,
      types: types === undefined ? null : types.split(","),
    });
    if (page === null) {
      throw new Problem("account_unknown", problemEntry("account_unknown").title);
    }
    return c.json(page, 200);
  });
}
