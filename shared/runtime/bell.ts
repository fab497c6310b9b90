/** Wakes a loop that waits for work. */

import { pause } from "./time.ts";

/** A ring while the loop works is kept for its next wait, so none is lost. */
export class Bell {
  #rung = false;
  #wake: () => void = () => {};

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /**
   * Waits for a ring since the last wait, for `ms` milliseconds or for the signal, whichever is
   * first; says whether it rang. Never rejects. For one loop at a time.
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung) {
      const rung = new AbortController();
      this.#wake = () => rung.abort();
      await pause(ms, AbortSignal.any([signal, rung.signal]));
      this.#wake = () => {};
    }
    const rang = this.#rung;
    this.#rung = false;
    return rang;
  }
}
