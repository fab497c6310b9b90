import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { epochMs, ManualClock } from "../domain/time.ts";
import { rateLimitHeaders } from "./rate_limit_headers.ts";
import { createRateLimiter } from "./rate_limiter.ts";

const start = epochMs(Date.UTC(2026, 0, 7));
const limiterOf = (limit: number, windowMs: number, keysMax = 100) => {
  const clock = new ManualClock(start);
  return { clock, limiter: createRateLimiter({ limit, windowMs, clock, keysMax }) };
};

Deno.test("take() allows the whole limit at once, then one per interval", () => {
  const { clock, limiter } = limiterOf(3, 1_000);
  assertEquals([1, 2, 3].map(() => limiter.take("a").remaining), [2, 1, 0]);
  const refused = limiter.take("a");
  assertEquals([refused.allowed, refused.remaining], [false, 0]);
  assertAlmostEquals(refused.retryAfterMs, 1_000 / 3, 1e-6);
  assertAlmostEquals(refused.resetMs, 1_000, 1e-6);
  clock.advanceBy(334);
  assertEquals([limiter.take("a").allowed, limiter.take("a").allowed], [true, false]);
});

Deno.test("take() keeps keys apart, and forgets the one unused longest", () => {
  const { limiter } = limiterOf(1, 1_000, 2);
  const taken = ["a", "b", "a", "c", "b", "a"].map((key) => [key, limiter.take(key).allowed]);
  assertEquals(taken, [
    ["a", true],
    ["b", true],
    ["a", false],
    ["c", true], // "a" is forgotten: its refusal used nothing
    ["b", false],
    ["a", true],
  ]);
});

Deno.test("take() never lets more than limit + elapsed / interval through", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 10, max: 5_000 }),
    fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
    (limit, windowMs, gaps) => {
      const { clock, limiter } = limiterOf(limit, windowMs);
      let allowed = 0;
      for (const gap of gaps) {
        clock.advanceBy(gap);
        if (limiter.take("a").allowed) allowed++;
      }
      const elapsed = clock.now() - start;
      return allowed <= Math.floor(limit + elapsed * limit / windowMs + 1e-3);
    },
  ));
});

Deno.test("take() allows again exactly when retryAfterMs has passed", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 1_000 }),
    fc.integer({ min: 1, max: 100_000 }),
    (limit, windowMs) => {
      const { clock, limiter } = limiterOf(limit, windowMs);
      for (let at = 0; at < limit; at++) if (!limiter.take("a").allowed) return false;
      const refused = limiter.take("a");
      clock.advanceBy(Math.ceil(refused.retryAfterMs));
      return !refused.allowed && limiter.take("a").allowed;
    },
  ));
});

Deno.test("createRateLimiter() throws a RangeError when the limit is not positive", () => {
  assertThrows(() => limiterOf(0, 1_000), RangeError, "limit 0");
});

Deno.test("rateLimitHeaders() tells policy and state, and Retry-After with a refusal only", () => {
  const { limiter } = limiterOf(2, 30_000);
  const headers = rateLimitHeaders(limiter);
  assertEquals(headers(limiter.take("a")), {
    "RateLimit-Policy": '"default";q=2;w=30',
    "RateLimit": '"default";r=1;t=15',
  });
  limiter.take("a");
  assertEquals(headers(limiter.take("a")), {
    "RateLimit-Policy": '"default";q=2;w=30',
    "RateLimit": '"default";r=0;t=30',
    "Retry-After": "15",
  });
});
