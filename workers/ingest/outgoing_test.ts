import { assert, assertEquals } from "@std/assert";
import type { QuoteEvent } from "../../shared/contracts/messages/quotes.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import { MemoryStreams } from "../../shared/streams/memory_streams.ts";
import type { Heard } from "./decide.ts";
import type { Word } from "./merge_words.ts";
import { Outgoing, type Waiting } from "./outgoing.ts";

const start = 1_700_000_000_000;
const quotesWord = (at: number, symbol = "EURUSD"): Word => ({
  quotes: [{
    symbol: symbol as Symbol,
    bid: price(110_000),
    ask: price(110_010),
    venueTime: epochMs(start + at),
    receivedTime: epochMs(start + at),
    sequence: at,
  }],
});
const heardWord = (at: number, withdrawn: string[] = []): Word => ({
  heard: { time: epochMs(start + at), withdrawn, restored: [] },
});
/** A word as the test reads it back: sequences of its quotes, or what it withdrew. */
const told = (word: Word): (number | string)[] =>
  "heard" in word
    ? [...word.heard.withdrawn]
    : ("late" in word ? word.late : word.quotes).map(({ sequence }) => sequence);

/** A venue's way out whose streams are down until the test brings them back. */
function setUp(most?: Waiting) {
  let down = true;
  const published: (number | string)[] = [];
  const streams = new MemoryStreams({ clock: systemTimer });
  streams.publish = (_topic, bodies) => {
    if (down) return Promise.reject(new Error("The streams are down"));
    published.push(...bodies.flatMap((body) => JSON.parse(body)));
    return Promise.resolve();
  };
  const unheard: Heard[] = [];
  const metrics = createMetrics("test");
  const abort = new AbortController();
  const outgoing = new Outgoing({
    streams,
    metrics,
    logger: createLogger({ service: "test", level: "silent" }),
    recorded: false,
    toEvent: (word) => told(word) as unknown as QuoteEvent,
    unheard: (heard) => void unheard.push(heard),
    most,
  });
  return {
    outgoing,
    unheard,
    published,
    abort,
    put: (...words: Word[]) => outgoing.put(words, abort.signal),
    bringBack: () => down = false,
    metric: async (name: string) => {
      const line = (await metrics.text()).split("\n").find((one) => one.startsWith(name));
      return Number(line?.split(" ").at(-1));
    },
  };
}

Deno.test("Outgoing publishes what waited for the streams in order, withdrawals at their place", async () => {
  const { outgoing, put, bringBack, published, metric } = setUp();
  await put(quotesWord(1), quotesWord(2));
  await put(heardWord(3, ["EURUSD"]));
  await put(quotesWord(4), heardWord(5));
  assertEquals(await metric("spotwire_ingest_waiting_quotes"), 3);
  bringBack();
  await outgoing.sent();
  assertEquals(published, [1, 2, "EURUSD", 4]);
  assertEquals(await metric("spotwire_ingest_quotes_total"), 3);
  assertEquals(await metric("spotwire_ingest_waiting_quotes"), 0);
});

Deno.test("Outgoing drops the oldest quotes beyond its maximum, and counts them", async () => {
  const { outgoing, put, bringBack, published, metric, unheard } = setUp({ quotes: 3, words: 10 });
  for (let at = 1; at <= 6; at++) await put(quotesWord(at), heardWord(at, [`S${at}`]));
  bringBack();
  await outgoing.sent();
  // What is being published is not dropped, and was when the others came.
  const quotes = published.filter((one) => typeof one === "number");
  assertEquals(quotes, quotes.toSorted((a, b) => a - b));
  assertEquals(quotes.slice(-2), [5, 6]);
  assert(quotes.length <= 4);
  assertEquals(await metric("spotwire_ingest_dropped_quotes_total"), 6 - quotes.length);
  const withdrawn = unheard.flatMap((one) => one.withdrawn);
  assertEquals(withdrawn.length + published.filter((one) => typeof one === "string").length, 6);
});

Deno.test("Outgoing tries once more at the end, and then gives up what waits", async () => {
  const kept = setUp();
  await kept.put(quotesWord(1));
  kept.bringBack();
  kept.abort.abort();
  await kept.outgoing.sent();
  assertEquals(kept.published, [1]);
  const lost = setUp();
  await lost.put(quotesWord(1));
  lost.abort.abort();
  await lost.outgoing.sent();
  assertEquals(await lost.metric("spotwire_ingest_dropped_quotes_total"), 1);
});
