/** Repeating a request that is safe to repeat, until it has an answer. */

import { type BackoffLimits, backoffMs, wait } from "./backoff.ts";
import { SpotwireProblem } from "./problem.ts";

export interface RetryLimits extends BackoffLimits {
  /** Attempts in all; 1 never repeats. */
  readonly attemptsMax: number;
}

export interface RetryOptions {
  readonly limits: RetryLimits;
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `once` again after a 503, a 504, a timeout or a network failure, and throws the last failure
 * when the attempts are used up. An answer that says no is an answer: it is thrown at once.
 */
export async function repeatUntilAnswered<T>(
  once: () => Promise<T>,
  { limits, random, signal }: RetryOptions,
): Promise<T> {
  for (let attempt = 0;; attempt++) {
    try {
      return await once();
    } catch (error) {
      if (attempt + 1 >= limits.attemptsMax || signal?.aborted || !isOpen(error)) throw error;
      const asked = error instanceof SpotwireProblem ? error.retryAfterMs ?? 0 : 0;
      const own = backoffMs(attempt, limits, random);
      await wait(Math.min(limits.delayMsMax, Math.max(asked, own)), signal);
    }
  }
}

/** Whether the outcome is not known: no answer came, or one that says so. */
const isOpen = (error: unknown): boolean =>
  error instanceof SpotwireProblem ? error.status === 503 || error.status === 504 : true;
