/**
 * Between a live venue, which waits for nobody, and whoever takes its prices: batches in order, and
 * beyond a maximum only the newest of each symbol.
 */

import type { Symbol } from "../domain/instrument.ts";
import type { Tick } from "./venue.ts";

/** Ticks that may wait: several seconds of every instrument. */
export const waitingTicksMax = 2_000;

/** What waits; `withdrawn` comes before `ticks`. */
export interface WaitingBatch {
  readonly ticks: readonly Tick[];
  readonly withdrawn: readonly Symbol[];
}

interface Batch {
  ticks: Tick[];
  withdrawn: Set<Symbol>;
}

export class TickQueue {
  #batches: Batch[] = [];
  #waiting = 0;
  #wake = Promise.withResolvers<void>();
  readonly #conflated: (ticks: number) => void;

  /** `conflated` hears how many ticks newer ones have replaced. */
  constructor(conflated: (ticks: number) => void) {
    this.#conflated = conflated;
  }

  push(tick: Tick): void {
    this.#last().ticks.push(tick);
    if (++this.#waiting > waitingTicksMax) this.#conflate();
  }

  withdraw(symbol: Symbol): void {
    let batch = this.#last();
    if (batch.ticks.some((tick) => tick.symbol === symbol)) {
      batch = { ticks: [], withdrawn: new Set() };
      this.#batches.push(batch);
    }
    batch.withdrawn.add(symbol);
  }

  /** Has a batch given out although nothing may be in it. */
  alive(): void {
    this.#last();
  }

  /** The oldest batch, as soon as there is one; `null` when the signal aborts first. */
  async take(signal: AbortSignal): Promise<WaitingBatch | null> {
    const abort = () => this.#wake.resolve();
    signal.addEventListener("abort", abort, { once: true });
    try {
      while (this.#batches.length === 0 && !signal.aborted) {
        this.#wake = Promise.withResolvers();
        await this.#wake.promise;
      }
    } finally {
      signal.removeEventListener("abort", abort);
    }
    if (signal.aborted) return null;
    const { ticks, withdrawn } = this.#batches.shift()!;
    this.#waiting -= ticks.length;
    return { ticks, withdrawn: [...withdrawn] };
  }

  #last(): Batch {
    const last = this.#batches.at(-1);
    if (last !== undefined) return last;
    const batch: Batch = { ticks: [], withdrawn: new Set() };
    this.#batches.push(batch);
    this.#wake.resolve();
    return batch;
  }

  #conflate(): void {
    const newest = new Map<Symbol, Tick | null>();
    for (const { ticks, withdrawn } of this.#batches) {
      for (const symbol of withdrawn) newest.set(symbol, null);
      for (const tick of ticks) {
        newest.delete(tick.symbol); // set anew, so the order is that of the newest
        newest.set(tick.symbol, tick);
      }
    }
    const ticks = [...newest.values()].filter((tick) => tick !== null);
    const withdrawn = [...newest].filter(([, tick]) => tick === null).map(([symbol]) => symbol);
    this.#conflated(this.#waiting - ticks.length);
    this.#batches = [{ ticks, withdrawn: new Set(withdrawn) }];
    this.#waiting = ticks.length;
  }
}
