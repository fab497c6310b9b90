/** HTTP contract of the data pipeline: the quality of loaded history, and the rows kept apart. */

import { z } from "@hono/zod-openapi";
import { barSides } from "../../domain/bar.ts";
import { importId, importParams, importView, pageQuery, sourceName } from "./data_pipeline.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { symbol, timestamp } from "./values.ts";

const rowId = z.string().regex(/^\d{1,18}$/).openapi({ example: "17" });
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/).openapi({
  description: "UTC; bars of an hour and longer are kept by year, under its first day",
  example: "2019-02-04",
});
const count = z.number().int().min(0);
/** Numbers by name. */
const counts = z.record(z.string(), count);

export const hourQualityView = z.object({
  hour: timestamp,
  rows: count,
  spreadMedian: z.number().nullable().openapi({ description: "Pips" }),
  spreadMax: z.number().nullable().openapi({ description: "Pips" }),
});

export const dayQualityView = z
  .object({
    importId,
    symbol,
    source: z.string(),
    kind: z.enum(["ticks", "bars"]),
    side: z.enum(barSides).nullable(),
    intervalMs: z.number().int().nullable(),
    day,
    rowsRead: count,
    rowsStored: count,
    rowsQuarantined: count,
    rowsFlagged: count,
    bytesStored: count,
    from: timestamp.nullable(),
    to: timestamp.nullable(),
    medianPrice: z.string().nullable(),
    spreadMedian: z.number().nullable().openapi({ description: "Pips" }),
    gates: counts.openapi({ description: "Rows that met each gate" }),
    quarantined: counts.openapi({ description: "Rows kept apart by reason" }),
    hours: z.array(hourQualityView),
    gaps: z.array(z.object({ from: timestamp, to: timestamp, seconds: z.number() })),
    gapsTotal: count,
  })
  .openapi("DayQuality");

export const importReportView = z
  .object({
    import: importView,
    days: count,
    gates: counts,
    quarantined: counts,
    series: z.array(z.object({
      symbol,
      source: z.string(),
      kind: z.enum(["ticks", "bars"]),
      side: z.enum(barSides).nullable(),
      intervalMs: z.number().int().nullable(),
      days: count,
      rowsStored: count,
      rowsQuarantined: count,
      rowsFlagged: count,
      bytesStored: count,
      bytesPerRow: z.number().nullable(),
      from: timestamp.nullable(),
      to: timestamp.nullable(),
      spreadMedian: z.number().nullable().openapi({ description: "Median of the days', pips" }),
    })),
    byHour: z.array(z.object({
      hour: z.number().int().min(0).max(23),
      rows: count,
      spreadMedian: z.number().nullable(),
    })).openapi({ description: "Over all days, by the hour of the day, UTC" }),
    byDay: z.array(dayQualityView.omit({ hours: true, gaps: true })).openapi({
      description: "The newest 1 000 days",
    }),
  })
  .openapi("ImportReport");

export const quarantinedRowView = z
  .object({
    rowId,
    importId: importId.nullable().openapi({ description: "Null for a tick of the live feed" }),
    symbol: symbol.nullable(),
    source: z.string(),
    kind: z.enum(["ticks", "bars", "reference"]),
    file: z.string().openapi({ description: "Of a tick of the live feed: its venue" }),
    row: z.number().int().nullable().openapi({
      description: "From 1; null for a whole file; of the live feed a number of ingest's",
    }),
    original: z.string().openapi({
      description: "As the file has it; binary rows in hexadecimal. Of the live feed the tick as " +
        "JSON, prices in points, or the venue's own line",
    }),
    reasons: z.array(z.string()),
    detail: z.string(),
    time: timestamp.nullable(),
    state: z.enum(["held", "released"]),
    releasable: z.boolean().openapi({ description: "False for rows that are no prices at all" }),
    releasedAt: timestamp.nullable(),
  })
  .openapi("QuarantinedRow");

const seriesQuery = z.object({
  source: sourceName.optional(),
  kind: z.enum(["ticks", "bars"]).default("ticks"),
});
const page = (description: string) => ({
  description,
  content: { "text/html": { schema: z.string() } },
});

const read = { permission: "data:read", account: false } as const;
const write = { permission: "data:write", account: false } as const;

export const getImportReportRoute = securedRoute(read, {
  method: "get",
  path: "/v1/imports/{importId}/report",
  operationId: "getImportReport",
  tags: ["quality"],
  summary: "The quality of what an import loaded",
  request: { params: importParams },
  responses: { 200: jsonResponse(importReportView, "The report"), ...problemResponses(404) },
});

export const getImportPageRoute = securedRoute(read, {
  method: "get",
  path: "/v1/imports/{importId}/report.html",
  operationId: "getImportReportPage",
  tags: ["quality"],
  summary: "The same as a page with pictures",
  request: { params: importParams },
  responses: { 200: page("The page"), ...problemResponses(404) },
});

export const listGatesRoute = securedRoute(read, {
  method: "get",
  path: "/v1/quality-gates",
  operationId: "listQualityGates",
  tags: ["quality"],
  summary: "The quality gates: meanings, thresholds, actions",
  responses: {
    200: jsonResponse(
      z.object({
        gates: z.array(z.object({
          gate: z.string(),
          meaning: z.string(),
          action: z.string(),
          of: z.array(z.string()),
          thresholds: z.array(z.object({
            name: z.string(),
            standard: z.number(),
            unit: z.string(),
            min: z.number(),
            max: z.number(),
          })),
        })),
        actions: z.array(z.string()),
      }),
      "The gates",
    ),
    ...problemResponses(),
  },
});

export const listDaysRoute = securedRoute(read, {
  method: "get",
  path: "/v1/quality/{symbol}",
  operationId: "listDayQuality",
  tags: ["quality"],
  summary: "Quality of a symbol's loaded days, newest first; of each day the newest load's",
  request: { params: z.object({ symbol }), query: seriesQuery.extend(pageQuery.shape) },
  responses: {
    200: jsonResponse(
      z.object({ days: z.array(dayQualityView), next: z.string().nullable() }),
      "The days",
    ),
    ...problemResponses(404),
  },
});

const dayParams = z.object({ symbol, day });

export const getDayRoute = securedRoute(read, {
  method: "get",
  path: "/v1/quality/{symbol}/{day}",
  operationId: "getDayQuality",
  tags: ["quality"],
  summary: "Quality of one day, for each of its series",
  request: { params: dayParams, query: z.object({ source: sourceName.optional() }) },
  responses: {
    200: jsonResponse(z.object({ series: z.array(dayQualityView) }), "The day"),
    ...problemResponses(404),
  },
});

export const getDayPageRoute = securedRoute(read, {
  method: "get",
  path: "/v1/quality/{symbol}/{day}/report.html",
  operationId: "getDayQualityPage",
  tags: ["quality"],
  summary: "The same as a page with pictures",
  request: { params: dayParams, query: z.object({ source: sourceName.optional() }) },
  responses: { 200: page("The page"), ...problemResponses(404) },
});

export const listQuarantineRoute = securedRoute(read, {
  method: "get",
  path: "/v1/quarantine",
  operationId: "listQuarantine",
  tags: ["quality"],
  summary: "Rows kept apart, oldest first, as their files or the live feed had them",
  request: {
    query: pageQuery.extend({
      importId: importId.optional(),
      symbol: symbol.optional(),
      source: sourceName.optional(),
      reason: z.string().max(40).optional(),
      state: z.enum(["held", "released"]).optional(),
    }),
  },
  responses: {
    200: jsonResponse(
      z.object({ rows: z.array(quarantinedRowView), next: z.string().nullable() }),
      "The rows",
    ),
    ...problemResponses(),
  },
});

export const releaseRowRoute = securedRoute(write, {
  method: "post",
  path: "/v1/quarantine/{rowId}/release",
  operationId: "releaseQuarantinedRow",
  tags: ["quality"],
  summary: "Put a row into its history after all; later loads of its file let it pass too",
  description: "Of the live feed: what was refused as `crossed`, `locked` or `out_of_order`. The " +
    "archive files it and puts its bar right; it never becomes a price of now.",
  request: { params: z.object({ rowId }) },
  responses: { 200: jsonResponse(quarantinedRowView, "The row"), ...problemResponses(404, 409) },
});

/** Routes of quality and quarantine. */
export const qualityRoutes = [
  getImportReportRoute,
  getImportPageRoute,
  listGatesRoute,
  listDaysRoute,
  getDayRoute,
  getDayPageRoute,
  listQuarantineRoute,
  releaseRowRoute,
] as const;
