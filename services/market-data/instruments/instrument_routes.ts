/** Instruments over HTTP. */

import {
  getInstrumentRoute,
  listInstrumentsRoute,
} from "../../../shared/contracts/http/market_data.ts";
import { instruments } from "../../../shared/domain/instruments.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { findListed } from "./find_listed.ts";
import { toInstrumentView } from "./instrument_view.ts";
import { sessionMemory } from "./sessions.ts";

export function addInstrumentRoutes(app: MarketDataApp, deps: MarketDataDeps): void {
  const { hours, marketClock, guarantees } = deps;
  const sessionAt = sessionMemory(hours);
  const now = () => ({ session: sessionAt(marketClock.now()), guarantees });

  addRoute(app, listInstrumentsRoute, (c) => {
    const at = now();
    return c.json({ instruments: instruments.map((one) => toInstrumentView(one, at)) }, 200);
  });

  addRoute(app, getInstrumentRoute, (c) => {
    const instrument = findListed(c.req.valid("param").symbol);
    return c.json(toInstrumentView(instrument, now()), 200);
  });
}
