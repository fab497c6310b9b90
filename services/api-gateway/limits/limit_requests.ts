/** Requests per key and second; those without a good key are counted by the address they come from. */

import type { MiddlewareHandler } from "hono";
import {
  type AuthContext,
  type Authenticate,
  readCredential,
} from "../../../shared/runtime/auth.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { AppEnv } from "../../../shared/runtime/service_app.ts";
import { rateLimitHeaders } from "../../../shared/resilience/rate_limit_headers.ts";
import type { RateLimiter } from "../../../shared/resilience/rate_limiter.ts";

export function limitRequests(
  limiter: RateLimiter,
  authenticate: Authenticate,
): MiddlewareHandler<AppEnv> {
  const headersOf = rateLimitHeaders(limiter);
  return async function limitRequests(c, next) {
    const credential = readCredential(c.req.raw.headers);
    const found = credential === null ? null : authenticate(credential);
    const auth: AuthContext | null = found instanceof Promise ? await found : found;
    const decision = limiter.take(auth?.subject ?? `address:${addressOf(c.env)}`);
    const headers = headersOf(decision);
    if (!decision.allowed) {
      throw new Problem("rate_limited", `At most ${limiter.limit} requests a second`, { headers });
    }
    await next();
    if (c.res.status === 101) return;
    for (const name in headers) c.res.headers.set(name, headers[name]!);
  };
}

/** The peer's address, which the server passes beside the request; requests within a process have none. */
function addressOf(info: unknown): string {
  const address = (info as { remoteAddr?: Deno.Addr } | undefined)?.remoteAddr;
  return address !== undefined && "hostname" in address ? address.hostname : "local";
}
