/** HTTP contract of the data pipeline: imports of history. Its quality: `data_quality.ts`. */

import { z } from "@hono/zod-openapi";
import { barSides } from "../../domain/bar.ts";
import { liveSource, sourcePattern } from "../../domain/source.ts";
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
export const sourceName = z.string().regex(sourcePattern).openapi({ example: "dukascopy" });
/** A load would stand in the place of what the feed has told. */
const loadedSource = sourceName.refine((name) => name !== liveSource, {
  message: "live is the platform's own feed: give what is loaded another name",
});
export const importId = z.string().regex(/^[0-9a-f-]{1,36}$/);
const count = z.number().int().min(0);

const gateSetting = z.record(z.string().max(40), z.union([z.number(), z.string().max(20)]));

/** What an import says of its files, and the rules of a source for all of its imports. */
const reading = {
  clock: z.string().max(40).optional().openapi({
    description: "Of times without a zone: `utc`, `-05:00`, `new-york`, …; default: detected",
  }),
  priceDecimals: z.number().int().min(0).max(9).optional().openapi({
    description: "Prices are whole numbers with so many decimals left out",
  }),
  symbols: z.record(z.string().min(1).max(40), z.string().min(1).max(6)).optional().openapi({
    description: "Symbols by what the source calls them, in names of files and in columns; one " +
      "`*` stands for a symbol with something before or behind it",
    example: { GOLD: "XAUUSD", "*.m": "*" },
  }),
  gates: z.record(z.string().max(6), z.record(z.string().max(40), gateSetting)).optional()
    .openapi({
      description: 'Gates by symbol, or "*" for all; `GET /v1/quality-gates` lists them',
      example: { "*": { spike: { deviations: 20, action: "flag" } } },
    }),
};

export const sourceRulesBody = z.strictObject(reading).openapi("SourceRules");
const sourceRulesView = z.object({ source: sourceName, ...reading, updatedAt: timestamp });

const download = z.strictObject({
  symbol,
  from: timestamp,
  to: timestamp.openapi({ description: "Left out itself; no later than now is fetched" }),
  kinds: z.array(z.enum(["ticks", "bid-bars", "ask-bars"])).min(1).max(3).default(["ticks"]),
});

export const createImportBody = z
  .strictObject({
    path: z.string().min(1).max(1_000).openapi({
      description: "A file or folder below the import folder",
      example: "dukascopy/EURUSD",
    }),
    download: download.optional().openapi({
      description:
        "Dukascopy's files of a period, to be fetched into the folder `path` first and " +
        "loaded from there; what is there already is not fetched again",
    }),
    format: z.string().max(40).optional().openapi({
      description: "Default: told from each file; `GET /v1/import-formats` lists them",
    }),
    clock: reading.clock,
    source: loadedSource.optional().openapi({
      description:
        "Default: each file's is named after its format; never `live`. What the request leaves out is read by the " +
        "rules of the source that it names, `PUT /v1/source-rules/{source}`",
    }),
    symbol: symbol.optional().openapi({
      description: "The instrument, where no name and no column tells it",
    }),
    symbols: reading.symbols,
    columns: z.record(z.string().max(20), z.union([z.string().max(100), z.number().int()]))
      .optional().openapi({
        description: "Generic CSV: column of each role, by header name or position from 0",
        example: { time: "stamp", bid: 1, ask: 2 },
      }),
    csv: z.strictObject({
      delimiter: z.string().length(1).optional(),
      headerLines: z.number().int().min(0).max(100).optional(),
      timeFormat: z.string().max(20).optional(),
      priceDecimals: reading.priceDecimals,
      side: z.enum(barSides).optional(),
      intervalMs: z.number().int().min(1_000).optional(),
    }).optional().openapi({ description: "What else a generic CSV file does not say" }),
    gates: reading.gates,
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
    download: download.extend({
      filesDone: count,
      filesTotal: count.openapi({ description: "0 until it has begun" }),
      bytes: count,
    }).nullable().openapi({ description: "How far the fetching is, which comes before the load" }),
    notes: z.array(z.string()).openapi({ description: "What was assumed, and why" }),
    error: z
      .object({
        code: z.enum(["file", "gate", "download", "internal"]),
        message: z.string(),
        file: z.string().nullable(),
        row: z.number().int().nullable(),
      })
      .nullable(),
  })
  .openapi("Import");

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  after: z.string().max(60).optional().openapi({ description: "`next` of the page before" }),
});
export const importParams = z.object({ importId });
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

export const listSourceRulesRoute = securedRoute(read, {
  method: "get",
  path: "/v1/source-rules",
  operationId: "listSourceRules",
  tags: ["imports"],
  summary: "The rules of sources, by name",
  responses: {
    200: jsonResponse(z.object({ rules: z.array(sourceRulesView) }), "The rules"),
    ...problemResponses(),
  },
});

const sourceParams = z.object({ source: sourceName });

export const putSourceRulesRoute = securedRoute(write, {
  method: "put",
  path: "/v1/source-rules/{source}",
  operationId: "putSourceRules",
  tags: ["imports"],
  summary: "Say how the files of a source are read, where an import does not",
  description: "They hold for imports made from now on that name the source; each keeps its own.",
  request: { params: sourceParams, body: jsonBody(sourceRulesBody) },
  responses: {
    200: jsonResponse(sourceRulesView, "The rules"),
    ...problemResponses(413, 415, 422),
  },
});

export const deleteSourceRulesRoute = securedRoute(write, {
  method: "delete",
  path: "/v1/source-rules/{source}",
  operationId: "deleteSourceRules",
  tags: ["imports"],
  summary: "Forget the rules of a source; imports that were made stay as they are",
  request: { params: sourceParams },
  responses: { 204: { description: "They are forgotten" }, ...problemResponses(404) },
});

/** Routes of imports; those of quality are the data pipeline's too. */
export const importRoutes = [
  createImportRoute,
  listImportsRoute,
  getImportRoute,
  cancelImportRoute,
  deleteImportRoute,
  listFormatsRoute,
  listSourceRulesRoute,
  putSourceRulesRoute,
  deleteSourceRulesRoute,
] as const;
