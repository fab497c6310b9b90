import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addToBar, flatBarAfter, openBar, sidePrice } from "./bar.ts";
import type { Price, Symbol } from "./instrument.ts";
import { instruments } from "./instruments.ts";
import { convert, micros, rateOf } from "./money.ts";
import { orderStatuses, transitions } from "./orders/order.ts";
import { type Quote, QuoteBook, quoteStatus } from "./quote.ts";
import { seededRandom } from "./random.ts";
import { quoteRates } from "./rates.ts";
import { epochMs, parseRfc3339, rfc3339Writer, toRfc3339 } from "./time.ts";

const quote = (symbol: string, bid: number, ask: number, sequence = 1, at = 0): Quote => ({
  symbol: symbol as Symbol,
  bid: bid as Price,
  ask: ask as Price,
  venueTime: epochMs(at),
  receivedTime: epochMs(at),
  sequence,
});

Deno.test("there are 36 instruments: every cross of the majors, two metals, six more", () => {
  assertEquals(instruments.length, 36);
  assertEquals(new Set(instruments.map((one) => one.symbol)).size, 36);
  for (const symbol of ["EURUSD", "USDJPY", "GBPCHF", "CHFJPY", "XAUUSD", "XAGUSD", "USDCNH"]) {
    assert(instruments.some((one) => one.symbol === symbol), symbol);
  }
  assertEquals(instruments.find((one) => one.symbol === "USDCAD")?.spotLagDays, 1);
  for (const one of instruments) assert(one.unitsMin % one.unitsStep === 0, one.symbol);
});

Deno.test("quoteStatus() goes live, quiet, stale with age, and stale at once with a dead venue", () => {
  const one = quote("EURUSD", 1, 2);
  const status = (now: number, heard: number) =>
    quoteStatus(one, { now: epochMs(now), open: true, venueHeardAt: epochMs(heard) });
  assertEquals(status(0, 0), "live");
  assertEquals(status(5_000, 5_000), "live");
  assertEquals(status(5_001, 5_001), "quiet");
  assertEquals(status(300_001, 300_001), "stale");
  assertEquals(status(2_001, 0), "stale");
  const closed = { now: epochMs(0), open: false, venueHeardAt: epochMs(0) };
  assertEquals(quoteStatus(one, closed), "closed");
});

Deno.test("QuoteBook takes only newer quotes", () => {
  const book = new QuoteBook();
  assert(book.apply(quote("EURUSD", 1, 2, 5)));
  assert(!book.apply(quote("EURUSD", 3, 4, 5)));
  assert(!book.apply(quote("EURUSD", 3, 4, 4)));
  assert(book.apply(quote("EURUSD", 3, 4, 6)));
  assertEquals(book.get("EURUSD")?.bid, 3 as Price);
});

Deno.test("quoteRates() converts directly, inversely and through the dollar, and never guesses", () => {
  const book = new QuoteBook();
  const rates = quoteRates(book);
  assertEquals(rates.rate("JPY", "EUR"), null);
  book.apply(quote("USDJPY", 149_990, 150_010));
  assertEquals(rates.rate("USD", "JPY"), rateOf(150n, 1n));
  assertEquals(rates.rate("JPY", "USD"), rateOf(1n, 150n));
  assertEquals(rates.rate("JPY", "EUR"), null);
  book.apply(quote("EURUSD", 119_990, 120_010));
  assertEquals(rates.rate("JPY", "EUR"), rateOf(1n, 180n));
  assertEquals(convert(micros(180_000_000n), rates.rate("JPY", "EUR")!), micros(1_000_000n));
});

Deno.test("a mid of half a point rounds to even", () => {
  assertEquals(sidePrice(quote("EURUSD", 1, 2), "mid"), 2 as Price);
  assertEquals(sidePrice(quote("EURUSD", 2, 3), "mid"), 2 as Price);
  assertEquals(sidePrice(quote("EURUSD", 2, 4), "mid"), 3 as Price);
});

Deno.test("a bar holds the first, highest, lowest and last price; a flat one carries the last", () => {
  const ticks = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1 });
  fc.assert(fc.property(ticks, (prices) => {
    const [first, ...rest] = prices.map((at, n) => quote("EURUSD", at, at + 1, n, 30_000));
    const bar = rest.reduce(addToBar, openBar(first!, "bid"));
    assertEquals(
      [bar.open, bar.high, bar.low, bar.close, bar.ticks, bar.openTime] as number[],
      [prices[0]!, Math.max(...prices), Math.min(...prices), prices.at(-1)!, prices.length, 0],
    );
    const flat = flatBarAfter(bar, epochMs(60_000));
    assertEquals([flat.open, flat.high, flat.low, flat.close], Array(4).fill(bar.close));
    assertEquals(flat.ticks, 0);
  }));
});

Deno.test("no status follows a terminal one, and every status can be reached", () => {
  for (const terminal of ["filled", "canceled", "rejected", "expired"] as const) {
    assertEquals(transitions[terminal].length, 0);
  }
  const reached = new Set(Object.values(transitions).flat());
  for (const status of orderStatuses) assert(status === "held" || reached.has(status));
});

Deno.test("seededRandom() repeats itself by seed and spreads evenly", () => {
  const draw = (seed: string) => {
    const random = seededRandom(seed);
    return Array.from({ length: 10_000 }, () => random.next());
  };
  assertEquals(draw("a"), draw("a"));
  const mean = draw("b").reduce((sum, x) => sum + x, 0) / 10_000;
  assert(Math.abs(mean - 0.5) < 0.02 && draw("c").every((x) => x >= 0 && x < 1));
});

Deno.test("parseRfc3339() wants a zone and a real date", () => {
  assertEquals(parseRfc3339("2019-02-04T00:00:00.5+02:00"), epochMs(1549231200500));
  for (const text of ["2019-02-04", "2019-02-04T00:00:00", "2019-02-30T00:00:00Z", "now", ""]) {
    assertEquals(parseRfc3339(text), null, text);
  }
});

Deno.test("rfc3339Writer() writes what toRfc3339() does, in any order of times", () => {
  const times = fc.array(fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) }));
  fc.assert(fc.property(times, (values) => {
    const write = rfc3339Writer();
    for (const value of values) assertEquals(write(epochMs(value)), toRfc3339(epochMs(value)));
  }));
});
