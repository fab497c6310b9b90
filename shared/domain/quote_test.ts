import { assertEquals } from "@std/assert";
import { price, type Symbol } from "./instrument.ts";
import { type Quote, QuoteBook } from "./quote.ts";
import { epochMs } from "./time.ts";

const start = 1_700_000_000_000;
const quote = (afterMs: number, sequence: number): Quote => ({
  symbol: "EURUSD" as Symbol,
  bid: price(110_000),
  ask: price(110_010),
  venueTime: epochMs(start + afterMs),
  receivedTime: epochMs(start + afterMs),
  sequence,
});
const statusAt = (book: QuoteBook, afterMs: number, open = true) =>
  book.status(book.get("EURUSD")!, { now: epochMs(start + afterMs), open });

Deno.test("a withdrawn quote is stale while its venue lives, until restored or renewed", () => {
  const book = new QuoteBook();
  book.withdraw("EURUSD"); // nothing is held, so nothing is withdrawn
  book.apply(quote(0, 1));
  assertEquals(statusAt(book, 100), "live");
  book.withdraw("EURUSD");
  book.heard(epochMs(start + 200));
  assertEquals([statusAt(book, 200), statusAt(book, 200, false)], ["stale", "closed"]);
  book.apply(quote(0, 1)); // a repeat renews nothing
  assertEquals(statusAt(book, 200), "stale");
  book.restore("EURUSD");
  assertEquals(statusAt(book, 200), "live");
  book.withdraw("EURUSD");
  book.apply(quote(300, 2));
  assertEquals(statusAt(book, 300), "live");
});

Deno.test("a word from the future, as after a clock was set back, keeps no price alive", () => {
  const book = new QuoteBook();
  book.apply(quote(3_600_000, 1));
  assertEquals(statusAt(book, 0), "stale");
  book.heard(epochMs(start + 100));
  assertEquals(book.heardAt, epochMs(start + 100));
  book.apply(quote(200, 2));
  assertEquals(statusAt(book, 300), "live");
  assertEquals(statusAt(book, 2_300), "stale");
});
