/** HTTP contract of backtests as jobs: a strategy by name over stored history, and its report. */

import { z } from "@hono/zod-openapi";
import { tradingHoursNames } from "../../domain/fx_week.ts";
import { backtestReport } from "./backtest_report.ts";
import { sourceName } from "./data_pipeline.ts";
import { time } from "./market_history.ts";
import { jsonBody, jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { accountCurrency, decimal, symbol, timestamp, words } from "./values.ts";

export const backtestStates = ["queued", "running", "done", "failed", "canceled"] as const;
export type BacktestState = (typeof backtestStates)[number];

/** Jobs that wait; one more is refused. */
export const waitingBacktestsMax = 100;
/** Jobs that have ended and are kept, with their reports; older ones are forgotten. */
export const endedBacktestsMax = 500;

const backtestId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/).openapi({
  description: "Yours; the same again is the same backtest",
  example: "averages-2019",
});
const share = z.number().min(0).max(1);
const points = z.number().int().min(0).max(10_000);

export const createBacktestBody = z
  .strictObject({
    backtestId,
    strategy: z.string().max(40).openapi({
      description: "One of those the platform carries",
      example: "two-averages",
    }),
    parameters: z.record(z.string().max(40), z.number()).default({}).openapi({
      description: "In place of the strategy's defaults",
      example: { fast: 20, slow: 100 },
    }),
    symbols: z.array(symbol).min(1).max(20).openapi({ description: "What is traded" }),
    from: time.optional().openapi({ description: "Default: where the history begins" }),
    to: time.optional().openapi({ description: "Not included; default: where it ends" }),
    source: sourceName.optional().openapi({
      description: "Whose history; default: the one that has most of the first symbol",
    }),
    currency: accountCurrency.default("USD"),
    balance: decimal.default("100000").openapi({ description: "Opening balance, positive" }),
    hours: z.enum(tradingHoursNames).default("fx-week"),
    latencyMs: z.number().int().min(0).max(60_000).default(0).openapi({
      description: "How long an order is on its way",
    }),
    slippagePoints: points.default(0).openapi({
      description: "By which orders at the market trade worse",
    }),
    partialShare: share.default(0).openapi({
      description: "Chance that a price takes a part of an order only",
    }),
    rejectShare: share.default(0).openapi({
      description: "Chance that the venue rejects an order",
    }),
    spreadPoints: points.default(10).openapi({
      description: "Spread where there are bars of one side only",
    }),
    seed: words(100).default("1").openapi({ description: "Chance at the venue repeats by it" }),
    carry: z.enum(["charge", "none"]).default("charge"),
  })
  .openapi("CreateBacktest");
export type CreateBacktestBody = z.infer<typeof createBacktestBody>;

export const backtestView = z
  .object({
    backtestId,
    state: z.enum(backtestStates),
    percent: z.number().min(0).max(100).openapi({
      description: "Of the period, as told every second while it runs; a restart begins anew",
    }),
    asked: createBacktestBody,
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    failure: z.string().nullable().openapi({ description: "Why it failed" }),
    digest: z.string().nullable().openapi({ description: "The report's" }),
  })
  .openapi("Backtest");
export type BacktestView = z.infer<typeof backtestView>;

const params = z.object({ backtestId });
const read = { permission: "data:read", account: false } as const;
const write = { permission: "data:write", account: false } as const;

export const createBacktestRoute = securedRoute(write, {
  method: "post",
  path: "/v1/backtests",
  operationId: "createBacktest",
  tags: ["backtests"],
  summary: "Run a strategy over stored history, after those that were asked for before",
  description:
    `Each gateway runs one at a time, beside trading and not in its way. ${waitingBacktestsMax} wait ` +
    `at most. The newest ${endedBacktestsMax} that have ended are kept. What cannot be run is ` +
    "refused with `backtest_invalid` and the field in `errors`.",
  request: { body: jsonBody(createBacktestBody) },
  responses: {
    201: jsonResponse(backtestView, "The backtest; asked for again, as it now is"),
    ...problemResponses(409, 413, 415, 422),
  },
});

export const listBacktestsRoute = securedRoute(read, {
  method: "get",
  path: "/v1/backtests",
  operationId: "listBacktests",
  tags: ["backtests"],
  summary: "Backtests, newest first",
  request: {
    query: z.object({
      state: z.enum(backtestStates).optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
  },
  responses: {
    200: jsonResponse(z.object({ backtests: z.array(backtestView) }), "The backtests"),
    ...problemResponses(),
  },
});

export const getBacktestRoute = securedRoute(read, {
  method: "get",
  path: "/v1/backtests/{backtestId}",
  operationId: "getBacktest",
  tags: ["backtests"],
  summary: "A backtest and how far it is",
  request: { params },
  responses: { 200: jsonResponse(backtestView, "The backtest"), ...problemResponses(404) },
});

export const cancelBacktestRoute = securedRoute(write, {
  method: "delete",
  path: "/v1/backtests/{backtestId}",
  operationId: "cancelBacktest",
  tags: ["backtests"],
  summary: "Cancel a backtest: it stops within seconds; one that has ended stays as it is",
  request: { params },
  responses: { 200: jsonResponse(backtestView, "As it now is"), ...problemResponses(404) },
});

export const getBacktestReportRoute = securedRoute(read, {
  method: "get",
  path: "/v1/backtests/{backtestId}/report",
  operationId: "getBacktestReport",
  tags: ["backtests"],
  summary: "What a backtest found",
  request: { params },
  responses: { 200: jsonResponse(backtestReport, "The report"), ...problemResponses(404, 409) },
});

export const getBacktestPageRoute = securedRoute(read, {
  method: "get",
  path: "/v1/backtests/{backtestId}/report.html",
  operationId: "getBacktestPage",
  tags: ["backtests"],
  summary: "The report as a page with pictures",
  request: { params },
  responses: {
    200: { description: "The page", content: { "text/html": { schema: z.string() } } },
    ...problemResponses(404, 409),
  },
});

export const getBacktestTradesRoute = securedRoute(read, {
  method: "get",
  path: "/v1/backtests/{backtestId}/trades.csv",
  operationId: "getBacktestTrades",
  tags: ["backtests"],
  summary: "The report's trades as CSV",
  request: { params },
  responses: {
    200: { description: "A row each", content: { "text/csv": { schema: z.string() } } },
    ...problemResponses(404, 409),
  },
});

export const strategyView = z
  .object({
    strategy: z.string().openapi({ example: "two-averages" }),
    parameters: z.record(z.string(), z.number()).openapi({
      description: "Every parameter with its default",
      example: { fast: 20, slow: 100 },
    }),
  })
  .openapi("BacktestStrategy");

export const listStrategiesRoute = securedRoute(read, {
  method: "get",
  path: "/v1/backtest-strategies",
  operationId: "listBacktestStrategies",
  tags: ["backtests"],
  summary: "Strategies that a backtest can name, and their parameters",
  responses: {
    200: jsonResponse(z.object({ strategies: z.array(strategyView) }), "The strategies"),
    ...problemResponses(),
  },
});

export const backtestRoutes = [
  createBacktestRoute,
  listBacktestsRoute,
  getBacktestRoute,
  cancelBacktestRoute,
  getBacktestReportRoute,
  getBacktestPageRoute,
  getBacktestTradesRoute,
  listStrategiesRoute,
] as const;
