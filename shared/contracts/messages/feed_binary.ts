/**
 * The binary form of quotes in the feed, byte by byte as `FEED_BINARY.md` describes it: records of
 * one size behind a short head, all numbers little-endian. This is the writing side; readers are in
 * the SDK, which shares no code with it.
 */

import { instruments } from "../../domain/instruments.ts";
import type { Quote, QuoteStatus } from "../../domain/quote.ts";

/** Names for `Sec-WebSocket-Protocol`; without one the feed speaks JSON. */
export const feedProtocols = { json: "spotwire.v1.json", binary: "spotwire.v1.binary" } as const;

export const binaryVersion = 1;
export const binaryKinds = { snapshot: 1, quotes: 2 } as const;
export const headBytes = 8;
export const recordBytes = 32;
/** Bid and ask are unsigned 32-bit counts of points. */
export const pricePointsMax = 0xffff_ffff;

const statusCodes: Readonly<Record<QuoteStatus, number>> = {
  live: 0,
  quiet: 1,
  stale: 2,
  closed: 3,
};
const high = 2 ** 32;
const indexOf = new Map<string, number>(instruments.map(({ symbol }, index) => [symbol, index]));

/** What the `table` frame tells: the symbol and the decimals of each index. */
export const instrumentTable = instruments.map(({ symbol, pricePrecision }, index) => ({
  index,
  symbol: symbol as string,
  pricePrecision,
}));

export const quoteFrameBytes = (records: number): number => headBytes + records * recordBytes;

export function writeFrameHead(view: DataView, kind: number, records: number): void {
  view.setUint8(0, binaryVersion);
  view.setUint8(1, kind);
  view.setUint16(2, recordBytes, true);
  view.setUint32(4, records, true);
}

/** @throws RangeError for a price that has no place in the record; the board lets none in. */
export function writeQuoteRecord(
  view: DataView,
  record: number,
  { quote, status }: { readonly quote: Quote; readonly status: QuoteStatus },
): void {
  if (!fitsRecord(quote)) throw new RangeError(`Cannot write the price of ${quote.symbol}`);
  const at = headBytes + record * recordBytes;
  view.setUint16(at, indexOf.get(quote.symbol)!, true);
  view.setUint8(at + 2, statusCodes[status]);
  view.setUint8(at + 3, 0);
  view.setUint32(at + 4, quote.bid, true);
  view.setUint32(at + 8, quote.ask, true);
  view.setUint32(at + 12, quote.venueTime % high, true);
  view.setUint16(at + 16, quote.venueTime / high, true);
  view.setUint16(at + 18, quote.receivedTime / high, true);
  view.setUint32(at + 20, quote.receivedTime % high, true);
  view.setFloat64(at + 24, quote.sequence, true);
}

const timeMax = 2 ** 48 - 1;

/** Whether every number of the quote has its place in a record. */
export const fitsRecord = (quote: Quote): boolean =>
  quote.bid >= 0 && quote.ask >= 0 && quote.bid <= pricePointsMax && quote.ask <= pricePointsMax &&
  quote.venueTime <= timeMax && quote.receivedTime <= timeMax;
