import { assertEquals } from "@std/assert";
import type { FeedQuote } from "../../../../../shared/sdk/mod.ts";
import { FrameLoop } from "../core/frame_loop.ts";
import { QuoteStore } from "./quote_store.ts";

const quote = (symbol: string, bid: string, sequence: number): FeedQuote => ({
  symbol,
  bid,
  ask: bid,
  time: sequence,
  receivedTime: sequence,
  sequence,
  status: "live",
});

Deno.test("a watcher is told the newest price at a pace one can read, and of its symbol only", () => {
  const frames: ((at: number) => void)[] = [];
  const store = new QuoteStore(new FrameLoop((run) => frames.push(run)));
  const seen: string[] = [];
  store.take([quote("EURUSD", "1.10000", 1)]);
  frames.shift()!(0);
  const stop = store.watch("EURUSD", ({ bid }) => seen.push(bid));
  for (let n = 2; n <= 50; n++) store.take([quote("EURUSD", `1.100${n + 10}`, n)]);
  store.take([quote("USDJPY", "150.000", 1)]);
  assertEquals(frames.length, 1);
  frames.shift()!(16);
  assertEquals(seen, ["1.10000"], "too soon after the last");
  frames.shift()!(50);
  assertEquals(seen, ["1.10000", "1.10060"]);
  assertEquals(store.book.get("EURUSD")?.bid, 110_060, "the rules reckon with the same price");
  stop();
  store.take([quote("EURUSD", "1.20000", 51)]);
  frames.shift()!(100);
  assertEquals(seen.length, 2);
  assertEquals(store.get("EURUSD")?.bid, "1.20000");
});
