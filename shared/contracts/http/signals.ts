/** HTTP contract of signals: what the studies find in bars, live or loaded. */

import { z } from "@hono/zod-openapi";
import { barSides } from "../../domain/bar.ts";
import { barAlignments } from "../../domain/bars/bar_grid.ts";
import { granularities } from "../../domain/bars/granularity.ts";
import { directions, studyNames } from "../../domain/signals/signal.ts";
import { liveSource, sourcePattern } from "../../domain/source.ts";
import { barsPerPageMax, time } from "./market_history.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { decimal, symbol, timestamp } from "./values.ts";

export const signalView = z
  .object({
    time: timestamp.openapi({ description: "End of the bar it stands on" }),
    study: z.enum(studyNames).openapi({
      description:
        "`averages_cross`: the average of 20 closes crosses that of 50. `range_break`: a close " +
        "outside the range of the 20 bars before it. `rsi_turn`: the relative strength of 14 " +
        "changes comes back from below 30 or above 70",
    }),
    direction: z.enum(directions).openapi({ description: "Which way, never how much" }),
    price: decimal.openapi({ description: "What the bar closed at" }),
  })
  .openapi("Signal");

export const signalsView = z
  .object({
    symbol,
    side: z.enum(barSides),
    granularity: z.enum(granularities),
    alignment: z.enum(barAlignments),
    source: z.string(),
    signals: z.array(signalView),
    next: timestamp.nullable().openapi({
      description: "Page on with `from` set to this, and the side and the alignment of this " +
        "answer; null when no more bars are stored",
    }),
  })
  .openapi("Signals");

export const listSignalsRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "get",
  path: "/v1/instruments/{symbol}/signals",
  operationId: "listSignals",
  tags: ["market data"],
  summary: "What the studies find in bars of any length, oldest first",
  description:
    "Those that the feed's channel `signals` tells of live, and the same for any other bars that " +
    "`/bars` answers: a study looks at the bars before and at nothing else. With `from`, of the " +
    "first bars from there on; without it, of the newest ones before `to`.",
  request: {
    params: z.object({ symbol }),
    query: z.object({
      study: z.enum(studyNames).optional().openapi({ description: "Default: all" }),
      granularity: z.enum(granularities).default("M1"),
      side: z.enum(barSides).optional().openapi({ description: "As of `/bars`" }),
      alignment: z.enum(barAlignments).optional().openapi({ description: "As of `/bars`" }),
      source: z.string().regex(sourcePattern).default(liveSource).openapi({
        description: "Whose bars: `live` is the platform's own feed; others are loaded",
      }),
      from: time.optional().openapi({ description: "Earliest open time of a bar, inclusive" }),
      to: time.optional().openapi({ description: "Open times before this only" }),
      limit: z.coerce.number().int().min(1).max(barsPerPageMax).default(500).openapi({
        description: "Bars that are judged at most",
      }),
    }),
  },
  responses: { 200: jsonResponse(signalsView, "The signals"), ...problemResponses(404) },
});
