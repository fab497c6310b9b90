/** The recorded prices of a session in memory, and how a desk is shown them as far as it knew them. */

import type { Price, Symbol } from "../../../../shared/domain/instrument.ts";
import {
  defaultQuoteAges,
  type PriceMark,
  type Quote,
  QuoteBook,
} from "../../../../shared/domain/quote.ts";
import { type EpochMs, epochMs } from "../../../../shared/domain/time.ts";
import type { TapePiece } from "../engine/tape.ts";

/** Prices of all symbols by venue time; of one moment, in the order of the symbols. */
export interface RecordedPrices {
  readonly symbols: readonly Symbol[];
  readonly pieces: readonly TapePiece[];
}

/** A place in recorded prices that only moves on. */
export class PriceReader {
  readonly #prices: RecordedPrices;
  #piece = 0;
  #at = 0;
  #sequence = 0;

  constructor(prices: RecordedPrices) {
    this.#prices = prices;
  }

  /** Venue time of the next price; `Infinity` at the end. */
  get nextAt(): number {
    const { pieces } = this.#prices;
    for (; this.#piece < pieces.length; this.#piece++, this.#at = 0) {
      const piece = pieces[this.#piece]!;
      if (this.#at < piece.length) return piece.time[this.#at]!;
    }
    return Infinity;
  }

  /** The next price, received then. There must be one. */
  take(receivedTime: EpochMs): Quote {
    const { symbols, pieces } = this.#prices;
    const { time, bid, ask, slot } = pieces[this.#piece]!;
    const at = this.#at++;
    return {
      symbol: symbols[slot === null ? 0 : slot[at]!]!,
      bid: bid[at]! as Price,
      ask: ask[at]! as Price,
      venueTime: epochMs(time[at]!),
      receivedTime,
      sequence: ++this.#sequence,
    };
  }
}

/** What a desk knew of the prices, decision by decision. */
export class KnownPrices {
  readonly book = new QuoteBook();
  readonly #reader: PriceReader;
  /** Moments whose prices are asked for once more later, and have yet to be passed. */
  readonly #wanted: number[];
  readonly #kept = new Map<number, QuoteBook>();

  /** `wanted` are the moments that {@link bookAt} will be asked for. */
  constructor(prices: RecordedPrices, wanted: Iterable<number>) {
    this.#reader = new PriceReader(prices);
    this.#wanted = [...new Set(wanted)].sort((a, b) => a - b);
  }

  /** It is `now`, and the prices are known as far as the mark says. */
  show(mark: PriceMark | undefined, now: EpochMs): void {
    if (mark === undefined) return;
    this.#readTo(mark.quotedAt, now);
    // Just within the time in which a venue counts as alive, so that it is never thought longer so.
    if (!mark.silent) this.book.heard(epochMs(now - 2 * defaultQuoteAges.heartbeatMs));
  }

  /** The prices as far as one of the wanted moments. */
  bookAt(quotedAt: EpochMs): QuoteBook {
    this.#readTo(quotedAt, quotedAt);
    return this.#kept.get(quotedAt) ?? this.book;
  }

  #readTo(quotedAt: number, now: EpochMs): void {
    for (let at = this.#reader.nextAt; at <= quotedAt; at = this.#reader.nextAt) {
      this.#keepBefore(at);
      this.book.apply(this.#reader.take(epochMs(Math.min(at, now))));
    }
    this.#keepBefore(this.#reader.nextAt);
  }

  #keepBefore(at: number): void {
    while (this.#wanted.length > 0 && this.#wanted[0]! < at) {
      const kept = new QuoteBook();
      for (const quote of this.book.all()) kept.apply(quote);
      this.#kept.set(this.#wanted.shift()!, kept);
    }
  }
}
