/** Writing and reading the text of a batch of quotes: `EURUSD 1.10000 1.10010 0 12 7;GBPUSD …`. */

import { formatPrice, parsePrice } from "../../domain/instrument.ts";
import { findInstrument, instrumentOf } from "../../domain/instruments.ts";
import type { Quote } from "../../domain/quote.ts";
import type { EpochMs } from "../../domain/time.ts";
import type { QuoteBatch } from "./quotes.ts";

const blank = 32;
const semicolon = 59;
const zero = 48;

/** @throws RangeError for a symbol that is not listed. */
export function writeQuotes(venue: string, quotes: readonly Quote[]): QuoteBatch {
  let time = Infinity;
  let sequence = Infinity;
  for (const quote of quotes) {
    time = Math.min(time, quote.venueTime, quote.receivedTime);
    sequence = Math.min(sequence, quote.sequence);
  }
  let text = "";
  for (const quote of quotes) {
    const instrument = instrumentOf(quote.symbol);
    if (text !== "") text += ";";
    text += `${quote.symbol} ${formatPrice(quote.bid, instrument)} ` +
      `${formatPrice(quote.ask, instrument)} ${quote.venueTime - time} ` +
      `${quote.receivedTime - time} ${quote.sequence - sequence}`;
  }
  return { venue, time, sequence, quotes: text };
}

export interface ReadQuotes {
  readonly quotes: readonly Quote[];
  /** What is no quote here, as it came: a symbol that is not listed, a price off its grid. */
  readonly unread: readonly string[];
}

/** The quotes of a batch, in order. One that cannot be read does not hold up the others. */
export function readQuotes(batch: QuoteBatch): ReadQuotes {
  const quotes: Quote[] = [];
  const unread: string[] = [];
  const reader = new BatchReader(batch);
  while (reader.more) {
    const quote = reader.quote();
    if (quote !== null) quotes.push(quote);
    else unread.push(reader.passOver());
  }
  return { quotes, unread };
}

/** Every part reads every quote, so the text is gone through once, number by number. */
class BatchReader {
  readonly #text: string;
  readonly #time: number;
  readonly #sequence: number;
  /** Where the quote under way begins, and the character to be read next. */
  #begin = 0;
  #at = 0;

  constructor({ quotes, time, sequence }: QuoteBatch) {
    this.#text = quotes;
    this.#time = time;
    this.#sequence = sequence;
  }

  get more(): boolean {
    return this.#at < this.#text.length;
  }

  quote(): Quote | null {
    this.#begin = this.#at;
    const instrument = findInstrument(this.#word());
    if (instrument === undefined) return null;
    const bid = parsePrice(this.#word(), instrument);
    const ask = parsePrice(this.#word(), instrument);
    if (typeof bid === "string" || typeof ask === "string") return null;
    const venueTime = this.#time + this.#count(blank);
    const receivedTime = this.#time + this.#count(blank);
    const sequence = this.#sequence + this.#count(semicolon);
    if (!isExact(venueTime) || !isExact(receivedTime) || !isExact(sequence)) return null;
    return {
      symbol: instrument.symbol,
      bid,
      ask,
      venueTime: venueTime as EpochMs,
      receivedTime: receivedTime as EpochMs,
      sequence,
    };
  }

  /** Goes on behind the quote under way; what it was. */
  passOver(): string {
    const end = this.#text.indexOf(";", this.#begin);
    const passed = this.#text.slice(this.#begin, end === -1 ? undefined : end);
    this.#at = this.#begin + passed.length + 1;
    return passed;
  }

  #word(): string {
    const end = this.#text.indexOf(" ", this.#at);
    const word = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return word;
  }

  /** Digits up to `end`, or to that of the text for the last; not a number when there is else. */
  #count(end: number): number {
    const begin = this.#at;
    let value = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === end) break;
      const digit = code - zero;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return this.#at++ === begin ? NaN : value;
  }
}

const isExact = Number.isSafeInteger;
