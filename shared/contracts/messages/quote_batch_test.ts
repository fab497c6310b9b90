import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { price, type Symbol } from "../../domain/instrument.ts";
import { instruments } from "../../domain/instruments.ts";
import type { Quote } from "../../domain/quote.ts";
import { epochMs } from "../../domain/time.ts";
import { readQuotes, writeQuotes } from "./quote_batch.ts";
import { quoteEvent, quotesPerEventMax } from "./quotes.ts";

const time = fc.nat(2 ** 48).map(epochMs);
const points = fc.integer({ min: 1, max: 0xffff_ffff }).map(price);
const quote: fc.Arbitrary<Quote> = fc.record({
  symbol: fc.constantFrom(...instruments).map((one) => one.symbol),
  bid: points,
  ask: points,
  venueTime: time,
  receivedTime: time,
  sequence: fc.maxSafeNat(),
}, { noNullPrototype: true });
const quotes = fc.array(quote, { minLength: 1, maxLength: 20 });

const event = (data: unknown) => ({
  specversion: "1.0",
  id: "1",
  source: "/workers/ingest",
  type: "quotes.received",
  time: "2026-01-05T09:30:00.000Z",
  data,
});
/** As a reader of the topic gets it. */
function received(data: unknown) {
  const read = v.parse(quoteEvent, JSON.parse(JSON.stringify(event(data))));
  if (read.type !== "quotes.received") throw new Error(`Another event: ${read.type}`);
  return readQuotes(read.data);
}

Deno.test("a batch is read as it was written, whatever its quotes", () => {
  fc.assert(fc.property(quotes, (batch) => {
    assertEquals(received(writeQuotes("simulator", batch)), { quotes: batch, unread: [] });
  }));
});

Deno.test("the fullest batch has its place in an event", () => {
  const widest: Quote = {
    symbol: "EURUSD" as Symbol,
    bid: price(0xffff_ffff),
    ask: price(0xffff_ffff),
    venueTime: epochMs(2 ** 48),
    receivedTime: epochMs(2 ** 48),
    sequence: Number.MAX_SAFE_INTEGER,
  };
  const least = { ...widest, venueTime: epochMs(0), receivedTime: epochMs(0), sequence: 0 };
  const full = [least, ...Array.from({ length: quotesPerEventMax - 1 }, () => widest)];
  assertEquals(received(writeQuotes("simulator", full)).quotes, full);
});

Deno.test("batches of lists, as they were written before, are read the same", () => {
  const rows = [
    ["EURUSD", "1.10000", "1.10010", 1_700_000_000_000, 1_700_000_000_012, 41],
    ["USDJPY", "150.123", "150.130", 1_700_000_000_001, 1_700_000_000_012, 42],
  ];
  assertEquals(received({ venue: "oanda", quotes: rows }), {
    quotes: [
      {
        symbol: "EURUSD" as Symbol,
        bid: price(110_000),
        ask: price(110_010),
        venueTime: epochMs(1_700_000_000_000),
        receivedTime: epochMs(1_700_000_000_012),
        sequence: 41,
      },
      {
        symbol: "USDJPY" as Symbol,
        bid: price(150_123),
        ask: price(150_130),
        venueTime: epochMs(1_700_000_000_001),
        receivedTime: epochMs(1_700_000_000_012),
        sequence: 42,
      },
    ],
    unread: [],
  });
});

Deno.test("what is no quote is told as it came, and holds up none of the others", () => {
  const good = "EURUSD 1.10000 1.10010 0 0 0";
  const bad = fc.constantFrom(
    ...["", " ", "EURUSD", "EURUSD 1.10000", "EURUSD 1.10000 1.10010", "eurusd 1.1 1.2 0 0 0"],
    ...["ABCDEF 1.0 2.0 0 0 0", "EURUSD 1.1 1.2 0 0", "EURUSD 1.1 1.2 0 0 0 0"],
    ...["EURUSD 1.1 1.2 0 0 ", "EURUSD 1.1 1.2  0 0", "EURUSD 1.1 1.2 -1 0 0"],
    ...["EURUSD 1.1 1.2 0 1.5 0", "EURUSD 1.1 1.2 0 0 99999999999999999999", "EURUSD x 1.2 0 0 0"],
    ...["EURUSD 1.1000001 1.2 0 0 0", "USDJPY 150.1234 150.2 0 0 0", "EURUSD 1.1 1e5 0 0 0"],
  );
  const lines = fc.array(fc.oneof(fc.constant(good), bad), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(lines, (some) => {
    // An empty last one cannot be told from none.
    const all = [...some, good];
    const read = readQuotes({ venue: "x", time: 1, sequence: 1, quotes: all.join(";") });
    assertEquals(read.unread, all.filter((line) => line !== good));
    assertEquals(read.quotes.length, all.length - read.unread.length);
  }));
});
