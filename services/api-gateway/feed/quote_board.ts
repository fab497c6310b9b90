/**
 * The newest quote of each symbol as clients read it, what has come since the last flush, and the
 * last few of each for clients that resume. A quote becomes text once, however many clients it goes
 * to; a status that changes without a price makes a new update of the same quote.
 */

import {
  binaryKinds,
  fitsRecord,
  quoteFrameBytes,
  writeFrameHead,
  writeQuoteRecord,
} from "../../../shared/contracts/messages/feed_binary.ts";
import { resumeLimits } from "../../../shared/contracts/messages/feed.ts";
import { formatPrice } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { Quote, QuoteStatus } from "../../../shared/domain/quote.ts";
import type { ChannelBoard, Encoding, Frame, Missed, Seen, Update } from "./channel_board.ts";
import { RecentQuotes } from "./recent_quotes.ts";

/** A quote on its way to the clients. */
export class QuoteUpdate implements Update {
  readonly quote: Quote;
  readonly status: QuoteStatus;
  #text: string | null = null;

  constructor(quote: Quote, status: QuoteStatus) {
    this.quote = quote;
    this.status = status;
  }

  get key(): string {
    return this.quote.symbol;
  }

  get symbol(): string {
    return this.quote.symbol;
  }

  /** JSON of the quote, written when the first client needs it. */
  get text(): string {
    return this.#text ??= quoteText(this.quote, this.status);
  }
}

export class QuoteBoard implements ChannelBoard<QuoteUpdate> {
  readonly #entries = new Map<string, QuoteUpdate>();
  readonly #recent = new RecentQuotes();
  readonly #statusOf: (quote: Quote) => QuoteStatus;
  #pending: QuoteUpdate[] = [];
  /** Quotes not passed on since the start: no instrument listed has such a price. */
  unfit = 0;

  constructor(statusOf: (quote: Quote) => QuoteStatus) {
    this.#statusOf = statusOf;
  }

  /** Takes a quote unless one as new is held, or its numbers have no place in the binary form. */
  put(quote: Quote): void {
    const held = this.#entries.get(quote.symbol);
    if (held !== undefined && held.quote.sequence >= quote.sequence) return;
    if (!fitsRecord(quote)) return void this.unfit++;
    this.#set(new QuoteUpdate(quote, this.#statusOf(quote)));
    this.#recent.push(quote);
  }

  refresh(): void {
    for (const { quote, status } of this.#entries.values()) {
      const now = this.#statusOf(quote);
      if (now !== status) this.#set(new QuoteUpdate(quote, now));
    }
  }

  #set(update: QuoteUpdate): void {
    this.#entries.set(update.symbol, update);
    this.#pending.push(update);
  }

  get pending(): number {
    return this.#pending.length;
  }

  takePending(): readonly QuoteUpdate[] {
    const pending = this.#pending;
    if (pending.length > 0) this.#pending = [];
    return pending;
  }

  newest(keys: Iterable<string>): QuoteUpdate[] {
    const found: QuoteUpdate[] = [];
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  standing(symbols: ReadonlySet<string> | null): QuoteUpdate[] {
    return this.newest(symbols ?? this.#entries.keys());
  }

  ahead(seen: Seen): string | undefined {
    return Object.keys(seen).find((symbol) => {
      const held = this.#entries.get(symbol);
      return held === undefined || seen[symbol]! > held.quote.sequence;
    });
  }

  /** At least the newest of every symbol that has no gap: its status may have changed. */
  missed(seen: Seen, newestOnly: boolean): Missed<QuoteUpdate> {
    const updates: QuoteUpdate[] = [];
    const gaps: string[] = [];
    for (const symbol of Object.keys(seen)) {
      const newest = this.#entries.get(symbol)!;
      const quotes = newestOnly ? [] : this.#recent.after(symbol, seen[symbol]!);
      if (quotes === null || updates.length + quotes.length > resumeLimits.updatesPerAnswer) {
        gaps.push(symbol);
        continue;
      }
      // The newest goes last with its status as it is now, also when only that has changed.
      for (const quote of quotes.slice(0, -1)) {
        updates.push(new QuoteUpdate(quote, this.#statusOf(quote)));
      }
      updates.push(newest);
    }
    return { updates, gaps };
  }

  frame(
    kind: "snapshot" | "update",
    updates: readonly QuoteUpdate[],
    encoding: Encoding,
  ): Frame {
    return encoding === "json" ? jsonFrame(kind, updates) : binaryFrame(kind, updates);
  }
}

function jsonFrame(kind: "snapshot" | "update", updates: readonly QuoteUpdate[]): string {
  let list = "";
  for (const { text } of updates) list += list === "" ? text : "," + text;
  return `{"type":"${kind === "update" ? "quotes" : "snapshot"}","quotes":[${list}]}`;
}

function binaryFrame(
  kind: "snapshot" | "update",
  updates: readonly QuoteUpdate[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(quoteFrameBytes(updates.length));
  const view = new DataView(bytes.buffer);
  writeFrameHead(
    view,
    kind === "update" ? binaryKinds.quotes : binaryKinds.snapshot,
    updates.length,
  );
  for (let at = 0; at < updates.length; at++) {
    writeQuoteRecord(view, at, updates[at]!);
  }
  return bytes;
}

/** None of the values can hold a character that JSON escapes. */
function quoteText(quote: Quote, status: QuoteStatus): string {
  const instrument = instrumentOf(quote.symbol);
  return `{"symbol":"${quote.symbol}","bid":"${formatPrice(quote.bid, instrument)}"` +
    `,"ask":"${formatPrice(quote.ask, instrument)}","time":${quote.venueTime}` +
    `,"receivedTime":${quote.receivedTime},"sequence":${quote.sequence},"status":"${status}"}`;
}
