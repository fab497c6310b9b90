/** A two-sided price and how far it can be trusted at a moment. */

import type { Price, Symbol } from "./instrument.ts";
import { type EpochMs, epochMs } from "./time.ts";

/**
 * `live`: fresh. `quiet`: the venue is alive and has simply not moved it. `stale`: too old, or its
 * venue has fallen silent. `closed`: the market is. Orders are refused against the last two.
 */
export type QuoteStatus = "live" | "quiet" | "stale" | "closed";

export interface Quote {
  readonly symbol: Symbol;
  readonly bid: Price;
  readonly ask: Price;
  /** The venue's own time of the price. */
  readonly venueTime: EpochMs;
  /** When ingest had it in hand. */
  readonly receivedTime: EpochMs;
  /** Rises by one with every quote of the symbol; starts anew, higher, when ingest restarts. */
  readonly sequence: number;
}

/** The ages that part the statuses, in milliseconds. */
export interface QuoteAges {
  /** Up to here a quote is live. */
  readonly liveMsMax: number;
  /** Up to here, with its venue alive, it is quiet; beyond, stale. */
  readonly quietMsMax: number;
  /** How often a venue proves it is alive; two missed make all its quotes stale. */
  readonly heartbeatMs: number;
}

export const defaultQuoteAges: QuoteAges = {
  liveMsMax: 5_000,
  quietMsMax: 300_000,
  heartbeatMs: 1_000,
};

/** How far the prices were known when something was decided: what a replay shows it again. */
export interface PriceMark {
  /** Venue time of the newest quote of any symbol. */
  readonly quotedAt: EpochMs;
  /** The venue had not been heard for two heartbeats, so that no price stood. */
  readonly silent?: true;
}

/** Whether a venue that was last heard at a moment has fallen silent by another. */
export const isSilent = (heardAt: EpochMs, now: EpochMs, ages: QuoteAges): boolean =>
  // A word from the future, after a clock was set back, must not keep a dead feed alive.
  Math.abs(now - heardAt) > 2 * ages.heartbeatMs;

/** `null` before the first quote. */
export const priceMark = (
  quotedAt: EpochMs,
  moment: { readonly now: EpochMs; readonly heardAt: EpochMs },
  ages: QuoteAges = defaultQuoteAges,
): PriceMark | null => {
  if (quotedAt === 0) return null;
  return isSilent(moment.heardAt, moment.now, ages) ? { quotedAt, silent: true } : { quotedAt };
};

/** Age against the time of receipt, so a venue's wrong clock cannot make an old price young. */
export const quoteAgeMs = (quote: Quote, now: EpochMs): number =>
  Math.max(0, now - quote.receivedTime);

export function quoteStatus(
  quote: Quote,
  moment: { now: EpochMs; open: boolean; venueHeardAt: EpochMs },
  ages: QuoteAges = defaultQuoteAges,
): QuoteStatus {
  if (!moment.open) return "closed";
  const heardAt = Math.max(moment.venueHeardAt, quote.receivedTime) as EpochMs;
  if (isSilent(heardAt, moment.now, ages)) return "stale";
  const age = quoteAgeMs(quote, moment.now);
  if (age <= ages.liveMsMax) return "live";
  return age <= ages.quietMsMax ? "quiet" : "stale";
}

/** Twice the mid in points: exact where the mid itself may fall on half a point. */
export const twiceMid = (quote: Quote): number => quote.bid + quote.ask;

/** A venue heard this much earlier than before has had its clock set back. */
const setBackMs = 10_000;

/** The newest quote of each symbol, when the venue was last heard, and what it has withdrawn. */
export class QuoteBook {
  readonly #quotes = new Map<string, Quote>();
  readonly #withdrawn = new Set<string>();
  #heardAt: EpochMs = epochMs(0);
  #quotedAt: EpochMs = epochMs(0);
  #version = 0;

  /** Takes a quote unless one as new is held; says whether it did. */
  apply(quote: Quote): boolean {
    const held = this.#quotes.get(quote.symbol);
    if (held !== undefined && held.sequence >= quote.sequence) return false;
    this.#quotes.set(quote.symbol, quote);
    this.#withdrawn.delete(quote.symbol);
    this.heard(quote.receivedTime);
    if (quote.venueTime > this.#quotedAt) this.#quotedAt = quote.venueTime;
    this.#version++;
    return true;
  }

  /** The venue gave a sign of life. */
  heard(at: EpochMs): void {
    if (at > this.#heardAt || at < this.#heardAt - setBackMs) this.#heardAt = at;
  }

  /** The symbol's price no longer stands, though its venue is alive: stale until restored. */
  withdraw(symbol: string): void {
    if (this.#quotes.has(symbol)) this.#withdrawn.add(symbol);
  }

  /** The price the symbol was left with stands after all; a new quote says so too. */
  restore(symbol: string): void {
    this.#withdrawn.delete(symbol);
  }

  get(symbol: string): Quote | undefined {
    return this.#quotes.get(symbol);
  }

  all(): Iterable<Quote> {
    return this.#quotes.values();
  }

  get heardAt(): EpochMs {
    return this.#heardAt;
  }

  /** How far it has come by a moment; `null` before the first quote. */
  mark(now: EpochMs): PriceMark | null {
    return priceMark(this.#quotedAt, { now, heardAt: this.#heardAt });
  }

  /** Changes whenever a price does; lets a caller keep what it derived from the prices. */
  get version(): number {
    return this.#version;
  }

  /** The status of one of its quotes at a moment. */
  status(quote: Quote, moment: { now: EpochMs; open: boolean }, ages?: QuoteAges): QuoteStatus {
    const status = quoteStatus(quote, { ...moment, venueHeardAt: this.#heardAt }, ages);
    return status !== "closed" && this.#withdrawn.has(quote.symbol) ? "stale" : status;
  }
}
