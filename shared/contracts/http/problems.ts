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
  feed_protocol_unknown: entry(
    400,
    "The feed speaks none of the WebSocket subprotocols asked for",
    "Ask for one named in `detail`, or for none",
  ),
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
  import_not_ended: entry(409, "The import has not ended", "Cancel it first, or wait"),
  import_ended: entry(409, "The import has ended", "Make a new import to load again"),
  backtest_invalid: entry(
    422,
    "The backtest cannot be run as it is asked for",
    "See `detail`: the strategy, a parameter, a symbol, the balance or the period",
  ),
  duplicate_backtest_id: entry(
    409,
    "The backtest id was used for a different backtest",
    "Choose a new backtestId",
  ),
  too_many_backtests: entry(
    409,
    "The most backtests allowed are waiting",
    "Wait for one to end, or cancel some",
  ),
  backtest_not_done: entry(
    409,
    "The backtest has no report",
    "Wait until its state is `done`; one that failed or was canceled never has one",
  ),
  row_not_releasable: entry(
    409,
    "The row cannot be released",
    "It holds no prices or no time; mend its file and import that again",
  ),
  import_path_outside: entry(
    422,
    "The path leads out of the import folder",
    "Put the files below the import folder, and name them from there",
  ),
  import_path_missing: entry(
    422,
    "There is no such file or folder to import",
    "Name a path below the import folder",
  ),
  import_format_unknown: entry(
    422,
    "The format or clock is not known",
    "See `GET /v1/import-formats`, or leave it out",
  ),
  import_symbol_unknown: entry(
    422,
    "An instrument is not listed",
    "See `GET /v1/instruments`",
  ),
  gate_invalid: entry(
    422,
    "A quality gate is not set right",
    "See `errors`, and `GET /v1/quality-gates`",
  ),
  duplicate_funds_id: entry(
    409,
    "The funds id was used for a different movement of money",
    "Choose a new fundsId",
  ),
  body_too_large: entry(413, "The body is too large", "Send at most the bytes named in `detail`"),
  content_type_unsupported: entry(
    415,
    "The content type is not JSON",
    "Send `Content-Type: application/json`",
  ),
  rate_missing: entry(
    422,
    "No price leads from one currency to the other at that moment",
    "Ask for a moment or a source that has prices of a pair between them",
  ),
  rate_too_old: entry(
    422,
    "The newest price on the way is too old",
    "Ask for another moment, or allow an older one with `ageMsMax`",
  ),
  volume_missing: entry(
    422,
    "The source gives no volumes",
    "Ask for another kind of bar, or for a source that gives volumes",
  ),
  risk_level_unknown: entry(
    404,
    "The level names nothing that is here",
    "Check the account id or the symbol in it",
  ),
  risk_version_conflict: entry(
    409,
    "The rule was changed since you read it",
    "Read it again, and send its version",
  ),
  risk_kill_stands: entry(
    409,
    "A kill keeps the level in a stricter state",
    "Release the kill; `GET /v1/risk/kills` lists them",
  ),
  too_many_risk_rules: entry(
    409,
    "The platform has the most rules allowed",
    "Set rules for tenants instead of accounts",
  ),
  kill_unknown: entry(404, "The kill does not exist", "Check the kill id"),
  duplicate_kill_id: entry(
    409,
    "The kill id was used for a different kill",
    "Choose a new killId",
  ),
  insufficient_funds: entry(
    422,
    "The account has too little cash that no margin holds",
    "Move at most the smaller of the account's balance and marginAvailable",
  ),
  balance_above_maximum: entry(
    422,
    "The balance would be more than an account can hold",
    "Keep the balance within 10^12 of its currency",
  ),
  amount_too_small: entry(
    422,
    "The amount comes to nothing in the other currency",
    "Move a larger amount",
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
  order_of_stop_out: 409,
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
