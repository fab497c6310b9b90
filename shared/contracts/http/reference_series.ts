/** HTTP contract of the data pipeline: reference series, and what was known of them when. */

import { z } from "@hono/zod-openapi";
import { pageQuery } from "./data_pipeline.ts";
import { time } from "./market_history.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { decimal, timestamp } from "./values.ts";

const seriesName = z.string().regex(/^[a-z]{1,10}\.[A-Za-z0-9+]{1,20}$/).openapi({
  description: "`ecb.` and a currency, or `cftc.` and a contract's code",
  example: "ecb.USD",
});
const day = z.iso.date().openapi({ example: "2023-12-29" });

const seriesView = z.object({ series: seriesName, source: z.string(), title: z.string() });

export const referenceSeriesView = seriesView
  .extend({
    firstDay: day,
    lastDay: day,
    days: z.number().int().min(0),
    lastKnownAt: timestamp.openapi({ description: "When its newest number became known" }),
  })
  .openapi("ReferenceSeries");

export const referenceDayView = z
  .object({
    day: day.openapi({ description: "The day that the numbers describe" }),
    knownAt: timestamp.openapi({
      description: "When they became known, which is later: nothing before may use them",
    }),
    knownBy: z.enum(["schedule", "name", "import"]).openapi({
      description: "How that is known: the publisher's timetable, the file's name, or, of a " +
        "correction nobody dated, when it was imported",
    }),
    numbers: z.record(z.string(), decimal).openapi({
      description: "By name, digit by digit as published",
      example: { rate: "1.1050" },
    }),
  })
  .openapi("ReferenceDay");

const read = { permission: "data:read", account: false } as const;

export const listReferenceSeriesRoute = securedRoute(read, {
  method: "get",
  path: "/v1/reference-series",
  operationId: "listReferenceSeries",
  tags: ["reference"],
  summary: "Reference rates and positioning that were imported",
  request: { query: pageQuery },
  responses: {
    200: jsonResponse(
      z.object({ series: z.array(referenceSeriesView), next: z.string().nullable() }),
      "The series, by name",
    ),
    ...problemResponses(),
  },
});

export const readReferenceSeriesRoute = securedRoute(read, {
  method: "get",
  path: "/v1/reference-series/{series}",
  operationId: "readReferenceSeries",
  tags: ["reference"],
  summary: "A reference series as it was known at a moment, oldest day first",
  request: {
    params: z.object({ series: seriesName }),
    query: pageQuery.extend({
      from: day.optional().openapi({ description: "First day" }),
      to: day.optional().openapi({ description: "Days before this one" }),
      knownAt: time.optional().openapi({
        description: "What became known later is left out; default: now",
      }),
    }),
  },
  responses: {
    200: jsonResponse(
      seriesView.extend({
        knownAt: timestamp,
        days: z.array(referenceDayView),
        next: z.string().nullable(),
      }),
      "Its days",
    ),
    ...problemResponses(404),
  },
});

/** Routes of reference series. */
export const referenceRoutes = [listReferenceSeriesRoute, readReferenceSeriesRoute] as const;
