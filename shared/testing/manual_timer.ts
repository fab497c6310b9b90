/** A timer that a test moves: whoever waits on it goes on when its moment is reached, in order. */

import { type EpochMs, epochMs, type Timer } from "../domain/time.ts";
import { nextTurn } from "../runtime/time.ts";

interface Sleeper {
  readonly at: EpochMs;
  readonly wake: () => void;
}

export class ManualTimer implements Timer {
  readonly #sleepers = new Set<Sleeper>();
  #now: EpochMs;

  constructor(start: EpochMs) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  sleepUntil(at: EpochMs, signal: AbortSignal): Promise<void> {
    if (at <= this.#now || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { at, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  /** Moves on, stopping at every moment somebody waits for and letting them work. */
  async advanceBy(ms: number): Promise<void> {
    const end = epochMs(this.#now + ms);
    for (;;) {
      await settled();
      const due = [...this.#sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      if (due.at > this.#now) this.#now = due.at;
      due.wake();
    }
    this.#now = end;
    await settled();
  }

  /** Sets the clock, back too, as a machine's is; nobody's waiting changes. */
  jumpBy(ms: number): void {
    this.#now = epochMs(this.#now + ms);
  }
}

/** Turns of the event loop that work under way in this process gets before time moves on. */
const turns = 6;
/** And what its sockets get to carry bytes over loopback. */
const carryMs = 2;
/** A timer this much later shows that the machine is busy otherwise: bytes get another turn. */
const lateMs = 2;
const againMax = 25;

async function settled(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
  for (let again = 0; again < againMax; again++) {
    const askedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, carryMs));
    if (performance.now() - askedAt < carryMs + lateMs) return;
  }
}
