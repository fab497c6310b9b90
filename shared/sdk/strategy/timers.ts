/** Timers of a strategy, on whatever clock it runs: they ring when they are asked to. */

import type { CancelTimer } from "./strategy.ts";

interface Ringer {
  at: number;
  readonly everyMs: number | null;
  readonly action: () => void;
}

/** Timers at most; a strategy that forgets to cancel them would slow every look. */
const timersMax = 10_000;

export class Timers {
  /** By time; of one moment, in the order they were set. */
  readonly #ringers: Ringer[] = [];

  /** When the next one rings. */
  get nextAt(): number {
    return this.#ringers[0]?.at ?? Infinity;
  }

  /** @throws RangeError for a span that is none, or too many timers. */
  set(now: number, ms: number, ring: { action: () => void; again: boolean }): CancelTimer {
    if (!(ms >= 0) || !Number.isFinite(ms) || (ring.again && ms < 1)) {
      throw new RangeError(`Cannot set a timer to ${ms} ms`);
    }
    if (this.#ringers.length >= timersMax) {
      throw new RangeError(`Cannot set more than ${timersMax} timers`);
    }
    const ringer = { at: now + ms, everyMs: ring.again ? ms : null, action: ring.action };
    this.#insert(ringer);
    return () => {
      const at = this.#ringers.indexOf(ringer);
      if (at >= 0) this.#ringers.splice(at, 1);
    };
  }

  /** Takes the next timer that is due by `time` and says when it was; `null` when none is. */
  take(time: number): { readonly at: number; readonly action: () => void } | null {
    const ringer = this.#ringers[0];
    if (ringer === undefined || ringer.at > time) return null;
    this.#ringers.shift();
    const { at, action } = ringer;
    if (ringer.everyMs !== null) {
      ringer.at += ringer.everyMs;
      this.#insert(ringer);
    }
    return { at, action };
  }

  #insert(ringer: Ringer): void {
    const ringers = this.#ringers;
    let at = ringers.length;
    while (at > 0 && ringers[at - 1]!.at > ringer.at) at--;
    ringers.splice(at, 0, ringer);
  }
}
