/** Market data as an app: routes over dependencies; it opens nothing. */

import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { addBarRoutes } from "./bars/bar_routes.ts";
import type { MarketDataApp, MarketDataDeps } from "./deps.ts";
import { addInstrumentRoutes } from "./instruments/instrument_routes.ts";
import { addQuoteRoutes } from "./quotes/quote_routes.ts";

export function createMarketDataApp(deps: MarketDataDeps): MarketDataApp {
  const app = createServiceApp(deps);
  addInstrumentRoutes(app, deps);
  addQuoteRoutes(app, deps);
  addBarRoutes(app, deps);
  return app;
}
