/** A failed request as an error to throw, and as the RFC 9457 document it becomes. */

import {
  type ProblemCode,
  type ProblemDocument,
  problemEntry,
} from "../contracts/http/problems.ts";

/** Where a request missed its schema: JSON pointer in the body, or `query.limit`, `path.orderId`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[] | undefined;
  /** Sent with the answer: `Retry-After`, `Allow`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For the log only; never reaches the client. */
  readonly cause?: unknown;
}

/** Thrown by handlers and verbs; the service app answers with its document. `detail` is public. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return problemEntry(this.code).status;
  }
}

export const problemContentType = "application/problem+json";

export function problemDocument(problem: Problem, requestId: string): ProblemDocument {
  const { code, errors } = problem;
  const { title, status } = problemEntry(code);
  return {
    type: `urn:spotwire:problem:${code}`,
    title,
    status,
    code,
    detail: problem.message,
    requestId,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}

/** The answer to a request that failed. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const document = problemDocument(problem, requestId);
  const headers = new Headers(problem.headers);
  headers.set("content-type", problemContentType);
  headers.set("x-request-id", requestId);
  if (document.status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify(document), { status: document.status, headers });
}
