/**
 * The last quotes of each symbol, so that a client that was away for a moment can be told what it
 * missed. Sequences of a symbol rise by one: what follows without a hole is complete.
 */

import { resumeLimits } from "../../../shared/contracts/messages/feed.ts";
import type { Quote } from "../../../shared/domain/quote.ts";

const { quotesPerSymbol } = resumeLimits;

interface Ring {
  readonly quotes: Quote[];
  /** Where the next one goes, once the ring is full. */
  next: number;
}

export class RecentQuotes {
  readonly #rings = new Map<string, Ring>();

  /** Takes the symbol's next quote; sequences must rise. */
  push(quote: Quote): void {
    let ring = this.#rings.get(quote.symbol);
    if (ring === undefined) this.#rings.set(quote.symbol, ring = { quotes: [], next: 0 });
    if (ring.quotes.length < quotesPerSymbol) ring.quotes.push(quote);
    else {
      ring.quotes[ring.next] = quote;
      ring.next = (ring.next + 1) % quotesPerSymbol;
    }
  }

  /**
   * Every quote of the symbol after the sequence, oldest first; `null` when one of them is not kept
   * any more, or never came here.
   */
  after(symbol: string, sequence: number): Quote[] | null {
    const ring = this.#rings.get(symbol);
    if (ring === undefined) return null;
    const { quotes, next } = ring;
    const missed: Quote[] = [];
    for (let back = 1; back <= quotes.length; back++) {
      const quote = quotes[(next - back + 2 * quotes.length) % quotes.length]!;
      if (quote.sequence <= sequence) break;
      missed.push(quote);
    }
    missed.reverse();
    return missed.every((quote, at) => quote.sequence === sequence + 1 + at) ? missed : null;
  }
}
