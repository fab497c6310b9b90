/**
 * What a pricing stream's silence means, symbol by symbol. Pure but for the state it moves on.
 *
 * OANDA sends a price when it changes and a heartbeat every five seconds, and a stream opened anew
 * begins with the present price of each instrument. So: a stream on which nothing was heard for
 * nearly two heartbeats is no longer a sign of life. One that has heartbeats but no prices while the
 * market is open is opened again, for its first prices confirm those that stand; where none come
 * within two heartbeats of the last, all its symbols are withdrawn.
 */

import type { Symbol } from "../../domain/instrument.ts";

/** OANDA's own: a heartbeat every five seconds; two missed, and a stream is dead. */
export const oandaHeartbeatMs = 5_000;
export const silentMsMax = 2 * oandaHeartbeatMs;
/** How often a venue's life is looked at and told. */
export const pulseMs = 1_000;
/** Readers hold a venue alive for so long after its last sign of life: two of the platform's. */
const believedMs = 2_000;
/** Prices missing so long are asked for again; in time for the answer to keep them standing. */
const askAgainMs = 1.5 * oandaHeartbeatMs;
/** A fresh stream gives the present prices at once; a symbol without one by then has none. */
const snapshotMsMax = 2_000;

export interface Look {
  /** The stream was heard lately enough to vouch for its symbols. */
  readonly alive: boolean;
  /** Symbols whose prices no longer stand, each told once. */
  readonly withdrawn: readonly Symbol[];
  /** Prices are missing: open the stream again. */
  readonly askAgain: boolean;
}

export class PriceWatch {
  readonly #symbols: readonly Symbol[];
  /** Their price stands. */
  readonly #standing = new Set<Symbol>();
  /** OANDA does not trade them now. */
  readonly #untradeable = new Set<Symbol>();
  /** Without a word since the stream was opened. */
  #unconfirmed: Set<Symbol>;
  /** From then on, what is unconfirmed has no price. */
  #confirmBy = -Infinity;
  #openedAt = -Infinity;
  #heardAt = -Infinity;
  #pricedAt = -Infinity;
  /** The market has been open since. */
  #openSince: number | null = null;

  constructor(symbols: readonly Symbol[]) {
    this.#symbols = symbols;
    this.#unconfirmed = new Set(symbols);
  }

  /** A break too short to be noticed leaves the prices a moment to be confirmed; death does not. */
  opened(now: number): void {
    this.#openedAt = now;
    this.#confirmBy = this.#isAlive(now) ? now + snapshotMsMax : now;
    this.#unconfirmed = new Set(this.#symbols);
  }

  heard(now: number): void {
    this.#heardAt = now;
  }

  priced(symbol: Symbol, now: number): void {
    this.#pricedAt = now;
    this.#standing.add(symbol);
    this.#untradeable.delete(symbol);
    this.#unconfirmed.delete(symbol);
  }

  /** The symbol has no price for now; says whether that is news. */
  unpriced(symbol: Symbol, { untradeable }: { untradeable: boolean }): boolean {
    if (untradeable) this.#untradeable.add(symbol);
    const news = this.#standing.delete(symbol) || this.#unconfirmed.has(symbol);
    this.#unconfirmed.delete(symbol);
    return news;
  }

  look(now: number, marketOpen: boolean): Look {
    this.#openSince = marketOpen ? this.#openSince ?? now : null;
    const alive = this.#isAlive(now);
    if (!alive) return { alive, withdrawn: [], askAgain: false };
    const pricelessMs = this.#openSince === null
      ? 0
      : now - Math.max(this.#pricedAt, this.#openSince);
    const wanted = this.#untradeable.size < this.#symbols.length;
    const askAgain = wanted && pricelessMs >= askAgainMs && now - this.#openedAt >= askAgainMs;
    // Looked at again a pulse from now, it would be too late.
    const priceless = wanted && pricelessMs + pulseMs > silentMsMax;
    return { alive, withdrawn: this.#takeBack(now, priceless), askAgain };
  }

  #isAlive(now: number): boolean {
    return now - this.#heardAt <= silentMsMax - believedMs;
  }

  #takeBack(now: number, priceless: boolean): readonly Symbol[] {
    const gone: Symbol[] = [];
    if (priceless) {
      gone.push(...this.#standing);
      this.#standing.clear();
    }
    if (now >= this.#confirmBy && this.#unconfirmed.size > 0) {
      gone.push(...this.#unconfirmed);
      for (const symbol of this.#unconfirmed) this.#standing.delete(symbol);
      this.#unconfirmed.clear();
    }
    return [...new Set(gone)];
  }
}
