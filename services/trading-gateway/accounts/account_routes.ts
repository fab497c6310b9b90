/** Accounts and positions over HTTP. */

import { sql } from "kysely";
import {
  getAccountRoute,
  listAccountsRoute,
  listLotsRoute,
  listPositionsRoute,
  openAccountRoute,
} from "../../../shared/contracts/http/accounts.ts";
import { getAccountSnapshotRoute } from "../../../shared/contracts/http/transactions.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { keepsLots, legOf } from "../../../shared/domain/position.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import { createBooksStore } from "../desk/books_store.ts";
import { transactionIdOf } from "../orders/order_rows.ts";
import { toOrderView } from "../orders/order_view.ts";
import { toAccountView, toLotView, toPositionViews } from "./account_view.ts";
import { foldLots } from "./fold_lots.ts";
import { openAccount } from "./open_account.ts";

/** Accounts in one listing at most. */
const listMax = 1_000;

export function addAccountRoutes(app: TradingApp, deps: TradingDeps): void {
  const { desk, db, books, market } = deps;

  addRoute(app, openAccountRoute, async (c) => {
    const account = await openAccount(desk, c.req.valid("json"));
    return c.json(toAccountView(account, market()), 201);
  });

  addRoute(app, listAccountsRoute, async (c) => {
    const { accounts: reach } = c.get("auth");
    let query = db.selectFrom("accounts").select("account_id").orderBy("account_id").limit(listMax);
    if (reach !== "all") {
      const ids = JSON.stringify([...reach]);
      query = query.where(
        sql<boolean>`account_id in (select json_array_elements_text(${ids}::text::json))`,
      );
    }
    const ids = (await query.execute()).map((row) => row.account_id as AccountId);
    const accounts = ids.length === 0 ? [] : await books.loadAccounts(ids);
    return c.json({ accounts: accounts.map((one) => toAccountView(one, market())) }, 200);
  });

  addRoute(app, getAccountRoute, async (c) => {
    const account = await loadAccount(deps, c.req.valid("param").accountId);
    return c.json(toAccountView(account, market()), 200);
  });

  addRoute(app, getAccountSnapshotRoute, async (c) => {
    const account = await loadAccount(deps, c.req.valid("param").accountId);
    const now = market();
    const open = [...account.orders.values()]
      .sort((a, b) => transactionIdOf(a.orderId) - transactionIdOf(b.orderId));
    return c.json({
      account: toAccountView(account, now),
      orders: open.map(toOrderView),
      positions: toPositionViews(account, undefined, now.quotes),
    }, 200);
  });

  addRoute(app, listPositionsRoute, async (c) => {
    const account = await loadAccount(deps, c.req.valid("param").accountId);
    const { view } = c.req.valid("query");
    return c.json({ positions: toPositionViews(account, view, market().quotes) }, 200);
  });

  addRoute(app, listLotsRoute, async (c) => {
    const account = await loadAccount(deps, c.req.valid("param").accountId);
    const wanted = c.req.valid("query").symbol;
    const { quotes } = market();
    const held = keepsLots(account)
      ? account.positions.values()
      : (await foldLots(db, account)).values();
    const lots = [...held].filter(({ symbol }) => wanted === undefined || symbol === wanted)
      .flatMap(({ symbol, units, lots = [] }) =>
        lots.map((lot) =>
          toLotView(lot, { symbol, leg: legOf(account.positionMode, units) }, quotes)
        )
      );
    return c.json({ lots: lots.toSorted((a, b) => a.lotId - b.lotId) }, 200);
  });
}

/**
 * All of the account as one transaction left it.
 * @throws Problem `account_unknown`
 */
export async function loadAccount({ db }: TradingDeps, accountId: string): Promise<Account> {
  // Its tables are read one after the other: without the snapshot a turn could come between.
  const [account] = await db.transaction()
    .setIsolationLevel("repeatable read").setAccessMode("read only")
    .execute((trx) => createBooksStore(trx).loadAccounts([accountId as AccountId]));
  if (account === undefined || account.lastTransactionId === 0) {
    throw new Problem("account_unknown", problemEntry("account_unknown").title);
  }
  return account;
}
