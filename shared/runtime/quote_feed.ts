/**
 * Keeps a quote book, and where wanted the market's clock, in step with the `quotes` topic. Quotes
 * that came late are passed over: they would move prices backwards.
 */

import { readQuotes } from "../contracts/messages/quote_batch.ts";
import type { QuoteBatch, VenueHeard } from "../contracts/messages/quotes.ts";
import { topics } from "../contracts/messages/topics.ts";
import type { Quote, QuoteBook } from "../domain/quote.ts";
import { type Clock, type EpochMs, ManualClock } from "../domain/time.ts";
import type { EventStreams } from "../streams/event_streams.ts";
import { followTopic } from "./consume.ts";
import type { Logger } from "./logger.ts";

export interface FollowQuotesOptions {
  readonly streams: EventStreams;
  readonly book: QuoteBook;
  /** A manual one is moved on by receive times and signs of life; any other is left alone. */
  readonly marketClock?: Clock | undefined;
  /** Default `start`: the newest kept price of every symbol is known at once. */
  readonly from?: "start" | "now" | undefined;
  /** The quotes of one event that were news to the book, in order. */
  onQuotes?(quotes: readonly Quote[]): void | Promise<void>;
  /** A venue is alive although no price has moved; with what it said of those that stand. */
  onHeard?(
    time: EpochMs,
    change: { readonly withdrawn: readonly string[]; readonly restored: readonly string[] },
  ): void | Promise<void>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Resolves once the place to begin is fixed; `done` when the signal has aborted. */
export function followQuotes(options: FollowQuotesOptions): Promise<{ done: Promise<void> }> {
  const { streams, logger, signal, from = "start" } = options;
  return followTopic({
    streams,
    topic: topics.quotes,
    from,
    logger,
    signal,
    async handle(events) {
      for (const event of events) {
        if (event.type === "quotes.received") await takeQuotes(options, event.data);
        else if (event.type === "venue.heard") await takeHeard(options, event.data);
      }
    },
  });
}

function takeQuotes(options: FollowQuotesOptions, batch: QuoteBatch): void | Promise<void> {
  const { book, marketClock, logger } = options;
  const news: Quote[] = [];
  const { quotes, unread } = readQuotes(batch);
  for (const quote of unread) logger.warn({ quote }, "quote not on the grid, skipped");
  for (const quote of quotes) {
    if (marketClock instanceof ManualClock) marketClock.advanceTo(quote.receivedTime);
    if (book.apply(quote)) news.push(quote);
  }
  if (news.length > 0) return options.onQuotes?.(news);
}

function takeHeard(
  { book, marketClock, onHeard }: FollowQuotesOptions,
  { withdrawn = [], restored = [], ...heard }: VenueHeard["data"],
): void | Promise<void> {
  const time = heard.time as EpochMs;
  book.heard(time);
  for (const symbol of withdrawn) book.withdraw(symbol);
  for (const symbol of restored) book.restore(symbol);
  if (marketClock instanceof ManualClock) marketClock.advanceTo(time);
  return onHeard?.(time, { withdrawn, restored });
}
