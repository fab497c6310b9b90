/** Quotes one by one, for `for await`. Never more than one waits for each symbol: the newest. */

import type { FeedQuote } from "./feed_frames.ts";

export class QuoteIterator implements AsyncIterableIterator<FeedQuote> {
  readonly #waiting = new Map<string, FeedQuote>();
  #readers: {
    resolve(result: IteratorResult<FeedQuote>): void;
    reject(error: Error): void;
  }[] = [];
  #ended = false;
  #error: Error | null = null;
  readonly #left: (iterator: QuoteIterator) => unknown;

  /** `left` is told when the reader stops by itself. */
  constructor(first: Iterable<FeedQuote>, left: (iterator: QuoteIterator) => unknown) {
    for (const quote of first) this.#waiting.set(quote.symbol, quote);
    this.#left = left;
  }

  push(quotes: readonly FeedQuote[]): void {
    for (const quote of quotes) {
      const reader = this.#readers.shift();
      if (reader !== undefined) reader.resolve({ done: false, value: quote });
      else this.#waiting.set(quote.symbol, quote);
    }
  }

  /** Ends the iteration once what waits is read; with an error, the reader's loop throws it. */
  end(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) void this.next().then(reader.resolve, reader.reject);
  }

  next(): Promise<IteratorResult<FeedQuote>> {
    for (const [symbol, quote] of this.#waiting) {
      this.#waiting.delete(symbol);
      return Promise.resolve({ done: false, value: quote });
    }
    if (!this.#ended) {
      return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    }
    const error = this.#error;
    this.#error = null;
    return error === null
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(error);
  }

  return(): Promise<IteratorResult<FeedQuote>> {
    this.#waiting.clear();
    this.end(null);
    this.#left(this);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
