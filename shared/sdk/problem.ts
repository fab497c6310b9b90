/** Problem documents (RFC 9457) as errors. */

import type { Problem } from "./generated/types.gen.ts";

/** Codes of the platform, and one for answers that are no problem document, as of a proxy. */
export type SpotwireProblemCode = Problem["code"] | "unexpected_response";

/** Where a request missed its schema. */
export interface ProblemField {
  readonly path: string;
  readonly message: string;
}

/** A request that the platform refused. Program against `code`; `detail` is for people. */
export class SpotwireProblem extends Error {
  override readonly name = "SpotwireProblem";
  readonly code: SpotwireProblemCode;
  /** HTTP status. */
  readonly status: number;
  readonly detail: string;
  /** Names the request in the platform's logs; `null` when the answer carried none. */
  readonly requestId: string | null;
  readonly errors: readonly ProblemField[];
  /** How long the platform asks to wait before a repeat, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(response: Response, body: unknown) {
    const document = readProblem(body);
    const detail = document?.detail ??
      `Expected a problem document, got ${response.headers.get("content-type") ?? "no content"}`;
    super(`${response.status} ${document?.code ?? "unexpected_response"}: ${detail}`);
    this.code = document?.code ?? "unexpected_response";
    this.status = response.status;
    this.detail = detail;
    this.requestId = document?.requestId ?? response.headers.get("x-request-id");
    this.errors = document?.errors ?? [];
    const seconds = Number(response.headers.get("retry-after") ?? NaN);
    this.retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  }
}

function readProblem(body: unknown): Partial<Problem> & Pick<Problem, "code"> | null {
  if (typeof body !== "object" || body === null) return null;
  const document = body as Partial<Problem>;
  return typeof document.code === "string" ? { ...document, code: document.code } : null;
}
