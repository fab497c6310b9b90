/** HTTP contract of market data: instruments and latest quotes; the past is in `market_history.ts`. */

import { z } from "@hono/zod-openapi";
import { marketHistoryRoutes } from "./market_history.ts";
import { listSignalsRoute } from "./signals.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { currency, decimal, symbol, timestamp } from "./values.ts";

/** Symbols one request may name. */
const symbolsMax = 100;

const quoteStatuses = ["live", "quiet", "stale", "closed"] as const;

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
    guaranteedStop: z.object({
      required: z.boolean().openapi({ description: "Nothing is opened without" }),
      premium: decimal.openapi({
        description: "What each unit of its fill is charged, in the quote currency",
        example: "0.00010",
      }),
      distanceMin: decimal.openapi({
        description: "How far it stays from the price at least",
        example: "0.00100",
      }),
    }).nullable().openapi({ description: "Null where stops are not guaranteed" }),
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

/** Routes the market data service serves. */
export const marketDataRoutes = [
  listInstrumentsRoute,
  getInstrumentRoute,
  listQuotesRoute,
  getQuoteRoute,
  ...marketHistoryRoutes,
  listSignalsRoute,
] as const;
