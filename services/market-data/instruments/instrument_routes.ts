/** Instruments over HTTP. */

import {
  getInstrumentRoute,
  listInstrumentsRoute,
} from "../../../shared/contracts/http/market_data.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { instruments } from "../../../shared/domain/instruments.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { findListed } from "./find_listed.ts";
import { toInstrumentView } from "./instrument_view.ts";
import { sessionMemory } from "./sessions.ts";

export function addInstrumentRoutes(app: MarketDataApp, deps: MarketDataDeps): void {
  const { hours, marketClock, guarantees } = deps;
  const sessions = new Map<TradingHours, ReturnType<typeof sessionMemory>>();
  const view = (instrument: Instrument) => {
    const own = hours.of(instrument.symbol);
    const sessionAt = sessions.get(own) ?? sessionMemory(own);
    sessions.set(own, sessionAt);
    return toInstrumentView(instrument, { session: sessionAt(marketClock.now()), guarantees });
  };

  addRoute(app, listInstrumentsRoute, (c) => {
    return c.json({ instruments: instruments.map(view) }, 200);
  });

  addRoute(app, getInstrumentRoute, (c) => {
    return c.json(view(findListed(c.req.valid("param").symbol)), 200);
  });
}
