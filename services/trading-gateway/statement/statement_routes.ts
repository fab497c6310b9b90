/** Statements over HTTP. */

import { getStatementRoute } from "../../../shared/contracts/http/statement.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { epochMs, parseRfc3339 } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import { loadAccount } from "../accounts/account_routes.ts";
import type { TradingApp, TradingDeps } from "../deps.ts";
import { readStatement } from "./read_statement.ts";
import { statementPage } from "./statement_page.ts";
import { toStatementCsv, toStatementView } from "./statement_view.ts";

export function addStatementRoutes(app: TradingApp, deps: TradingDeps): void {
  addRoute(app, getStatementRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { from, to, format } = c.req.valid("query");
    await loadAccount(deps, accountId);
    const statement = await readStatement(deps.db, {
      accountId: accountId as AccountId,
      from: from === undefined ? epochMs(0) : parseRfc3339(from)!,
      to: to === undefined ? deps.market().now : parseRfc3339(to)!,
    });
    const view = toStatementView(statement);
    if (format === "json") return c.json(view, 200);
    if (format === "html") return c.html(statementPage(view), 200);
    return c.body(toStatementCsv(view), 200, { "content-type": "text/csv; charset=utf-8" });
  });
}
