/** Pauses between attempts that go on for ever: doubling, bounded, spread so that callers part ways. */

import type { Random } from "../domain/random.ts";

export interface BackoffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
  readonly random: Random;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  /** @throws RangeError unless `0 < firstMs <= mostMs`. */
  constructor(options: BackoffOptions) {
    const { firstMs, mostMs } = options;
    if (!(firstMs > 0 && mostMs >= firstMs)) {
      throw new RangeError(`Cannot wait from ${firstMs} to ${mostMs} ms: use 0 < first <= most`);
    }
    this.#options = options;
  }

  /** The next pause in milliseconds, never less than the other side asked for. */
  nextMs(askedMs = 0): number {
    const { firstMs, mostMs, random } = this.#options;
    const full = Math.min(mostMs, firstMs * 2 ** Math.min(this.#attempts++, 30));
    return Math.max(askedMs, full * (0.5 + random.next() / 2));
  }

  /** All is well: the next pause is a first one. */
  reset(): void {
    this.#attempts = 0;
  }
}
