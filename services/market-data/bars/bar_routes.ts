/** Bars over HTTP. */

import { listBarsRoute } from "../../../shared/contracts/http/market_data.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { findListed } from "../instruments/find_listed.ts";
import { listBars } from "./list_bars.ts";

export function addBarRoutes(app: MarketDataApp, { db }: MarketDataDeps): void {
  addRoute(app, listBarsRoute, async (c) => {
    const instrument = findListed(c.req.valid("param").symbol);
    return c.json(await listBars(db, instrument, c.req.valid("query")), 200);
  });
}
