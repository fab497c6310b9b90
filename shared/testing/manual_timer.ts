/**
 * A timer that a test moves: whoever waits on it goes on when its moment is reached, in order. Time
 * stands until what came of the moment before is done, which those know who sent it: `calm`.
 */

import { type EpochMs, epochMs, type Timer } from "../domain/time.ts";
import { nextTurn } from "../runtime/time.ts";

interface Sleeper {
  readonly at: EpochMs;
  readonly wake: () => void;
}

export class ManualTimer implements Timer {
  readonly #sleepers = new Set<Sleeper>();
  readonly #calm: () => Promise<void>;
  #now: EpochMs;

  /** `calm` resolves when nothing is under way any more; default: within this process. */
  constructor(start: EpochMs, calm: () => Promise<void> = turns) {
    this.#now = start;
    this.#calm = calm;
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
      await this.#calm();
      const due = [...this.#sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      if (due.at > this.#now) this.#now = due.at;
      due.wake();
    }
    this.#now = end;
    await this.#calm();
  }

  /** Sets the clock, back too, as a machine's is; nobody's waiting changes. */
  jumpBy(ms: number): void {
    this.#now = epochMs(this.#now + ms);
  }
}

/** Turns of the event loop that work under way within this process gets before time moves on. */
const turnsOfWork = 6;

/** Lets this process do what it can without the outside: what waits for a socket still waits. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < turnsOfWork; turn++) await nextTurn();
}
