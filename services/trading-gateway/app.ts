/** The trading gateway as an app: routes over dependencies; it opens nothing. */

import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { addAccountRoutes } from "./accounts/account_routes.ts";
import type { TradingApp, TradingDeps } from "./deps.ts";
import { addBacktestRoutes } from "./backtests/jobs/backtest_routes.ts";
import { addFundsRoutes } from "./funds/funds_routes.ts";
import { addOrderRoutes } from "./orders/order_routes.ts";
import { addKillRoutes } from "./risk/kill_routes.ts";
import { addRiskRoutes } from "./risk/risk_routes.ts";
import { addQualityRoutes } from "./quality/quality_routes.ts";
import { addStatementRoutes } from "./statement/statement_routes.ts";
import { addTransactionRoutes } from "./transactions/transaction_routes.ts";

export function createTradingApp(deps: TradingDeps): TradingApp {
  const app = createServiceApp(deps);
  addAccountRoutes(app, deps);
  addFundsRoutes(app, deps);
  addOrderRoutes(app, deps);
  addRiskRoutes(app, deps);
  addKillRoutes(app, deps);
  addQualityRoutes(app, deps);
  addStatementRoutes(app, deps);
  addTransactionRoutes(app, deps);
  addBacktestRoutes(app, deps);
  return app;
}
