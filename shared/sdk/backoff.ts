/** Waiting between attempts: doubling, bounded, and spread so that clients do not return together. */

export interface BackoffLimits {
  /** First wait, in milliseconds, before it is spread. */
  readonly baseMs: number;
  /** Longest wait, in milliseconds. */
  readonly delayMsMax: number;
}

/** Between half and all of `baseMs` doubled `attempt` times (from 0), at most `delayMsMax`. */
export function backoffMs(attempt: number, limits: BackoffLimits, random: () => number): number {
  const full = Math.min(limits.delayMsMax, limits.baseMs * 2 ** Math.min(attempt, 30));
  return full / 2 + random() * (full / 2);
}

/** The machine's own randomness, for whoever brings none. */
export function machineRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
