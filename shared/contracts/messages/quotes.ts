/** The `quotes` topic: batches of prices, and the venue's signs of life between them. */

import * as v from "valibot";
import { count, decimalText, epochMsNumber, symbolText } from "./values.ts";
import { eventSchema } from "./envelope.ts";

/** Quotes in one event at most. */
export const quotesPerEventMax = 500;
/** Characters of their text at most: six for the symbol, sixteen for each number, and blanks. */
const quotesTextMax = quotesPerEventMax * (6 + 5 * 17 + 1);

/**
 * A batch of quotes, each `symbol bid ask venueTime receivedTime sequence`, parted by `;`. Times are
 * counted from `time` and sequences from `sequence`: this is the busiest wire, and one short text
 * is written, kept and read several times quicker than a list of lists.
 * `quote_batch.ts` writes and reads it.
 */
const quoteBatch = v.strictObject({
  venue: v.string(),
  time: epochMsNumber,
  sequence: count,
  quotes: v.pipe(v.string(), v.minLength(1), v.maxLength(quotesTextMax)),
});
export type QuoteBatch = v.InferOutput<typeof quoteBatch>;

/** How batches were written before, as a list of each quote's values: they stay readable. */
const quoteRows = v.pipe(
  v.strictObject({
    venue: v.string(),
    quotes: v.pipe(
      v.array(
        v.strictTuple([
          symbolText,
          decimalText,
          decimalText,
          epochMsNumber,
          epochMsNumber,
          count,
        ]),
      ),
      v.minLength(1),
      v.maxLength(quotesPerEventMax),
    ),
  }),
  v.transform(({ venue, quotes }): QuoteBatch => ({
    venue,
    time: 0,
    sequence: 0,
    quotes: quotes.map((row) => row.join(" ")).join(";"),
  })),
);

export const quotesReceived = eventSchema("quotes.received", v.union([quoteBatch, quoteRows]));
export type QuotesReceived = v.InferOutput<typeof quotesReceived>;

/**
 * Prices that came after newer ones of their symbols, as a venue or a network reorders them. They
 * belong to the past: the archive files them and puts its bars right, and nobody takes them for
 * prices of now. Their sequences are counted apart from those of `quotes.received`.
 */
export const quotesLate = eventSchema("quotes.late", quoteBatch);

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
    /** No quote or late quote before this word has a higher one; missing before there were such words. */
    sequence: v.optional(count),
    /** Their last quotes no longer stand, although the venue is alive: they are stale. */
    withdrawn: symbols,
    /** Withdrawn before, and now known to stand unchanged. */
    restored: symbols,
  }),
);
export type VenueHeard = v.InferOutput<typeof venueHeard>;

export const quoteEvent = v.variant("type", [quotesReceived, quotesLate, venueHeard]);
export type QuoteEvent = v.InferOutput<typeof quoteEvent>;
