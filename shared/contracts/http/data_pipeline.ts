/** HTTP contract of the data pipeline: imports of history, its quality, and the rows kept apart. */

import { z } from "@hono/zod-openapi";
import { barSides } from "../../domain/bar.ts";
import { jsonBody, jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { symbol, timestamp } from "./values.ts";

export const importStates = [
  "queued",
  "running",
  "done",
  "stopped",
  "failed",
  "canceled",
] as const;
/** Of a series: who quoted. */
export const sourceName = z.string().regex(/^[a-z0-9-]{1,40}$/).openapi({ example: "dukascopy" });
export const importId = z.string().regex(/^[0-9a-f-]{1,36}$/);
const rowId = z.string().regex(/^\d{1,18}$/).openapi({ example: "17" });
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/).openapi({
  description: "UTC; bars of an hour and longer are kept by year, under its first day",
  example: "2019-02-04",
});
const count = z.number().int().min(0);
/** An index signature of OpenAPI: values by name. */
const counts = z.record(z.string(), count);

const gateSetting = z.record(z.string().max(40), z.union([z.number(), z.string().max(20)]));

export const createImportBody = z
  .strictObject({
    path: z.string().min(1).max(1_000).openapi({
      description: "A file or folder below the import folder",
      example: "dukascopy/EURUSD",
    }),
    format: z.string().max(40).optional().openapi({
      description: "Default: told from each file; `GET /v1/import-formats` lists them",
    }),
    clock: z.string().max(40).optional().openapi({
      description: "Of times without a zone: `utc`, `-05:00`, `new-york`, …; default: detected",
    }),
    source: sourceName.optional().openapi({ description: "Default: named after the format" }),
    symbol: symbol.optional().openapi({
      description: "The instrument, where no name and no column tells it",
    }),
    columns: z.record(z.string().max(20), z.union([z.string().max(100), z.number().int()]))
      .optional().openapi({
        description: "Generic CSV: column of each role, by header name or position from 0",
        example: { time: "stamp", bid: 1, ask: 2 },
      }),
    csv: z.strictObject({
      delimiter: z.string().length(1).optional(),
      headerLines: z.number().int().min(0).max(100).optional(),
      timeFormat: z.string().max(20).optional(),
      priceDecimals: z.number().int().min(0).max(9).optional(),
      side: z.enum(barSides).optional(),
      intervalMs: z.number().int().min(1_000).optional(),
    }).optional().openapi({ description: "What else a generic CSV file does not say" }),
    gates: z.record(z.string().max(6), z.record(z.string().max(40), gateSetting)).optional()
      .openapi({
        description: 'Gates by symbol, or "*" for all; `GET /v1/quality-gates` lists them',
        example: { "*": { spike: { deviations: 20, action: "flag" } } },
      }),
    unreadable: z.enum(["stop", "quarantine"]).default("stop").openapi({
      description: "What a file that cannot be read does: stop the load, or be kept apart",
    }),
  })
  .openapi("CreateImport");

export const importView = z
  .object({
    importId,
    state: z.enum(importStates),
    path: z.string(),
    format: z.string().nullable(),
    clock: z.string().nullable(),
    source: z.string().nullable(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    filesDone: count,
    filesTotal: count,
    bytesDone: count,
    bytesTotal: count,
    percent: z.number(),
    currentFile: z.string().nullable(),
    rowsRead: count,
    rowsStored: count,
    rowsQuarantined: count,
    rowsFlagged: count,
    rowsPerSecond: count,
    secondsLeft: z.number().nullable(),
    notes: z.array(z.string()).openapi({ description: "What was assumed, and why" }),
    error: z
      .object({
        code: z.enum(["file", "gate", "source", "internal"]),
        message: z.string(),
        file: z.string().nullable(),
        row: z.number().int().nullable(),
      })
      .nullable(),
  })
  .openapi("Import");

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
    importId,
    symbol: symbol.nullable(),
    source: z.string(),
    kind: z.enum(["ticks", "bars"]),
    file: z.string(),
    row: z.number().int().nullable().openapi({ description: "From 1; null for a whole file" }),
    original: z.string().openapi({ description: "As the file has it; binary rows in hexadecimal" }),
    reasons: z.array(z.string()),
    detail: z.string(),
    time: timestamp.nullable(),
    state: z.enum(["held", "released"]),
    releasable: z.boolean().openapi({ description: "False for rows that are no prices at all" }),
    releasedAt: timestamp.nullable(),
  })
  .openapi("QuarantinedRow");

const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  after: z.string().max(60).optional().openapi({ description: "`next` of the page before" }),
});
const importParams = z.object({ importId });
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

export const createImportRoute = securedRoute(write, {
  method: "post",
  path: "/v1/imports",
  operationId: "createImport",
  tags: ["imports"],
  summary: "Load history from files below the import folder",
  description:
    "A load may be repeated: it stores the same rows in the same place. Rows that meet " +
    "a gate are kept apart, flagged, or stop the load, as the gate says; none is dropped.",
  request: { body: jsonBody(createImportBody) },
  responses: {
    201: jsonResponse(importView, "The import, waiting for its turn"),
    ...problemResponses(413, 415, 422),
  },
});

export const listImportsRoute = securedRoute(read, {
  method: "get",
  path: "/v1/imports",
  operationId: "listImports",
  tags: ["imports"],
  summary: "Imports, newest first",
  request: { query: pageQuery.extend({ state: z.enum(importStates).optional() }) },
  responses: {
    200: jsonResponse(
      z.object({ imports: z.array(importView), next: z.string().nullable() }),
      "The imports",
    ),
    ...problemResponses(),
  },
});

export const getImportRoute = securedRoute(read, {
  method: "get",
  path: "/v1/imports/{importId}",
  operationId: "getImport",
  tags: ["imports"],
  summary: "An import and how far it is",
  request: { params: importParams },
  responses: { 200: jsonResponse(importView, "The import"), ...problemResponses(404) },
});

export const cancelImportRoute = securedRoute(write, {
  method: "post",
  path: "/v1/imports/{importId}/cancel",
  operationId: "cancelImport",
  tags: ["imports"],
  summary: "Stop an import after the day in hand; days that are stored stay",
  request: { params: importParams },
  responses: { 202: jsonResponse(importView, "The import"), ...problemResponses(404, 409) },
});

export const deleteImportRoute = securedRoute(write, {
  method: "delete",
  path: "/v1/imports/{importId}",
  operationId: "deleteImport",
  tags: ["imports"],
  summary: "Forget an import that has ended; its history and quarantine stay",
  request: { params: importParams },
  responses: { 204: { description: "It is forgotten" }, ...problemResponses(404, 409) },
});

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

export const listFormatsRoute = securedRoute(read, {
  method: "get",
  path: "/v1/import-formats",
  operationId: "listImportFormats",
  tags: ["imports"],
  summary: "Formats and clocks that an import can name",
  responses: {
    200: jsonResponse(
      z.object({ formats: z.array(z.string()), clocks: z.array(z.string()) }),
      "The names",
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
  summary: "Rows kept apart, oldest first, as their files have them",
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
  request: { params: z.object({ rowId }) },
  responses: { 200: jsonResponse(quarantinedRowView, "The row"), ...problemResponses(404, 409) },
});

/** Routes the data pipeline serves. */
export const dataPipelineRoutes = [
  createImportRoute,
  listImportsRoute,
  getImportRoute,
  cancelImportRoute,
  deleteImportRoute,
  getImportReportRoute,
  getImportPageRoute,
  listFormatsRoute,
  listGatesRoute,
  listDaysRoute,
  getDayRoute,
  getDayPageRoute,
  listQuarantineRoute,
  releaseRowRoute,
] as const;
