/** Every route of the contract that another service answers. */

import { marketDataRoutes } from "../../../shared/contracts/http/market_data.ts";
import {
  placeOrderGroupRoute,
  placeOrderRoute,
  tradingRoutes,
} from "../../../shared/contracts/http/trading.ts";
import { addRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { Forward } from "./forward.ts";

export function addForwardRoutes(
  app: ServiceApp,
  to: { readonly trading: Forward; readonly marketData: Forward },
): void {
  for (const route of tradingRoutes) {
    // The edge looks at an order before it goes on; see ../orders/order_routes.ts.
    if (route === placeOrderRoute || route === placeOrderGroupRoute) continue;
    addRoute(app, route, to.trading);
  }
  for (const route of marketDataRoutes) addRoute(app, route, to.marketData);
}
