/** The catalogue of refusals as a document: every reason an order or a cancel can be turned down. */

import { z } from "@hono/zod-openapi";
import { grpcStatuses, rejectMappings } from "../../domain/orders/reject_mappings.ts";
import { type RejectReason, rejectReasons, rejects } from "../../domain/orders/rejects.ts";
import { problemEntry } from "./problems.ts";
import { jsonResponse, problemResponses, securedRoute } from "./routes.ts";

export const refusalView = z
  .object({
    code: z.enum(rejectReasons as [RejectReason, ...RejectReason[]]),
    title: z.string().openapi({ description: "What happened" }),
    advice: z.string().openapi({ description: "What to do about it" }),
    dependsOn: z.enum(["terms", "state"]).openapi({
      description:
        "`terms`: the order alone, so it is refused for ever; `state`: also time, market, account " +
        "or rules, so the same under a new client order id may be taken later",
    }),
    status: z.number().int().openapi({ description: "Of the HTTP answer" }),
    fixOrdRejReason: z.number().int().openapi({ description: "FIX 4.4 tag 103" }),
    oandaRejectReason: z.string().openapi({
      description: "The nearest TransactionRejectReason of OANDA's v20 API",
    }),
    grpcStatus: z.enum(grpcStatuses),
  })
  .openapi("Refusal");
export type RefusalView = z.infer<typeof refusalView>;

export const refusalCatalogue: readonly RefusalView[] = rejectReasons.map((code) => ({
  code,
  title: rejects[code].title,
  advice: rejects[code].advice,
  dependsOn: rejectMappings[code].dependsOn,
  status: problemEntry(code).status,
  fixOrdRejReason: rejects[code].fixOrdRejReason,
  oandaRejectReason: rejectMappings[code].oanda,
  grpcStatus: rejectMappings[code].grpc,
}));

export const listRefusalsRoute = securedRoute({ permission: "market:read", account: false }, {
  method: "get",
  path: "/v1/refusals",
  operationId: "listRefusals",
  tags: ["orders"],
  summary: "Every code an order can be refused with: what it means and what to do",
  responses: {
    200: jsonResponse(z.object({ refusals: z.array(refusalView) }), "The catalogue"),
    ...problemResponses(),
  },
});
