/**
 * Every way a request can fail, as RFC 9457 problem documents with stable codes. Refusals of orders
 * use the codes of the reject catalogue (`domain/orders/rejects.ts`) with status 422.
 */

import { z } from "@hono/zod-openapi";
import { type RejectReason, rejectReasons, rejects } from "../../domain/orders/rejects.ts";

interface ProblemEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503 | 504;
  readonly title: string;
  readonly advice: string;
}

const entry = (
  status: ProblemEntry["status"],
  title: string,
  advice: string,
): ProblemEntry => ({ status, title, advice });

export const requestProblems = {
  malformed_json: entry(400, "The body is not JSON", "Send one JSON object"),
  invalid_request: entry(400, "The request does not fit its schema", "See `errors` for each field"),
  key_missing: entry(
    401,
    "The request carries no key",
    "Send `Authorization: Bearer <key or token>` or `X-API-Key: <key>`",
  ),
  key_invalid: entry(
    401,
    "The key or token is not valid",
    "Check it, or get a new one; tokens live ten minutes",
  ),
  permission_denied: entry(
    403,
    "The key lacks a permission",
    "Use a key with the permission named",
  ),
  account_denied: entry(
    403,
    "The key does not reach this account",
    "Use a key of the account, and check the account id",
  ),
  not_found: entry(404, "Nothing is here", "Check the path against /openapi.json"),
  method_not_allowed: entry(
    405,
    "The path does not take this method",
    "Use a method named in the `Allow` header",
  ),
  account_exists: entry(409, "The account id is taken", "Choose another account id"),
  body_too_large: entry(413, "The body is too large", "Send at most the bytes named in `detail`"),
  content_type_unsupported: entry(
    415,
    "The content type is not JSON",
    "Send `Content-Type: application/json`",
  ),
  rate_limited: entry(429, "The key has sent too many requests", "Wait as `Retry-After` says"),
  internal_error: entry(500, "Something failed on our side", "Report the request id"),
  unavailable: entry(503, "The service cannot answer now", "Retry as `Retry-After` says"),
  outcome_unknown: entry(
    504,
    "The outcome of the request is not known yet",
    "Repeat it unchanged: the client order id makes that safe",
  ),
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof requestProblems | RejectReason;

/** Statuses of refusals that are not 422. */
const rejectStatuses: Partial<Record<RejectReason, ProblemEntry["status"]>> = {
  duplicate_client_order_id: 409,
  order_unknown: 404,
  account_unknown: 404,
  order_not_open: 409,
  order_being_canceled: 409,
  order_held: 409,
};

export const problemCodes: ProblemCode[] = [
  ...(Object.keys(requestProblems) as (keyof typeof requestProblems)[]),
  ...rejectReasons,
];

export function problemEntry(code: ProblemCode): ProblemEntry {
  if (code in requestProblems) return requestProblems[code as keyof typeof requestProblems];
  const reason = code as RejectReason;
  return { status: rejectStatuses[reason] ?? 422, ...rejects[reason] };
}

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: "urn:spotwire:problem:price_precision" }),
    title: z.string(),
    status: z.number().int(),
    /** Stable; the one to program against. */
    code: z.enum(problemCodes as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: "Where a request missed its schema" }),
  })
  .openapi("Problem");

export type ProblemDocument = z.infer<typeof problemSchema>;
