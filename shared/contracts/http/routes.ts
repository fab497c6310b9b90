/** How every route is declared: who may call it, what it takes, and which problems it can answer. */

import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import { problemSchema } from "./problems.ts";

/** What a key or token may do. `admin` includes the others, on every account. */
export const permissions = [
  "market:read",
  "trade:read",
  "trade:write",
  "data:read",
  "data:write",
  "admin",
] as const;
export type Permission = (typeof permissions)[number];

/** Who may call a route. With `account`, the key must reach the path's `{accountId}`. */
export interface Access {
  readonly permission: Permission;
  readonly account: boolean;
}

export type SecuredRoute<Config extends RouteConfig = RouteConfig> =
  & ReturnType<typeof createRoute<Config["path"], Config>>
  & { readonly access: Access };

/** A route behind a key; its access rule stands in the OpenAPI document as `x-permission`. */
export function securedRoute<const Config extends RouteConfig>(
  access: Access,
  config: Config,
) {
  const route = createRoute({
    ...config,
    security: [{ apiKey: [] }, { bearer: [] }],
    "x-permission": access.permission,
  });
  return Object.assign(route, { access });
}

/** A required JSON body: without `required` a missing content type would pass unread. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true as const,
  content: { "application/json": { schema } },
});

export const jsonResponse = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

const problemResponse = {
  description: "Problem document (RFC 9457)",
  content: { "application/problem+json": { schema: problemSchema } },
};

type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 | 504;

const usualStatuses = [400, 401, 403, 429, 500, 503] as const;

/** The problem answers of a route: those that nearly every route can give, and the ones named. */
export const problemResponses = <Status extends ProblemStatus = never>(...more: Status[]) =>
  onlyProblemResponses<(typeof usualStatuses)[number] | Status>(...usualStatuses, ...more);

/** The problem answers of a route that cannot give all of the usual ones: those named. */
export function onlyProblemResponses<Status extends ProblemStatus>(...statuses: Status[]) {
  return Object.fromEntries(statuses.map((status) => [status, problemResponse])) as Record<
    Status,
    typeof problemResponse
  >;
}
