/**
 * Passes a request on to the service that owns it, and its answer back. The client's key stays here:
 * the service gets a short-lived internal token with the same rights. Nothing is tried twice, since
 * most of what travels here is not idempotent, and clients know best whether to repeat.
 */

import type { Context } from "hono";
import type { Clock } from "../../../shared/domain/time.ts";
import { BulkheadFull, CircuitOpen, TimedOut } from "../../../shared/resilience/errors.ts";
import { createPolicy } from "../../../shared/resilience/policies.ts";
import type { AuthContext } from "../../../shared/runtime/auth.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { AppEnv } from "../../../shared/runtime/service_app.ts";
import { receivedTimeHeader } from "../../../shared/runtime/received_time.ts";
import { currentTraceparent } from "../../../shared/runtime/trace.ts";
import type { Tokens } from "../../../shared/security/tokens.ts";
import { createPassBody } from "./pass_body.ts";
import { type Upstream, UpstreamUnreached } from "./upstream.ts";

/** The upstream's answer; that it fits the route is its own contract's promise. */
export type Forward = (c: Context<AppEnv>) => Promise<never>;

/** How long an answer may take, in milliseconds; of one that goes on as it comes, its beginning. */
const answerMsMax = 5_000;
const policyOptions = {
  timeoutMs: answerMsMax,
  signalOutlives: true,
  breaker: { failuresMax: 10, cooldownMs: 1_000 },
  bulkhead: { concurrentMax: 1_000, waitingMax: 1_000 },
};
const retryAfter = { "retry-after": "1" };
/** Methods whose repetition cannot change anything. */
const reads = new Set(["GET", "HEAD"]);
const passedOn = ["content-type", "accept"];
const passedBack = [
  ...["content-type", "content-length", "content-security-policy"],
  ...["retry-after", "location", "link", "cache-control"],
];

/** `clock` is the market's: what it says is compared with times of orders and quotes. */
export function createForward(
  upstream: Upstream,
  tokenOf: InternalTokens,
  clock: Clock,
): Forward {
  const policy = createPolicy(policyOptions);
  const passBody = createPassBody();
  return async (c) => {
    const receivedAt = clock.now();
    const token = await tokenOf(c.get("auth"));
    const { method, url } = c.req;
    const body = reads.has(method) ? undefined : await c.req.text();
    const headers = requestHeaders(c, token);
    headers.set(receivedTimeHeader, String(receivedAt));
    const send = async (signal: AbortSignal) =>
      answerOf(
        await upstream.fetch(
          new Request(url, { method, headers, signal, ...(body ? { body } : {}) }),
        ),
      );
    const answer = await policy.execute(send).catch((error) => {
      throw failure(error, upstream, reads.has(method));
    });
    const passed = answer.body instanceof ReadableStream
      ? passBody(answer.body, (err) => c.get("logger").info({ err, url }, "an answer broke off"))
      : answer.body;
    return new Response(passed, answer) as never;
  };
}

function requestHeaders(c: Context<AppEnv>, token: string): Headers {
  const headers = new Headers({
    authorization: `Bearer ${token}`,
    "x-request-id": c.get("requestId"),
  });
  const traceparent = currentTraceparent();
  if (traceparent !== undefined) headers.set("traceparent", traceparent);
  for (const name of passedOn) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  return headers;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ArrayBuffer | NonNullable<Response["body"]> | null;
}

/**
 * JSON is held until it is whole: cut in half it is no answer, and whoever asked is told what is known.
 * Tables may be large, and show themselves when they are cut.
 */
async function answerOf(answer: Response): Promise<Answer> {
  const headers = new Headers();
  for (const name of passedBack) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const { status, body } = answer;
  // An answer that may have no body, as 204, takes not even an empty one.
  const isHeld = body !== null && headers.get("content-type")?.includes("json") === true;
  return { status, headers, body: isHeld ? await answer.arrayBuffer() : body };
}

function failure(error: unknown, { name }: Upstream, read: boolean): Problem {
  const options = { cause: error, headers: retryAfter };
  if (error instanceof CircuitOpen || error instanceof BulkheadFull) {
    return new Problem("unavailable", `${name} is not answering; it is being left alone`, options);
  }
  if (error instanceof UpstreamUnreached) {
    return new Problem("unavailable", `${name} cannot be reached`, options);
  }
  const what = error instanceof TimedOut ? "did not answer in time" : "broke off before answering";
  return new Problem(read ? "unavailable" : "outcome_unknown", `${name} ${what}`, options);
}

export type InternalTokens = (auth: AuthContext) => Promise<string>;

const internalTtlMs = 60_000;
/** A token is not used in its last seconds: it must still be good when it arrives. */
const renewBeforeMs = 15_000;

/** One internal token for each identity, made anew before it expires. */
export function createInternalTokens(tokens: Tokens, clock: Clock): InternalTokens {
  const held = new WeakMap<AuthContext, { token: Promise<string>; renewAt: number }>();
  return (auth) => {
    const now = clock.now();
    const known = held.get(auth);
    if (known !== undefined && now < known.renewAt) return known.token;
    const token = tokens.sign(auth, { audience: "internal", ttlMs: internalTtlMs });
    held.set(auth, { token, renewAt: now + internalTtlMs - renewBeforeMs });
    return token;
  };
}
