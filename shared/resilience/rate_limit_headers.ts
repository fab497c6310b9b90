/**
 * How a limit is told to clients: `RateLimit-Policy` and `RateLimit` (IETF httpapi draft "RateLimit
 * header fields for HTTP"), and `Retry-After` (RFC 9110) with a refusal. Seconds, rounded up.
 */

import type { RateDecision, RateLimiter } from "./rate_limiter.ts";

const seconds = (ms: number) => Math.ceil(ms / 1_000);

/** A function from a decision to the fields of its answer; `name` names the policy. */
export function rateLimitHeaders(
  limiter: Pick<RateLimiter, "limit" | "windowMs">,
  name = "default",
): (decision: RateDecision) => Record<string, string> {
  const policy = `"${name}";q=${limiter.limit};w=${seconds(limiter.windowMs)}`;
  return ({ allowed, remaining, resetMs, retryAfterMs }) => ({
    "RateLimit-Policy": policy,
    "RateLimit": `"${name}";r=${remaining};t=${seconds(resetMs)}`,
    ...(allowed ? {} : { "Retry-After": String(Math.max(1, seconds(retryAfterMs))) }),
  });
}
