// Goal: whatever clients choose and however they lag, no symbol ever goes back, and everyone ends at
// the newest. Method: random steps against the hub, with the far end of each socket as the witness.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  feedIntervalsMs,
  type FeedQuote,
  resumeLimits,
} from "../../../shared/contracts/messages/feed.ts";
import { instrumentTable } from "../../../shared/contracts/messages/feed_binary.ts";
import { price } from "../../../shared/domain/instrument.ts";
import { instruments } from "../../../shared/domain/instruments.ts";
import type { Quote } from "../../../shared/domain/quote.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { QuoteDecoder } from "../../../shared/sdk/feed_binary.ts";
import type { Frame } from "./channel_board.ts";
import { FeedClient, type FeedSocket } from "./feed_client.ts";
import { FeedHub } from "./feed_hub.ts";
import { QuoteBoard } from "./quote_board.ts";
import { RecentQuotes } from "./recent_quotes.ts";

const decoder = new QuoteDecoder({ instruments: instrumentTable });
const start = epochMs(1_767_605_400_000);
const traded = instruments.slice(0, 3);

const quoteOf = (at: number, sequence: number): Quote => ({
  symbol: traded[at]!.symbol,
  bid: price(100_000 + sequence),
  ask: price(100_010 + sequence),
  venueTime: start,
  receivedTime: start,
  sequence,
});

class FarEnd implements FeedSocket {
  readonly quotes: FeedQuote[] = [];
  bufferedAmount = 0;
  stalled = false;
  closed = false;

  send(frame: Frame): void {
    if (this.stalled) this.bufferedAmount += frame.length * 100;
    const read = typeof frame === "string" ? JSON.parse(frame) : decoder.read(frame);
    this.quotes.push(...read?.quotes ?? []);
  }
}

type Step =
  | { readonly kind: "quote"; readonly at: number }
  | { readonly kind: "flush" | "turn" | "catch_up" | "beat" }
  | { readonly kind: "stall" | "read"; readonly client: number }
  | { readonly kind: "subscribe"; readonly client: number; readonly intervalMs: number };

const client = fc.nat(3);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("quote"), at: fc.nat(2) }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom("flush", "turn", "catch_up", "beat") }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("stall", "read"), client }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("subscribe"),
        client,
        intervalMs: fc.constantFrom(...feedIntervalsMs),
      }),
    },
  ),
  { maxLength: 200, size: "max" },
);

function world() {
  const clock = new ManualClock(start);
  const board = new QuoteBoard(() => "live");
  const hub = new FeedHub({ board, clock, defer: () => {} });
  const sequences = traded.map(() => 0);
  const clients = [0, 1, 2, 3].map((index) => {
    const end = new FarEnd();
    const encoding = index % 2 === 0 ? "json" as const : "binary" as const;
    const mine = new FeedClient(end);
    const subscribe = (intervalMs: number) => {
      hub.subscribe(mine, { symbols: null, intervalMs, encoding });
      // The session closes the socket of a client that does not read its answers.
      if (!mine.answer(hub.snapshot(null, encoding))) end.closed = true;
    };
    subscribe(feedIntervalsMs[index]!);
    return { end, subscribe };
  });
  const read = (index: number) =>
    Object.assign(clients[index]!.end, { stalled: false, bufferedAmount: 0 });
  const turn = () => {
    clock.advanceBy(130);
    hub.turn();
  };
  const take = (step: Step): void => {
    switch (step.kind) {
      case "quote":
        return hub.publish((to) => to.put(quoteOf(step.at, ++sequences[step.at]!)));
      case "flush":
        return hub.flush();
      case "turn":
        return turn();
      case "catch_up":
        return void hub.catchUp();
      case "beat":
        return hub.beat();
      case "stall":
        return void (clients[step.client]!.end.stalled = true);
      case "read":
        return void read(step.client);
      case "subscribe":
        return clients[step.client]!.subscribe(step.intervalMs);
    }
  };
  const settle = () => {
    clients.forEach((_, index) => read(index));
    hub.flush();
    clock.advanceBy(1_000);
    hub.turn();
    hub.catchUp();
  };
  return { take, settle, clients, sequences };
}

Deno.test("no client sees a symbol go back, and every one ends at the newest", () => {
  fc.assert(fc.property(steps, (all) => {
    const { take, settle, clients, sequences } = world();
    all.forEach(take);
    settle();
    for (const { end } of clients) {
      if (end.closed) continue;
      traded.forEach(({ symbol }, at) => {
        const seen = end.quotes.filter((one) => one.symbol === symbol).map((one) => one.sequence);
        assertEquals(seen, seen.toSorted((a, b) => a - b));
        assertEquals(seen.at(-1) ?? 0, sequences[at]);
      });
    }
  }));
});

Deno.test("what a client missed is complete, or is said to be lost", () => {
  const jumps = fc.array(fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 5), { maxLength: 400, size: "max" });
  fc.assert(fc.property(jumps, fc.nat(400), (rises, back) => {
    const recent = new RecentQuotes();
    const all: number[] = [];
    let last = 100;
    for (const rise of rises) {
      recent.push(quoteOf(0, last += rise));
      all.push(last);
    }
    const seen = last - back;
    const missed = recent.after(traded[0]!.symbol, seen)?.map((one) => one.sequence) ?? null;
    const expected = all.filter((one) => one > seen);
    const whole = expected.length === last - seen &&
      expected.length <= resumeLimits.quotesPerSymbol;
    assertEquals(missed, whole && all.length > 0 ? expected : null);
    assert(missed === null || missed.length <= resumeLimits.quotesPerSymbol);
  }));
});
