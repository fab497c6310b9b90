/** Failures by what a caller may do about them. Decided where they are born, never by their text. */

/** Trying again unchanged is safe and may help. */
export class Retryable extends Error {
  override readonly name = "Retryable";
  /** The other side asked for this pause (`Retry-After`). */
  readonly afterMs: number | undefined;

  constructor(message: string, options: { afterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.afterMs = options.afterMs;
  }
}

/** The other side is well and has refused: trying again unchanged fails again. */
export class NonRetryable extends Error {
  override readonly name = "NonRetryable";
}

/** No answer in time. What was asked may have been done: only idempotent work is tried again. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/** The circuit is open: the other side has failed too often, and is left alone for a while. */
export class CircuitOpen extends Error {
  override readonly name = "CircuitOpen";
}

/** As much as allowed is under way and waiting already. */
export class BulkheadFull extends Error {
  override readonly name = "BulkheadFull";
}
