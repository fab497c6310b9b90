/**
 * Limits of requests per key, by the generic cell rate algorithm (ITU-T I.371): exact at every
 * moment, without windows whose edges let twice the limit through.
 */

import type { Clock } from "../domain/time.ts";

export interface RateLimiterOptions {
  /** Requests per window, all of which may come at once. */
  readonly limit: number;
  readonly windowMs: number;
  readonly clock: Clock;
  /** Keys remembered at most; the one unused longest is forgotten first, and starts afresh. */
  readonly keysMax: number;
}

export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** Requests that would be allowed at once now. */
  readonly remaining: number;
  /** Until the whole limit is there again. */
  readonly resetMs: number;
  /** Until one request is allowed; 0 when this one was. */
  readonly retryAfterMs: number;
}

export interface RateLimiter {
  take(key: string): RateDecision;
  readonly limit: number;
  readonly windowMs: number;
}

/** @throws RangeError for a limit, window or number of keys that is not positive. */
export function createRateLimiter(
  { limit, windowMs, clock, keysMax }: RateLimiterOptions,
): RateLimiter {
  for (const [name, value] of Object.entries({ limit, windowMs, keysMax })) {
    if (!(value > 0)) throw new RangeError(`Cannot limit with ${name} ${value}: use more than 0`);
  }
  const intervalMs = windowMs / limit;
  // Many sums of a fraction must not refuse the last request of a full limit.
  const tolerance = intervalMs * 1e-6;
  const buckets = new Map<string, Bucket>();

  return {
    limit,
    windowMs,
    take(key) {
      const now = clock.now();
      const held = buckets.get(key);
      const before = held === undefined ? 0 : Math.max(0, held.level - (now - held.at));
      const after = before + intervalMs;
      if (after - windowMs > tolerance) {
        const retryAfterMs = after - windowMs;
        return { allowed: false, limit, remaining: 0, resetMs: before, retryAfterMs };
      }
      if (held !== undefined && now - held.at < windowMs) {
        held.level = after;
        held.at = now;
      } else {
        buckets.delete(key); // set anew, so the order is that of use, to a window
        if (buckets.size >= keysMax) buckets.delete(buckets.keys().next().value!);
        buckets.set(key, { level: after, at: now });
      }
      const remaining = Math.floor((windowMs - after + tolerance) / intervalMs);
      return { allowed: true, limit, remaining, resetMs: after, retryAfterMs: 0 };
    },
  };
}

/**
 * The algorithm's arrival time, kept as its distance from a moment: a sum of epoch milliseconds
 * and a fraction would lose the fraction's digits.
 */
interface Bucket {
  /** Milliseconds of the window used up at `at`; they come back as time passes. */
  level: number;
  at: number;
}
