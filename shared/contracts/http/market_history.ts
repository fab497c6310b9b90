/** HTTP contract of the past: bars of any length, ticks, bars by activity, rates and sessions. */

import { z } from "@hono/zod-openapi";
import { activityKinds } from "../../domain/bars/activity_bars.ts";
import { barAlignments } from "../../domain/bars/bar_grid.ts";
import { granularities } from "../../domain/bars/granularity.ts";
import { barSides } from "../../domain/bar.ts";
import { closedReasons } from "../../domain/fx_week.ts";
import { liveSource, sourcePattern } from "../../domain/source.ts";
import { parseRfc3339 } from "../../domain/time.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { currency, decimal, symbol, timestamp } from "./values.ts";

/** Bars, or ticks, in one answer in JSON at most. */
export const barsPerPageMax = 5_000;
/** Rows in one answer in another form at most. */
export const rowsPerFileMax = 200_000;

/** Forms an answer can have, by the name `format` gives them, and their content types. */
export const tableFormats = {
  json: "application/json",
  csv: "text/csv",
  arrow: "application/vnd.apache.arrow.stream",
  parquet: "application/vnd.apache.parquet",
} as const;
export type TableFormat = keyof typeof tableFormats;

/** A time that is read, not only shown: RFC 3339 with a zone. */
export const time = timestamp.refine((text) => parseRfc3339(text) !== null, {
  message: "Expected RFC 3339 with a zone, such as 2026-01-05T09:30:00Z",
});

const symbolParams = z.object({ symbol });
const marketRead = { permission: "market:read", account: false } as const;

const source = z.string().regex(sourcePattern).default(liveSource).openapi({
  description: "Whose prices: `live` is the platform's own feed; others are loaded",
  example: "dukascopy",
});
const format = z.enum(Object.keys(tableFormats) as [TableFormat, ...TableFormat[]]).optional()
  .openapi({ description: "Form of the answer; without it the `Accept` header says" });
const limit = z.coerce.number().int().min(1).max(rowsPerFileMax).optional().openapi({
  description: `Rows at most: 500 by default and ${barsPerPageMax} at most in JSON, ` +
    `${rowsPerFileMax} in other forms`,
});
const sideText = "Of the quotes; the mid is rounded half to even to a point";
const side = z.enum(barSides).default("mid").openapi({ description: sideText });

export const barView = z
  .object({
    openTime: timestamp.openapi({ description: "Start of the bar" }),
    open: decimal,
    high: decimal,
    low: decimal,
    close: decimal,
    ticks: z.number().int().openapi({
      description:
        "Quotes inside; 0 in a flat bar that carries the last close over a silent minute, " +
        "-1 where the source does not count",
    }),
    volume: z.number().optional().openapi({
      description: "In the source's own unit; left out where it gives none",
    }),
    spread: z.object({ min: decimal, mean: decimal, max: decimal }).optional().openapi({
      description: "Of the quotes inside, when asked for; the mean has three decimals more",
    }),
  })
  .openapi("Bar");

export const barsView = z
  .object({
    symbol,
    side: z.enum(barSides),
    granularity: z.enum(granularities),
    alignment: z.enum(barAlignments),
    source: z.string(),
    bars: z.array(barView),
    next: timestamp.nullable().openapi({
      description: "Page on with `from` set to this, and the side and the alignment of this " +
        "answer; null when nothing more is stored",
    }),
  })
  .openapi("Bars");

/** Answers of rows: JSON as described, or the same rows as a table. */
const tableResponse = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description: `${description}. Prices in CSV are decimal text, in Arrow and Parquet decimals ` +
    "with the instrument's scale; a `Link` header with `rel=next` leads to the next page.",
  content: {
    [tableFormats.json]: { schema },
    [tableFormats.csv]: { schema: z.string() },
    [tableFormats.arrow]: { schema: z.string().openapi({ format: "binary" }) },
    [tableFormats.parquet]: { schema: z.string().openapi({ format: "binary" }) },
  },
});

/** What gaps become: as the source has them, nothing, or flat bars at the last close. */
export const gapsModes = ["stored", "empty", "carry"] as const;

export const listBarsRoute = securedRoute(marketRead, {
  method: "get",
  path: "/v1/instruments/{symbol}/bars",
  operationId: "listBars",
  tags: ["market data"],
  summary: "Finished bars of any length, oldest first",
  description:
    "With `from`, the first bars from there on. Without it, the newest ones before `to`: fewer than " +
    "`limit` where more ticks make them than one answer reads, 20 million; older ones are before the " +
    "first of these. " +
    "Made day by day of the source's bars where it has them, else of its ticks. Answers 404 where a source " +
    "that is not the live one has neither, and says what it has.",
  request: {
    params: symbolParams,
    query: z.object({
      side: z.enum(barSides).optional().openapi({
        description:
          `${sideText}. Default: mid of the live feed; of a loaded source the side that it has ` +
          "most of, in the range and then in all, so that nothing is left out that another side " +
          "has; mid before bid before ask where that is equal. The answer says which",
      }),
      granularity: z.enum(granularities).default("M1").openapi({
        description: "Seconds, minutes, hours, day, week or month of a bar",
      }),
      alignment: z.enum(barAlignments).optional().openapi({
        description: "Days end at 17:00 New York, whatever the clocks do, or at midnight UTC. " +
          "Default: fx-day, or utc where a loaded source has more bars of such days",
      }),
      gaps: z.enum(gapsModes).default("stored").openapi({
        description: "Silent spans: `stored` as the source has them, `empty` without a bar, " +
          "`carry` with a flat bar wherever the market was open",
      }),
      spread: z.enum(["true", "false"]).default("false").openapi({
        description: "Whether to tell of spreads; the bars are then made of ticks",
      }),
      source,
      from: time.optional().openapi({ description: "Earliest open time, inclusive" }),
      to: time.optional().openapi({ description: "Open times before this only" }),
      limit,
      format,
    }),
  },
  responses: { 200: tableResponse(barsView, "The bars"), ...problemResponses(404) },
});

export const seriesView = z
  .object({
    source: z.string(),
    kind: z.enum(["ticks", "bars"]),
    side: z.enum(barSides).nullable().openapi({ description: "Of bars; null for ticks" }),
    intervalMs: z.number().int().nullable().openapi({
      description: "Length of a bar in milliseconds; null for ticks",
    }),
    from: timestamp.openapi({ description: "Of the first tick, or opening of the first bar" }),
    to: timestamp.openapi({ description: "Of the last" }),
    count: z.number().int().openapi({ description: "Ticks or bars" }),
    bytes: z.number().int().openapi({ description: "They take, compressed" }),
  })
  .openapi("Series");

export const seriesListView = z
  .object({ symbol, series: z.array(seriesView) })
  .openapi("SeriesList");

export const listSeriesRoute = securedRoute(marketRead, {
  method: "get",
  path: "/v1/instruments/{symbol}/series",
  operationId: "listSeries",
  tags: ["market data"],
  summary: "What history there is of an instrument: its sources, how fine, from when to when",
  request: { params: symbolParams },
  responses: {
    200: jsonResponse(seriesListView, "Every series, by source"),
    ...problemResponses(404),
  },
});

/** A place between ticks: a time in milliseconds, and how many ticks of it are behind. */
const tickCursor = z.string().regex(/^\d{1,14}\.\d{1,9}$/).openapi({
  description: "The `next` of the page before; in place of `from`",
});
const cursorOrFrom = {
  error: "One of from and cursor is needed",
  path: ["from"],
};

export const tickView = z
  .object({
    time: timestamp.openapi({ description: "The venue's own time of the price" }),
    bid: decimal,
    ask: decimal,
    bidVolume: z.number().optional().openapi({ description: "In the source's own unit" }),
    askVolume: z.number().optional(),
  })
  .openapi("Tick");

export const ticksView = z
  .object({
    symbol,
    source: z.string(),
    ticks: z.array(tickView),
    next: z.string().nullable().openapi({
      description: "Page on with `cursor` set to this; null when nothing more is stored",
    }),
  })
  .openapi("Ticks");

export const listTicksRoute = securedRoute(marketRead, {
  method: "get",
  path: "/v1/instruments/{symbol}/ticks",
  operationId: "listTicks",
  tags: ["market data"],
  summary: "Every quote of a range, oldest first, those of one moment in their order",
  request: {
    params: symbolParams,
    query: z.object({
      source,
      from: time.optional().openapi({ description: "Earliest time, inclusive" }),
      to: time.optional().openapi({ description: "Times before this only" }),
      cursor: tickCursor.optional(),
      limit,
      format,
    }).refine(({ from, cursor }) => from !== undefined || cursor !== undefined, cursorOrFrom),
  },
  responses: { 200: tableResponse(ticksView, "The ticks"), ...problemResponses(404) },
});

export const activityBarView = z
  .object({
    openTime: timestamp.openapi({ description: "Of the first tick" }),
    closeTime: timestamp.openapi({ description: "Of the tick that ended it" }),
    open: decimal,
    high: decimal,
    low: decimal,
    close: decimal,
    ticks: z.number().int(),
    volume: z.number().optional(),
  })
  .openapi("ActivityBar");

export const activityBarsView = z
  .object({
    symbol,
    side: z.enum(barSides),
    source: z.string(),
    kind: z.enum(activityKinds),
    size: decimal,
    bars: z.array(activityBarView),
    next: z.string().nullable().openapi({
      description: "Page on with `cursor` set to this; null when no further bar is finished",
    }),
  })
  .openapi("ActivityBars");

export const listActivityBarsRoute = securedRoute(marketRead, {
  method: "get",
  path: "/v1/instruments/{symbol}/activity-bars",
  operationId: "listActivityBars",
  tags: ["market data"],
  summary: "Bars that end by what happened: ticks, volume, range, Renko bricks",
  description: "`size` counts ticks, volume in the source's unit, or is a distance of prices. " +
    "The first bar begins with the first tick from `from` on; unfinished bars are left out.",
  request: {
    params: symbolParams,
    query: z.object({
      kind: z.enum(activityKinds),
      size: z.string().regex(/^\d{1,12}(\.\d{1,6})?$/).openapi({ example: "0.0010" }),
      side,
      source,
      from: time.optional().openapi({ description: "Earliest time, inclusive" }),
      to: time.optional().openapi({ description: "Ticks before this only" }),
      cursor: z.string().regex(/^\d{1,14}\.\d{1,9}(\.\d{1,10}\.\d{1,10}\.[01])?$/).optional()
        .openapi({ description: "The `next` of the page before; in place of `from`" }),
      limit,
      format,
    }).refine(({ from, cursor }) => from !== undefined || cursor !== undefined, cursorOrFrom),
  },
  responses: { 200: tableResponse(activityBarsView, "The bars"), ...problemResponses(404, 422) },
});

export const conversionView = z
  .object({
    from: currency,
    to: currency,
    at: timestamp,
    source: z.string(),
    amount: decimal,
    converted: decimal.openapi({ description: "Rounded half to even to a millionth" }),
    rate: decimal.openapi({ description: "Units of `to` for one of `from`, at mid prices" }),
    path: z.array(z.object({
      symbol,
      inverse: z.boolean(),
      mid: decimal.openapi({ description: "Exact, with one decimal more than the prices" }),
      time: timestamp.openapi({ description: "When it was quoted" }),
      ageMs: z.number().int().openapi({ description: "From then to the moment asked for" }),
      openAgeMs: z.number().int().openapi({
        description: "Of that, while the market was open: what `ageMsMax` looks at",
      }),
    })).openapi({ description: "The pairs it leads through; none when both currencies are one" }),
  })
  .openapi("Conversion");

export const getConversionRoute = securedRoute(marketRead, {
  method: "get",
  path: "/v1/conversions",
  operationId: "getConversion",
  tags: ["market data"],
  summary: "An amount in another currency at the prices of a moment",
  description: "Through the pair, its inverse, or a cross. Answers `rate_missing` (422) when no " +
    "price leads there, `rate_too_old` (422) when the newest is older than asked for. A price is " +
    "the newest of the source's ticks, of its mid bars and of its bid and ask bars of one time; " +
    "a bar tells its close, when it has ended.",
  request: {
    query: z.object({
      from: currency,
      to: currency,
      amount: z.string().regex(/^-?\d{1,18}(\.\d{1,6})?$/).default("1"),
      at: time.optional().openapi({ description: "Default: now" }),
      source,
      ageMsMax: z.coerce.number().int().min(0).max(604_800_000).default(3_600_000).openapi({
        description: "Of any price on the way, counted while the market was open",
      }),
    }),
  },
  responses: { 200: jsonResponse(conversionView, "The amount"), ...problemResponses(422) },
});

export const sessionView = z
  .object({
    symbol,
    at: timestamp,
    isOpen: z.boolean(),
    reason: z.enum([...closedReasons, "venue_silent"]).nullable().openapi({
      description: "Why it does not trade. `venue_silent`: the hours say open, and no price came",
    }),
    nextOpen: timestamp.nullable().openapi({ description: "Null when it is not foreseen" }),
    nextClose: timestamp.nullable().openapi({ description: "Null when the market never closes" }),
  })
  .openapi("Session");

export const getSessionRoute = securedRoute(marketRead, {
  method: "get",
  path: "/v1/instruments/{symbol}/session",
  operationId: "getSession",
  tags: ["market data"],
  summary: "Whether the market was, is or will be open at a moment, and if not, why",
  request: {
    params: symbolParams,
    query: z.object({ at: time.optional().openapi({ description: "Default: now" }) }),
  },
  responses: { 200: jsonResponse(sessionView, "The session"), ...problemResponses(404) },
});

export const marketHistoryRoutes = [
  listSeriesRoute,
  listBarsRoute,
  listTicksRoute,
  listActivityBarsRoute,
  getConversionRoute,
  getSessionRoute,
] as const;
