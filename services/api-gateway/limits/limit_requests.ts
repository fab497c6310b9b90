/** Requests per key and second; those without a good key are counted by the address they come from. */

import { Problem } from "../../../shared/runtime/problem.ts";
import type { Limit } from "../../../shared/runtime/service_deps.ts";
import { rateLimitHeaders } from "../../../shared/resilience/rate_limit_headers.ts";
import type { RateLimiter } from "../../../shared/resilience/rate_limiter.ts";

export function limitBy(limiter: RateLimiter): Limit {
  const headersOf = rateLimitHeaders(limiter);
  return (auth, info) => {
    const decision = limiter.take(auth?.subject ?? `address:${addressOf(info)}`);
    const headers = headersOf(decision);
    if (!decision.allowed) {
      throw new Problem("rate_limited", `At most ${limiter.limit} requests a second`, { headers });
    }
    return headers;
  };
}

/** The peer's address, which the server passes beside the request; requests within a process have none. */
function addressOf(info: unknown): string {
  const address = (info as { remoteAddr?: Deno.Addr } | undefined)?.remoteAddr;
  return address !== undefined && "hostname" in address ? address.hostname : "local";
}
