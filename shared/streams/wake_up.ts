/** Waiting for one of: something new, a moment, an abort. */

export class WakeUp {
  readonly #waiting = new Set<() => void>();

  /** Wakes everyone who waits now. */
  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next `wake()`, after `ms`, or on abort, whichever is first; never rejects. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      if (Number.isFinite(ms)) timer = setTimeout(done, ms);
      this.#waiting.add(done);
      signal?.addEventListener("abort", done);
    });
  }
}
