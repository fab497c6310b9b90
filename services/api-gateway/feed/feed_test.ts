import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import {
  feedLimits,
  type FeedQuote,
  serverFrame,
} from "../../../shared/contracts/messages/feed.ts";
import { instrumentTable } from "../../../shared/contracts/messages/feed_binary.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { Price, Symbol } from "../../../shared/domain/instrument.ts";
import type { Quote, QuoteStatus } from "../../../shared/domain/quote.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { QuoteDecoder } from "../../../shared/sdk/feed_binary.ts";
import type { Frame } from "./channel_board.ts";
import { FeedClient, type FeedSocket } from "./feed_client.ts";
import { FeedHub, type Subscription } from "./feed_hub.ts";
import { QuoteBoard } from "./quote_board.ts";

const start = epochMs(Date.UTC(2026, 0, 14, 12));

const decoder = new QuoteDecoder({ instruments: instrumentTable });
const decoded = (bytes: Uint8Array) => JSON.stringify(decoder.read(bytes));

/** The far end of a socket: reads everything at once, or nothing while `stalled`. */
class FarEnd implements FeedSocket {
  readonly frames: string[] = [];
  bufferedAmount = 0;
  stalled = false;

  send(frame: Frame): void {
    const text = typeof frame === "string" ? frame : decoded(frame);
    this.frames.push(text);
    if (this.stalled) this.bufferedAmount += frame.length;
  }

  /** Everything it was sent since the last call, as the contract describes it. */
  take() {
    return this.frames.splice(0).map((text) => v.parse(serverFrame, JSON.parse(text)));
  }

  quotes(): FeedQuote[] {
    return this.take().flatMap((frame) => (frame.type === "quotes" ? frame.quotes : []));
  }
}

const quoteOf = (symbol: string, sequence: number, bid = 110_000): Quote => ({
  symbol: instrumentOf(symbol as Symbol).symbol,
  bid: bid as Price,
  ask: (bid + 10) as Price,
  venueTime: start,
  receivedTime: start,
  sequence,
});

function feed() {
  const clock = new ManualClock(start);
  let status: QuoteStatus = "live";
  const board = new QuoteBoard(() => status);
  const deferred: (() => void)[] = [];
  const hub = new FeedHub({ board, clock, defer: (flush) => deferred.push(flush) });
  return {
    clock,
    hub: {
      publish: (quotes: readonly Quote[]) =>
        hub.publish((to) => quotes.forEach((quote) => to.put(quote))),
      beat: () => hub.beat(),
      turn: () => hub.turn(),
      catchUp: () => hub.catchUp(),
      snapshot: (symbols: Subscription["symbols"]) => hub.snapshot(symbols, "json") as string,
      totals: hub.totals,
      board,
    },
    setStatus: (next: QuoteStatus) => (status = next),
    run: () => deferred.splice(0).forEach((flush) => flush()),
    join(symbols: Subscription["symbols"], how: Partial<Subscription> = {}) {
      const end = new FarEnd();
      const client = new FeedClient(end);
      const want = (wanted: Subscription["symbols"]) =>
        hub.subscribe(client, { symbols: wanted, intervalMs: 0, encoding: "json", ...how });
      want(symbols);
      return { end, client, want };
    },
  };
}

Deno.test("a flush sends what arrived together as one frame, in order", () => {
  const { hub, join, run } = feed();
  const { end } = join(null);
  hub.publish([quoteOf("EURUSD", 1), quoteOf("USDJPY", 1)]);
  hub.publish([quoteOf("EURUSD", 2, 110_020)]);
  assertEquals(end.frames.length, 0);
  run();
  const frames = end.take();
  assertEquals(frames.length, 1);
  assert(frames[0]?.type === "quotes");
  assertEquals(frames[0].quotes.map(({ symbol, sequence }) => [symbol, sequence]), [
    ["EURUSD", 1],
    ["USDJPY", 1],
    ["EURUSD", 2],
  ]);
  assertEquals(frames[0].quotes[2], {
    symbol: "EURUSD",
    bid: "1.10020",
    ask: "1.10030",
    time: start,
    receivedTime: start,
    sequence: 2,
    status: "live",
  });
});

Deno.test("clients of the same subscription get the very same text, others their own part", () => {
  const { hub, join, run } = feed();
  const [a, b] = [join(new Set(["EURUSD", "USDJPY"])), join(new Set(["USDJPY", "EURUSD"]))];
  const yen = join(new Set(["USDJPY"]));
  const none = join(new Set());
  hub.publish([quoteOf("EURUSD", 1), quoteOf("USDJPY", 1), quoteOf("GBPUSD", 1)]);
  run();
  assert(a.end.frames[0] !== undefined && a.end.frames[0] === b.end.frames[0]);
  assertEquals(a.end.quotes().map((one) => one.symbol), ["EURUSD", "USDJPY"]);
  assertEquals(yen.end.quotes().map((one) => one.symbol), ["USDJPY"]);
  assertEquals(none.end.frames, []);
});

Deno.test("a slow client is bounded, misses nothing but old prices, and delays nobody", () => {
  const { hub, join, run } = feed();
  const slow = join(null);
  const quick = join(null);
  slow.end.stalled = true;
  const rounds = 2_000;
  for (let at = 1; at <= rounds; at++) {
    hub.publish([quoteOf("EURUSD", at, 110_000 + at), quoteOf("USDJPY", at, 150_000)]);
    run();
  }
  assertEquals(quick.end.quotes().length, 2 * rounds);
  assert(
    slow.end.bufferedAmount <= 1.5 * feedLimits.bufferedBytesMax,
    `${slow.end.bufferedAmount}`,
  );
  assert(hub.totals.framesConflated > 0);
  slow.end.take();
  assertEquals(hub.catchUp(), []);
  assertEquals(slow.end.frames, [], "still full");

  slow.end.stalled = false;
  slow.end.bufferedAmount = 0;
  assertEquals(hub.catchUp(), []);
  const caughtUp = slow.end.quotes();
  assertEquals(caughtUp.map((one) => [one.symbol, one.sequence]).sort(), [
    ["EURUSD", rounds],
    ["USDJPY", rounds],
  ]);
  hub.publish([quoteOf("EURUSD", rounds + 1)]);
  run();
  assertEquals(slow.end.quotes().length, 1);
});

Deno.test("a client that reads a little stays; one that reads nothing for too long has stalled", () => {
  const { hub, join, run, clock } = feed();
  const { end, client } = join(null);
  end.stalled = true;
  for (let at = 1; at <= 1_500; at++) {
    hub.publish([quoteOf("EURUSD", at)]);
    run();
  }
  clock.advanceBy(feedLimits.stalledMsMax - 1);
  assertEquals(hub.catchUp(), []);
  end.bufferedAmount -= 1;
  clock.advanceBy(2);
  assertEquals(hub.catchUp(), [], "it read something");
  clock.advanceBy(feedLimits.stalledMsMax);
  assertEquals(hub.catchUp(), []);
  clock.advanceBy(1);
  assertEquals(hub.catchUp(), [client]);
});

Deno.test("a client that was behind catches up only on what it still wants", () => {
  const { hub, join, run } = feed();
  const { end, want } = join(null);
  end.stalled = true;
  for (let at = 1; at <= 1_000; at++) {
    hub.publish([quoteOf("EURUSD", at), quoteOf("USDJPY", at)]);
    run();
  }
  end.take();
  want(new Set(["USDJPY"]));
  Object.assign(end, { stalled: false, bufferedAmount: 0 });
  hub.catchUp();
  assertEquals(end.quotes().map((one) => one.symbol), ["USDJPY"]);
});

Deno.test("beat() sends a status that time alone has changed, and a heartbeat", () => {
  const { hub, join, run, setStatus } = feed();
  const { end } = join(null);
  hub.publish([quoteOf("EURUSD", 7)]);
  run();
  assertEquals(end.quotes()[0]?.status, "live");
  hub.beat();
  assertEquals(end.take(), [{ type: "heartbeat", time: start }]);
  setStatus("stale");
  hub.beat();
  const [quotes, heartbeat] = end.take();
  assert(quotes?.type === "quotes");
  assertEquals([quotes.quotes[0]?.sequence, quotes.quotes[0]?.status], [7, "stale"]);
  assertEquals(heartbeat?.type, "heartbeat");
});

Deno.test("a new subscriber's snapshot holds what came before, and no older quote follows it", () => {
  const { hub, join, run } = feed();
  hub.publish([quoteOf("EURUSD", 1), quoteOf("EURUSD", 2)]);
  const { end } = join(null);
  const snapshot = v.parse(serverFrame, JSON.parse(hub.snapshot(null)));
  assert(snapshot.type === "snapshot");
  assertEquals(snapshot.quotes.map((one) => one.sequence), [2]);
  run();
  assertEquals(end.frames, []);
  hub.publish([quoteOf("EURUSD", 1)]);
  run();
  assertEquals(end.frames, [], "an older quote is not news");
});

Deno.test("more quotes than may wait leave at once", () => {
  const { hub, join } = feed();
  const { end } = join(null);
  hub.publish(Array.from({ length: 1_000 }, (_, at) => quoteOf("EURUSD", at)));
  assertEquals(end.quotes().length, 1_000);
});
