/**
 * Calls to what may fail, under one policy: retry around bulkhead around circuit breaker around
 * timeout, each present when its options are. Over cockatiel, which does the mechanics.
 */

import {
  type BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhen,
  type IPolicy,
  isBrokenCircuitError,
  isTaskCancelledError,
  noop,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import type { Random } from "../domain/random.ts";
import { BulkheadFull, CircuitOpen, NonRetryable, Retryable, TimedOut } from "./errors.ts";

export interface RetryOptions {
  /** Attempts beyond the first. */
  readonly retriesMax: number;
  /** Before the first retry; doubles with each. Spread by up to half, so callers part ways. */
  readonly delayMs: number;
  readonly delayMsMax: number;
  readonly random: Random;
  /** Also after {@link TimedOut}: for idempotent work only. Default false. */
  readonly timeouts?: boolean | undefined;
}

export interface BreakerOptions {
  /** Failures in a row that open the circuit. */
  readonly failuresMax: number;
  /** How long it stays open before one call may try. */
  readonly cooldownMs: number;
}

export interface BulkheadOptions {
  readonly concurrentMax: number;
  readonly waitingMax: number;
}

export interface PolicyOptions {
  readonly retry?: RetryOptions | undefined;
  /** Of one attempt. */
  readonly timeoutMs?: number | undefined;
  /** Whether what the work began may go on once it has returned in time. Default false: its signal aborts. */
  readonly signalOutlives?: boolean | undefined;
  readonly breaker?: BreakerOptions | undefined;
  readonly bulkhead?: BulkheadOptions | undefined;
}

export type BreakerState = "closed" | "open" | "half_open";

export interface Policy {
  /**
   * Does the work under the policy. The work must end when its signal aborts.
   * @throws TimedOut, CircuitOpen, BulkheadFull, the signal's reason, or what the work threw.
   */
  execute<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** `closed` without a breaker. */
  readonly breakerState: BreakerState;
}

/** @throws RangeError for an option that is not a positive number. */
export function createPolicy(options: PolicyOptions): Policy {
  checkOptions(options);
  const breaker = options.breaker === undefined ? undefined : createBreaker(options.breaker);
  const layers: IPolicy[] = [noop];
  if (options.retry !== undefined) layers.push(createRetry(options.retry));
  if (options.bulkhead !== undefined) {
    layers.push(bulkhead(options.bulkhead.concurrentMax, options.bulkhead.waitingMax));
  }
  if (breaker !== undefined) layers.push(breaker);
  if (options.timeoutMs !== undefined) {
    const abortOnReturn = options.signalOutlives !== true;
    layers.push(
      timeout(options.timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn }),
    );
  }
  const composed = wrap(...layers);
  return {
    async execute(work, signal) {
      signal?.throwIfAborted();
      try {
        return await composed.execute((attempt) => attemptOf(work, attempt.signal, signal));
      } catch (error) {
        if (error instanceof Canceled) throw signal?.reason;
        throw asOwn(error);
      }
    },
    get breakerState() {
      return breaker === undefined ? "closed" : stateOf(breaker);
    },
  };
}

/** The caller gave up: says nothing about the other side, so it must not open the circuit. */
class Canceled extends Error {}

function attemptOf<T>(
  work: (signal: AbortSignal) => Promise<T>,
  attempt: AbortSignal,
  caller: AbortSignal | undefined,
): Promise<T> {
  if (caller?.aborted) return Promise.reject(new Canceled());
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new Canceled());
    caller?.addEventListener("abort", cancel, { once: true });
    work(caller === undefined ? attempt : AbortSignal.any([attempt, caller]))
      // Work that heeds the timeout's signal fails with an abort; it is the timeout all the same.
      .then(resolve, (error) => reject(attempt.aborted ? timedOut(error) : error))
      .finally(() => caller?.removeEventListener("abort", cancel));
  });
}

const timedOut = (cause: unknown) => new TimedOut("No answer in time", { cause });

const isTimeout = (error: unknown) => error instanceof TimedOut || isTaskCancelledError(error);

function createRetry({ retriesMax, delayMs, delayMsMax, random, timeouts }: RetryOptions) {
  const wanted = (error: unknown) =>
    error instanceof Retryable || (timeouts === true && isTimeout(error));
  const backoff = new DelegateBackoff<{ attempt: number; result: unknown }>(
    ({ attempt, result }) => {
      const { error } = result as { error?: unknown };
      const spread = 0.5 + random.next() / 2;
      const own = Math.min(delayMsMax, delayMs * 2 ** (attempt - 1)) * spread;
      const asked = error instanceof Retryable ? error.afterMs ?? 0 : 0;
      return Math.min(delayMsMax, Math.max(asked, own));
    },
  );
  return retry(handleWhen(wanted), { maxAttempts: retriesMax, backoff });
}

function createBreaker({ failuresMax, cooldownMs }: BreakerOptions): CircuitBreakerPolicy {
  const counts = (error: unknown) =>
    !(error instanceof NonRetryable) && !(error instanceof Canceled);
  return circuitBreaker(handleWhen(counts), {
    halfOpenAfter: cooldownMs,
    breaker: new ConsecutiveBreaker(failuresMax),
  });
}

function stateOf(breaker: CircuitBreakerPolicy): BreakerState {
  if (breaker.state === CircuitState.Closed) return "closed";
  return breaker.state === CircuitState.HalfOpen ? "half_open" : "open";
}

function asOwn(error: unknown): unknown {
  if (isTaskCancelledError(error)) return timedOut(error);
  if (isBrokenCircuitError(error)) {
    const cause: BrokenCircuitError = error;
    return new CircuitOpen("Failed too often; left alone for a while", { cause });
  }
  if (error instanceof BulkheadRejectedError) {
    return new BulkheadFull("Too many calls are under way", { cause: error });
  }
  return error;
}

function checkOptions({ retry, timeoutMs, breaker, bulkhead }: PolicyOptions): void {
  const positive = {
    timeoutMs,
    retriesMax: retry?.retriesMax,
    delayMs: retry?.delayMs,
    delayMsMax: retry?.delayMsMax,
    failuresMax: breaker?.failuresMax,
    cooldownMs: breaker?.cooldownMs,
    concurrentMax: bulkhead?.concurrentMax,
  };
  for (const [name, value] of Object.entries(positive)) {
    if (value !== undefined && !(value > 0)) {
      throw new RangeError(`Cannot use ${name} ${value}: use more than 0`);
    }
  }
  if (bulkhead !== undefined && !(bulkhead.waitingMax >= 0)) {
    throw new RangeError(`Cannot use waitingMax ${bulkhead.waitingMax}: use 0 or more`);
  }
}
