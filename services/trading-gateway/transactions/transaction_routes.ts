/** Transactions over HTTP: what happened to an account since an id, without gaps. */

import { listTransactionsRoute } from "../../../shared/contracts/http/trading.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import { loadAccount } from "../accounts/account_routes.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import type { TransactionView } from "./transaction_view.ts";

export function addTransactionRoutes(app: TradingApp, deps: TradingDeps): void {
  addRoute(app, listTransactionsRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { since, limit } = c.req.valid("query");
    const account = await loadAccount(deps, accountId);
    const rows = await deps.db.selectFrom("transactions").select("body")
      .where("account_id", "=", accountId)
      .where("transaction_id", ">", since)
      .orderBy("transaction_id").limit(limit).execute();
    const transactions = rows.map((row) => row.body as TransactionView);
    return c.json({ transactions, lastTransactionId: account.lastTransactionId }, 200);
  });
}
