/** HTTP contract of market data: instruments, latest quotes, one-minute bars. */

import { z } from "@hono/zod-openapi";
import { barSides } from "../../domain/bar.ts";
import { parseRfc3339 } from "../../domain/time.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { currency, decimal, symbol, timestamp } from "./values.ts";

/** Bars in one answer at most. */
export const barsPerPageMax = 5_000;
/** Symbols one request may name. */
const symbolsMax = 100;

const quoteStatuses = ["live", "quiet", "stale", "closed"] as const;

/** A time that is read, not only shown: RFC 3339 with a zone. */
export const time = timestamp.refine((text) => parseRfc3339(text) !== null, {
  message: "Expected RFC 3339 with a zone, such as 2026-01-05T09:30:00Z",
});

export const instrumentView = z
  .object({
    symbol,
    base: currency,
    quote: currency,
    pricePrecision: z.number().int().openapi({ description: "Decimals of a price", example: 5 }),
    pip: decimal.openapi({ example: "0.0001" }),
    unitsMin: decimal.openapi({ example: "1" }),
    unitsMax: decimal.openapi({ example: "100000000" }),
    unitsStep: decimal.openapi({ example: "1" }),
    marginRate: decimal.openapi({
      description: "Margin for one unit of notional",
      example: "0.033333",
    }),
    spotLagDays: z.number().int().openapi({
      description: "Business days from trade to value date",
      example: 2,
    }),
    isOpen: z.boolean().openapi({ description: "Whether the market trades now" }),
    nextOpen: timestamp.nullable().openapi({ description: "Null when it is not foreseen" }),
    nextClose: timestamp.nullable().openapi({ description: "Null when the market never closes" }),
  })
  .openapi("Instrument");

export const quoteView = z
  .object({
    symbol,
    bid: decimal,
    ask: decimal,
    venueTime: timestamp.openapi({ description: "The venue's own time of the price" }),
    receivedTime: timestamp,
    sequence: z.number().int().openapi({ description: "Rises with every quote of the symbol" }),
    status: z.enum(quoteStatuses).openapi({
      description: "Orders are refused against `stale` and `closed`",
    }),
    ageMs: z.number().int().openapi({ description: "Since it was received" }),
  })
  .openapi("Quote");

export const barView = z
  .object({
    openTime: timestamp.openapi({ description: "The bar covers the minute from here on" }),
    open: decimal,
    high: decimal,
    low: decimal,
    close: decimal,
    ticks: z.number().int().openapi({
      description:
        "Quotes inside; 0 in a flat bar that carries the last close over a silent minute",
    }),
  })
  .openapi("Bar");

export const barsView = z
  .object({
    symbol,
    side: z.enum(barSides),
    bars: z.array(barView),
    next: timestamp.nullable().openapi({
      description: "Page on with `from` set to this; null when nothing more is stored",
    }),
  })
  .openapi("Bars");

const symbolParams = z.object({ symbol });

export const listInstrumentsRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "get",
  path: "/v1/instruments",
  operationId: "listInstruments",
  tags: ["market data"],
  summary: "What can be traded, and whether it trades now",
  responses: {
    200: jsonResponse(z.object({ instruments: z.array(instrumentView) }), "The instruments"),
    ...problemResponses(),
  },
});

export const getInstrumentRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "get",
  path: "/v1/instruments/{symbol}",
  operationId: "getInstrument",
  tags: ["market data"],
  summary: "One instrument; 404 not_found for a symbol that is not listed",
  request: { params: symbolParams },
  responses: { 200: jsonResponse(instrumentView, "The instrument"), ...problemResponses(404) },
});

export const listQuotesRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "get",
  path: "/v1/quotes",
  operationId: "listQuotes",
  tags: ["market data"],
  summary: "Latest quotes; a listed symbol without a price yet is left out",
  request: {
    query: z.object({
      symbols: z
        .string()
        .max(symbolsMax * 7)
        .regex(/^[A-Z]{6}(,[A-Z]{6})*$/)
        .optional()
        .openapi({ description: "Joined by commas; all when left out", example: "EURUSD,USDJPY" }),
    }),
  },
  responses: {
    200: jsonResponse(z.object({ quotes: z.array(quoteView) }), "The quotes"),
    ...problemResponses(404),
  },
});

export const getQuoteRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "get",
  path: "/v1/quotes/{symbol}",
  operationId: "getQuote",
  tags: ["market data"],
  summary: "Latest quote of a symbol; 404 not_found while no price has been seen",
  request: { params: symbolParams },
  responses: { 200: jsonResponse(quoteView, "The quote"), ...problemResponses(404) },
});

export const listBarsRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "get",
  path: "/v1/instruments/{symbol}/bars",
  operationId: "listBars",
  tags: ["market data"],
  summary: "Finished one-minute bars, oldest first",
  description:
    "With `from`, the first bars from there on. Without it, the newest ones before `to`.",
  request: {
    params: symbolParams,
    query: z.object({
      side: z.enum(barSides).default("mid"),
      from: time.optional().openapi({ description: "Earliest open time, inclusive" }),
      to: time.optional().openapi({ description: "Open times before this only" }),
      limit: z.coerce.number().int().min(1).max(barsPerPageMax).default(500),
    }),
  },
  responses: { 200: jsonResponse(barsView, "The bars"), ...problemResponses(404) },
});

/** Routes the market data service serves. */
export const marketDataRoutes = [
  listInstrumentsRoute,
  getInstrumentRoute,
  listQuotesRoute,
  getQuoteRoute,
  listBarsRoute,
] as const;
