/** The `quotes` topic: batches of prices, and the venue's signs of life between them. */

import * as v from "valibot";
import { formatPrice, type Instrument, parsePrice } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import type { Quote } from "../../domain/quote.ts";
import type { EpochMs } from "../../domain/time.ts";
import { count, decimalText, epochMsNumber, symbolText } from "./values.ts";
import { eventSchema } from "./envelope.ts";

/** Quotes in one event at most. */
export const quotesPerEventMax = 500;

/** `[symbol, bid, ask, venueTime, receivedTime, sequence]`: a row, since this is the busiest wire. */
const quoteRow = v.strictTuple([
  symbolText,
  decimalText,
  decimalText,
  epochMsNumber,
  epochMsNumber,
  count,
]);
export type QuoteRow = v.InferOutput<typeof quoteRow>;

export const quotesReceived = eventSchema(
  "quotes.received",
  v.strictObject({
    venue: v.string(),
    quotes: v.pipe(v.array(quoteRow), v.minLength(1), v.maxLength(quotesPerEventMax)),
  }),
);
export type QuotesReceived = v.InferOutput<typeof quotesReceived>;

/** Symbols in one event at most, far more than are listed. */
const symbolsPerEventMax = 1_000;
const symbols = v.optional(v.pipe(v.array(symbolText), v.maxLength(symbolsPerEventMax)));

/**
 * Sent when a heartbeat has passed without a price (the venue is there, nothing has moved), and at
 * once when the venue takes back a symbol's price or confirms it.
 */
export const venueHeard = eventSchema(
  "venue.heard",
  v.strictObject({
    venue: v.string(),
    time: epochMsNumber,
    /** Their last quotes no longer stand, although the venue is alive: they are stale. */
    withdrawn: symbols,
    /** Withdrawn before, and now known to stand unchanged. */
    restored: symbols,
  }),
);
export type VenueHeard = v.InferOutput<typeof venueHeard>;

export const quoteEvent = v.variant("type", [quotesReceived, venueHeard]);
export type QuoteEvent = v.InferOutput<typeof quoteEvent>;

export function toQuoteRow(quote: Quote, instrument: Instrument): QuoteRow {
  return [
    quote.symbol,
    formatPrice(quote.bid, instrument),
    formatPrice(quote.ask, instrument),
    quote.venueTime,
    quote.receivedTime,
    quote.sequence,
  ];
}

/** The quote of a row, or `null` for a symbol that is not listed or a price off its grid. */
export function fromQuoteRow(row: QuoteRow): Quote | null {
  const instrument = findInstrument(row[0]);
  if (instrument === undefined) return null;
  const bid = parsePrice(row[1], instrument);
  const ask = parsePrice(row[2], instrument);
  if (typeof bid === "string" || typeof ask === "string") return null;
  return {
    symbol: instrument.symbol,
    bid,
    ask,
    venueTime: row[3] as EpochMs,
    receivedTime: row[4] as EpochMs,
    sequence: row[5],
  };
}
