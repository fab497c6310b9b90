/** Every route of the contract that another service answers. */

import { backtestRoutes } from "../../../shared/contracts/http/backtests.ts";
import { importRoutes } from "../../../shared/contracts/http/data_pipeline.ts";
import { qualityRoutes } from "../../../shared/contracts/http/data_quality.ts";
import { fundsRoutes } from "../../../shared/contracts/http/funds.ts";
import { marketDataRoutes } from "../../../shared/contracts/http/market_data.ts";
import { referenceRoutes } from "../../../shared/contracts/http/reference_series.ts";
import { riskRoutes } from "../../../shared/contracts/http/risk.ts";
import {
  placeOrderGroupRoute,
  placeOrderRoute,
  tradingRoutes,
} from "../../../shared/contracts/http/trading.ts";
import { transactionRoutes } from "../../../shared/contracts/http/transactions.ts";
import { addRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { Forward } from "./forward.ts";

export function addForwardRoutes(
  app: ServiceApp,
  to: { readonly trading: Forward; readonly marketData: Forward; readonly pipeline: Forward },
): void {
  for (const route of tradingRoutes) {
    // The edge looks at an order before it goes on; see ../orders/order_routes.ts.
    if (route === placeOrderRoute || route === placeOrderGroupRoute) continue;
    addRoute(app, route, to.trading);
  }
  for (const route of [...transactionRoutes, ...fundsRoutes, ...riskRoutes, ...backtestRoutes]) {
    addRoute(app, route, to.trading);
  }
  for (const route of marketDataRoutes) addRoute(app, route, to.marketData);
  for (const route of [...importRoutes, ...qualityRoutes, ...referenceRoutes]) {
    addRoute(app, route, to.pipeline);
  }
}
