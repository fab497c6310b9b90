import { assertEquals } from "@std/assert";
import { writeQuotes } from "../contracts/messages/quote_batch.ts";
import { topics } from "../contracts/messages/topics.ts";
import { price, type Symbol } from "../domain/instrument.ts";
import { type Quote, QuoteBook } from "../domain/quote.ts";
import { epochMs, ManualClock } from "../domain/time.ts";
import { openStreams } from "../streams/open_streams.ts";
import { eventually } from "../testing/eventually.ts";
import { createEventSource, publishEvents } from "./events.ts";
import { createLogger } from "./logger.ts";
import { followQuotes } from "./quote_feed.ts";
import { systemTimer, uuidIds } from "./time.ts";

const source = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });

const quote = (symbol: string, bid: number, sequence: number): Quote => ({
  symbol: symbol as Symbol,
  bid: price(bid),
  ask: price(bid + 10),
  venueTime: epochMs(sequence - 1),
  receivedTime: epochMs(sequence),
  sequence,
});

Deno.test("followQuotes() keeps book and market clock, passes on only news, and skips bad ones", async () => {
  const lines: Record<string, unknown>[] = [];
  const streams = await openStreams("memory:", { clock: systemTimer });
  const book = new QuoteBook();
  const marketClock = new ManualClock(epochMs(0));
  const abort = new AbortController();
  const seen: unknown[] = [];
  const publish = (...quotes: Quote[]) =>
    publishEvents(streams, topics.quotes, [
      source.event("quotes.received", writeQuotes("test", quotes)),
    ]);
  const first = quote("EURUSD", 110_000, 1_000);
  const { quotes: text, ...rest } = writeQuotes("test", [first]);
  await publishEvents(streams, topics.quotes, [
    source.event("quotes.received", { ...rest, quotes: `ABCDEF 1.0 2.0 1 1 1;${text}` }),
  ]);
  const { done } = await followQuotes({
    streams,
    book,
    marketClock,
    onQuotes(quotes) {
      // The clock has reached the quotes before anyone acts on them.
      seen.push([marketClock.now(), ...quotes.map((quote) => [quote.symbol, quote.sequence])]);
    },
    onHeard: (time) => void seen.push(["heard", time]),
    logger: createLogger({
      service: "test",
      level: "info",
      destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
    }),
    signal: abort.signal,
  });
  await publish(first); // said again
  await publish(quote("EURUSD", 110_005, 2_000), quote("USDJPY", 150_000, 2_001));
  await publishEvents(streams, topics.quotes, [
    source.event("venue.heard", { venue: "test", time: 3_000 }),
  ]);
  await eventually(() => seen.length === 3);
  abort.abort();
  await done;
  assertEquals(seen, [
    [1_000, ["EURUSD", 1_000]],
    [2_001, ["EURUSD", 2_000], ["USDJPY", 2_001]],
    ["heard", 3_000],
  ]);
  assertEquals([book.get("EURUSD")?.bid, book.heardAt, marketClock.now()], [110_005, 3_000, 3_000]);
  assertEquals(lines.map((line) => [line.msg, line.quote]), [
    ["quote not on the grid, skipped", "ABCDEF 1.0 2.0 1 1 1"],
  ]);
});
