/**
 * The newest quote of each symbol, and who watches it. A watcher is told within three frames, once,
 * whatever came in between; prices never go through a component's render.
 */

import { findInstrument } from "../../../../../shared/domain/instruments.ts";
import { parsePrice } from "../../../../../shared/domain/instrument.ts";
import { QuoteBook } from "../../../../../shared/domain/quote.ts";
import { quoteRates, type Rates } from "../../../../../shared/domain/rates.ts";
import { epochMs } from "../../../../../shared/domain/time.ts";
import type { FeedQuote } from "../../../../../shared/sdk/mod.ts";
import type { FrameLoop } from "../core/frame_loop.ts";

/** Digits that change more often than this can be seen but not read, and cost a layout each time. */
const paceMs = 48;

/** Whether a price is one of now. */
export const isAlive = (status: FeedQuote["status"]): boolean =>
  status === "live" || status === "quiet";

export type QuoteWatcher = (quote: FeedQuote) => void;

export class QuoteStore {
  /** The same prices as the platform's own rules take them, for what is reckoned here. */
  readonly book = new QuoteBook();
  readonly rates: Rates = quoteRates(this.book);
  readonly #loop: FrameLoop;
  readonly #latest = new Map<string, FeedQuote>();
  readonly #watchers = new Map<string, Set<QuoteWatcher>>();
  readonly #changed = new Set<string>();
  #paintedAt = -Infinity;

  constructor(loop: FrameLoop) {
    this.#loop = loop;
  }

  get(symbol: string): FeedQuote | undefined {
    return this.#latest.get(symbol);
  }

  /** The time of the newest price that is alive; `null` while none is. */
  newestTime(): number | null {
    let newest: number | null = null;
    for (const { status, time } of this.#latest.values()) {
      if (isAlive(status)) newest = Math.max(newest ?? 0, time);
    }
    return newest;
  }

  /** The quotes of one frame of the feed. */
  take(quotes: readonly FeedQuote[]): void {
    for (const quote of quotes) {
      this.#latest.set(quote.symbol, quote);
      this.#changed.add(quote.symbol);
    }
    this.#loop.ask(this.#flush);
  }

  /** Calls `paint` with the quote there is, then when it changed; ends by the answer. */
  watch(symbol: string, paint: QuoteWatcher): () => void {
    let watchers = this.#watchers.get(symbol);
    if (watchers === undefined) this.#watchers.set(symbol, watchers = new Set());
    watchers.add(paint);
    const quote = this.#latest.get(symbol);
    if (quote !== undefined) paint(quote);
    return () => void watchers.delete(paint);
  }

  readonly #flush = (at: number): void => {
    if (at - this.#paintedAt < paceMs) return this.#loop.ask(this.#flush);
    this.#paintedAt = at;
    for (const symbol of this.#changed) {
      const quote = this.#latest.get(symbol)!;
      this.#enter(quote);
      const watchers = this.#watchers.get(symbol);
      if (watchers !== undefined) { for (const paint of watchers) paint(quote); }
    }
    this.#changed.clear();
  };

  #enter(quote: FeedQuote): void {
    const instrument = findInstrument(quote.symbol);
    if (instrument === undefined) return;
    const bid = parsePrice(quote.bid, instrument);
    const ask = parsePrice(quote.ask, instrument);
    if (typeof bid === "string" || typeof ask === "string") return;
    this.book.apply({
      symbol: instrument.symbol,
      bid,
      ask,
      venueTime: epochMs(quote.time),
      receivedTime: epochMs(quote.receivedTime),
      sequence: quote.sequence,
    });
  }
}
