/** Latest quotes over HTTP. */

import { getQuoteRoute, listQuotesRoute } from "../../../shared/contracts/http/market_data.ts";
import { instruments } from "../../../shared/domain/instruments.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { findListed } from "../instruments/find_listed.ts";
import { toQuoteView } from "./quote_view.ts";

export function addQuoteRoutes(app: MarketDataApp, deps: MarketDataDeps): void {
  addRoute(app, listQuotesRoute, (c) => {
    const { symbols } = c.req.valid("query");
    const wanted = symbols === undefined
      ? instruments
      : [...new Set(symbols.split(","))].map(findListed);
    const found = wanted.flatMap(({ symbol }) => deps.quotes.get(symbol) ?? []);
    return c.json({ quotes: found.map((quote) => toQuoteView(quote, deps)) }, 200);
  });

  addRoute(app, getQuoteRoute, (c) => {
    const { symbol } = findListed(c.req.valid("param").symbol);
    const quote = deps.quotes.get(symbol);
    if (quote === undefined) {
      throw new Problem("not_found", `No price of ${symbol} has been seen yet`);
    }
    return c.json(toQuoteView(quote, deps), 200);
  });
}
