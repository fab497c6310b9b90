/** Market data as an app: routes over dependencies; it opens nothing. */

import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { addBarRoutes } from "./bars/bar_routes.ts";
import type { MarketDataApp, MarketDataDeps } from "./deps.ts";
import { addActivityRoutes } from "./activity/activity_routes.ts";
import { addConversionRoutes } from "./conversions/conversion_routes.ts";
import { addInstrumentRoutes } from "./instruments/instrument_routes.ts";
import { addSeriesRoutes } from "./history/series_routes.ts";
import { addSessionRoutes } from "./instruments/session_routes.ts";
import { addQuoteRoutes } from "./quotes/quote_routes.ts";
import { addSignalRoutes } from "./signals/signal_routes.ts";
import { addTickRoutes } from "./ticks/tick_routes.ts";

export function createMarketDataApp(deps: MarketDataDeps): MarketDataApp {
  const app = createServiceApp(deps);
  addInstrumentRoutes(app, deps);
  addQuoteRoutes(app, deps);
  addBarRoutes(app, deps);
  addTickRoutes(app, deps);
  addActivityRoutes(app, deps);
  addSignalRoutes(app, deps);
  addSeriesRoutes(app, deps);
  addConversionRoutes(app, deps);
  addSessionRoutes(app, deps);
  return app;
}
