/** HTTP contract of the platform's own state: its streams and what went wrong. */

import { z } from "@hono/zod-openapi";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";
import { timestamp } from "./values.ts";

/** Dead letters of a stream that are counted; more are as bad. */
export const deadLettersCounted = 100;

const parts = z.array(z.string());

export const systemView = z
  .object({
    version: z.string(),
    streams: z.array(z.object({
      stream: z.string().openapi({ example: "orders" }),
      from: parts.openapi({
        description: "Parts that publish",
        example: ["services/trading-gateway"],
      }),
      groups: parts.openapi({ description: "Groups of which one copy gets each entry" }),
      everyone: parts.openapi({ description: "Parts of which every copy reads everything" }),
      waiting: z.number().int().min(0).openapi({
        description: "Entries that the slowest group has not finished; 0 without groups",
      }),
      deadLetters: z.number().int().min(0).max(deadLettersCounted).openapi({
        description: `Entries that were given up, counted to ${deadLettersCounted}`,
      }),
      lastReason: z.string().nullable().openapi({ description: "Why the newest was given up" }),
    })),
    errors: z.array(z.object({
      time: timestamp,
      service: z.string(),
      message: z.string(),
      kind: z.string().nullable().openapi({ description: "The error's class" }),
      requestId: z.string().nullable(),
    })).openapi({
      description: "The newest errors logged by the process that answers, newest first",
    }),
  })
  .openapi("System");

export const getSystemRoute = securedRoute({ permission: "admin", account: false }, {
  method: "get",
  path: "/v1/system",
  operationId: "getSystem",
  tags: ["system"],
  summary: "How the streams between the parts fare, and the newest errors",
  responses: { 200: jsonResponse(systemView, "The state"), ...problemResponses() },
});
