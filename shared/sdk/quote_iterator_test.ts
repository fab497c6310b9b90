import { assertEquals, assertRejects } from "@std/assert";
import type { FeedQuote } from "./feed_frames.ts";
import { QuoteIterator } from "./quote_iterator.ts";

const quote = (symbol: string, sequence: number): FeedQuote => ({
  symbol,
  bid: "1.1",
  ask: "1.2",
  time: 0,
  receivedTime: 0,
  sequence,
  status: "live",
});
const nobody = () => {};

Deno.test("a slow reader gets the newest quote of each symbol, once", async () => {
  const iterator = new QuoteIterator([quote("EURUSD", 1)], nobody);
  for (let sequence = 2; sequence <= 1_000; sequence++) {
    iterator.push([quote("EURUSD", sequence), quote("USDJPY", sequence)]);
  }
  iterator.end(null);
  const seen: string[] = [];
  for await (const { symbol, sequence } of iterator) seen.push(`${symbol} ${sequence}`);
  assertEquals(seen, ["EURUSD 1000", "USDJPY 1000"]);
});

Deno.test("readers that wait get quotes in order, the rest end or fail with the iteration", async () => {
  const iterator = new QuoteIterator([], nobody);
  const reads = [iterator.next(), iterator.next(), iterator.next()];
  iterator.push([quote("EURUSD", 1)]);
  iterator.end(new Error("refused"));
  assertEquals((await reads[0]!).value, quote("EURUSD", 1));
  await assertRejects(() => reads[1]!, Error, "refused");
  assertEquals(await reads[2], { done: true, value: undefined });
  assertEquals(await iterator.next(), { done: true, value: undefined });
});

Deno.test("leaving a loop tells the owner and drops what waits", async () => {
  const left: QuoteIterator[] = [];
  const iterator = new QuoteIterator(
    [quote("EURUSD", 1), quote("USDJPY", 1)],
    (one) => left.push(one),
  );
  for await (const _quote of iterator) break;
  assertEquals(left, [iterator]);
  assertEquals(await iterator.next(), { done: true, value: undefined });
});
