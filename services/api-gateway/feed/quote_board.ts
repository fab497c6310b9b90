/**
 * The newest quote of each symbol as clients read it, and what has come since the last flush. A
 * quote becomes text once, however many clients it goes to; a status that changes without a price
 * makes new text of the same quote.
 */

import { formatPrice } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { Quote, QuoteStatus } from "../../../shared/domain/quote.ts";

/** Quotes between two flushes at most; the caller flushes when they are reached. */
export const pendingMax = 1_000;

interface Entry {
  quote: Quote;
  status: QuoteStatus;
  /** JSON of the quote. */
  text: string;
}

/** A quote on its way to the clients. */
export interface PendingQuote {
  readonly symbol: string;
  readonly text: string;
}

export class QuoteBoard {
  readonly #entries = new Map<string, Entry>();
  readonly #statusOf: (quote: Quote) => QuoteStatus;
  #pending: PendingQuote[] = [];

  constructor(statusOf: (quote: Quote) => QuoteStatus) {
    this.#statusOf = statusOf;
  }

  /** Takes a quote unless a newer one is held. */
  put(quote: Quote): void {
    const { symbol } = quote;
    const held = this.#entries.get(symbol);
    if (held !== undefined && held.quote.sequence > quote.sequence) return;
    const status = this.#statusOf(quote);
    const text = quoteText(quote, status);
    this.#entries.set(symbol, { quote, status, text });
    this.#pending.push({ symbol, text });
  }

  /** Looks at the status of every quote again; those that changed are sent again. */
  refresh(): void {
    for (const [symbol, entry] of this.#entries) {
      const status = this.#statusOf(entry.quote);
      if (status === entry.status) continue;
      entry.status = status;
      entry.text = quoteText(entry.quote, status);
      this.#pending.push({ symbol, text: entry.text });
    }
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** What has come since the last call, in order. */
  takePending(): readonly PendingQuote[] {
    const pending = this.#pending;
    if (pending.length > 0) this.#pending = [];
    return pending;
  }

  symbols(): Iterable<string> {
    return this.#entries.keys();
  }

  /** The newest quote of each of the symbols that has one. */
  newest(symbols: Iterable<string>): PendingQuote[] {
    const found: PendingQuote[] = [];
    for (const symbol of symbols) {
      const entry = this.#entries.get(symbol);
      if (entry !== undefined) found.push({ symbol, text: entry.text });
    }
    return found;
  }
}

/** None of the values can hold a character that JSON escapes. */
function quoteText(quote: Quote, status: QuoteStatus): string {
  const instrument = instrumentOf(quote.symbol);
  return `{"symbol":"${quote.symbol}","bid":"${formatPrice(quote.bid, instrument)}"` +
    `,"ask":"${formatPrice(quote.ask, instrument)}","time":${quote.venueTime}` +
    `,"receivedTime":${quote.receivedTime},"sequence":${quote.sequence},"status":"${status}"}`;
}
