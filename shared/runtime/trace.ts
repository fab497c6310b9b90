/**
 * W3C trace context through everything that happens because of one request or event.
 *
 * It lives in OpenTelemetry's context, so spans of an SDK or of Deno's own instrumentation are seen
 * here, and outgoing calls they instrument continue the trace. Without an SDK no spans are made: the
 * context is passed on as it came.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { parseTraceParent } from "@opentelemetry/core";

// Refused, with false, where Deno (OTEL_DENO) or an SDK has registered its own; then that one serves.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** Beside OpenTelemetry's context, which takes twice as long to enter; every request enters this. */
const scopes = new AsyncLocalStorage<RequestScope | undefined>();

/** What a request's work shares. The trace is parsed or made only when something asks for it. */
export class RequestScope {
  readonly requestId: string;
  readonly #header: string | null;
  #span: SpanContext | undefined;

  constructor(requestId: string, traceparentHeader: string | null) {
    this.requestId = requestId;
    this.#header = traceparentHeader;
  }

  get span(): SpanContext {
    return this.#span ??= (this.#header === null ? null : parseTraceParent(this.#header)) ??
      newSpanContext();
  }
}

/** Runs `fn`, and what it awaits, as part of a request. */
export function withRequestScope<T>(scope: RequestScope, fn: () => T): T {
  return scopes.run(scope, fn);
}

/** The trace to pass on, or `undefined` outside any. */
export function currentTraceparent(): string | undefined {
  const span = currentSpan();
  return span === undefined ? undefined : formatTraceparent(span);
}

/**
 * Runs `fn`, and what it awaits, within a trace. `undefined` and malformed text mean none: a loop
 * that serves many requests must not run under the one that happened to start it.
 */
export function withTraceparent<T>(traceparent: string | undefined, fn: () => T): T {
  const span = traceparent === undefined ? null : parseTraceParent(traceparent);
  const within = span === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, {
    ...span,
    isRemote: true,
  });
  return scopes.run(undefined, () => context.with(within, fn));
}

/** The fields every log line carries: which request and which trace it belongs to. */
export function logFields(): { requestId?: string; traceId?: string } {
  const scope = scopes.getStore();
  const span = currentSpan();
  return {
    ...(scope === undefined ? {} : { requestId: scope.requestId }),
    ...(span === undefined ? {} : { traceId: span.traceId }),
  };
}

/** A span of Deno's or an SDK's comes first: what it traces must not fall apart into two traces. */
function currentSpan(): SpanContext | undefined {
  const span = trace.getSpanContext(context.active());
  return span !== undefined && isSpanContextValid(span) ? span : scopes.getStore()?.span;
}

const hex = (value: number, length: number) => value.toString(16).padStart(length, "0");

const formatTraceparent = (span: SpanContext): string =>
  `00-${span.traceId}-${span.spanId}-${hex(span.traceFlags, 2)}`;

/** Ids from the system's secure source: nothing that is replayed depends on them. */
function newSpanContext(): SpanContext {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  // An id of all zeros is invalid, so one bit of each is always set.
  bytes[0]! |= 1;
  bytes[16]! |= 1;
  const text = bytes.toHex();
  return {
    traceId: text.slice(0, 32),
    spanId: text.slice(32),
    traceFlags: TraceFlags.NONE,
  };
}
