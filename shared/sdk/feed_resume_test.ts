// Goal: after a reconnect the client has every quote it missed, or says that it has not. Method: the
// real edge that closes its sockets, and a scripted one for what the real one does rarely.

import { assert, assertEquals } from "@std/assert";
import { WebSocket as NodeWebSocket } from "ws";
import { startTestEdge } from "../../services/api-gateway/testing/test_edge.ts";
import type { LiveBar } from "../contracts/messages/bars.ts";
import type { LiveSignal } from "../contracts/messages/signals.ts";
import { type FeedQuote, resumeLimits } from "../contracts/messages/feed.ts";
import { topics } from "../contracts/messages/topics.ts";
import { createEventSource, publishEvents } from "../runtime/events.ts";
import { uuidIds } from "../runtime/time.ts";
import { eventually } from "../testing/eventually.ts";
import { ScriptedEdge } from "../testing/scripted_edge.ts";
import { FeedClient, type FeedOptions } from "./feed.ts";

const backoff = { baseMs: 1, delayMsMax: 10 };

/** A real edge, and a client of it that keeps all it is told. */
async function start(options: Partial<FeedOptions> = {}) {
  const edge = await startTestEdge();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => edge.app.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  let mayConnect = Promise.resolve();
  const key = () => mayConnect.then(() => edge.admin);
  const feed = new FeedClient({ url, key, backoff, ...options });
  const sequences: number[] = [];
  const gaps: string[] = [];
  feed.on("quotes", ({ quotes }) => {
    for (const { symbol, sequence } of quotes) if (symbol === "EURUSD") sequences.push(sequence);
  });
  feed.on("gap", ({ symbols }) => gaps.push(...symbols));
  return {
    edge,
    feed,
    sequences,
    gaps,
    /** The edge sends everyone away; `meanwhile` happens before the client is back. */
    async interrupt(meanwhile: () => Promise<unknown>): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      mayConnect = promise;
      edge.deps.feed.drain();
      await eventually(() => feed.status.state === "reconnecting");
      await meanwhile();
      resolve();
      await eventually(() => feed.status.state === "connected");
    },
    async [Symbol.asyncDispose]() {
      feed.close();
      await edge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

for (
  const [name, options] of Object.entries<Partial<FeedOptions>>({
    json: {},
    binary: { binary: true },
    "binary over npm ws": { binary: true, WebSocket: NodeWebSocket },
  })
) {
  Deno.test(`the client resumes by itself and misses no quote: ${name}`, async () => {
    await using it = await start(options);
    let last = await it.edge.quoteNext("EURUSD", 110_000);
    const first = last;
    await it.feed.subscribe("*");
    await eventually(() => it.sequences.at(-1) === last);
    for (let round = 0; round < 3; round++) {
      await it.interrupt(async () => {
        for (let at = 0; at < 20; at++) last = await it.edge.quoteNext("EURUSD", 110_000 + at);
      });
      last = await it.edge.quoteNext("EURUSD", 120_000);
      await eventually(() => it.sequences.at(-1) === last);
    }
    assertEquals(
      [...new Set(it.sequences)],
      Array.from({ length: last - first + 1 }, (_, at) => first + at),
    );
    assertEquals(it.gaps, []);
  });
}

Deno.test("a client that missed more than is kept says so, and goes on from the newest", async () => {
  await using it = await start();
  await it.edge.quoteNext("EURUSD", 110_000);
  await it.feed.subscribe(["EURUSD"]);
  await eventually(() => it.sequences.length === 1);
  let last = 0;
  await it.interrupt(async () => {
    for (let at = 0; at <= resumeLimits.quotesPerSymbol; at++) {
      last = await it.edge.quoteNext("EURUSD", 110_000 + at);
    }
    await eventually(() => it.edge.deps.market.quotes.get("EURUSD")?.sequence === last);
  });
  await eventually(() => it.feed.latest.get("EURUSD")?.sequence === last);
  assertEquals(it.gaps, ["EURUSD"]);
  assertEquals(it.sequences.length, 2);
});

Deno.test("the client resumes its bars too, and misses none", async () => {
  await using it = await start();
  const events = createEventSource({ source: "/test", ids: uuidIds, clock: it.edge.deps.clock });
  const tell = (...minutes: number[]) =>
    publishEvents(it.edge.deps.streams, topics.bars, [
      events.event("bars.updated", {
        bars: minutes.map((minute): LiveBar => ({
          ...{ symbol: "EURUSD", side: "bid", granularity: "M1", openTime: minute * 60_000 },
          ...{ open: "1.10000", high: "1.10010", low: "1.09990", close: "1.10001", ticks: 4 },
          ...{ state: "final", version: minute },
        })),
      }),
    ]);
  const seen: number[] = [];
  it.feed.on("bars", ({ bars }) => seen.push(...bars.map(({ version }) => version)));
  await tell(1);
  await it.feed.subscribeBars(["EURUSD"]);
  await tell(2);
  await eventually(() => seen.at(-1) === 2);
  await it.interrupt(() => tell(3, 4, 5));
  await tell(6);
  await eventually(() => seen.at(-1) === 6);
  assertEquals([...new Set(seen)], [1, 2, 3, 4, 5, 6]);
  assertEquals(it.gaps, []);
});

Deno.test("the client resumes its signals too, and misses none", async () => {
  await using it = await start();
  const events = createEventSource({ source: "/test", ids: uuidIds, clock: it.edge.deps.clock });
  const tell = (...sequences: number[]) =>
    publishEvents(it.edge.deps.streams, topics.signals, [
      events.event("signals.updated", {
        signals: sequences.map((sequence): LiveSignal => ({
          ...{ symbol: "EURUSD", study: "rsi_turn", granularity: "M1", time: sequence * 60_000 },
          ...{ direction: "up", price: "1.10000", state: "raised", sequence },
        })),
      }),
    ]);
  const seen: number[] = [];
  it.feed.on("signals", ({ signals }) => seen.push(...signals.map(({ sequence }) => sequence)));
  await tell(1);
  await it.feed.subscribeSignals(["EURUSD"]);
  await tell(2);
  await eventually(() => seen.at(-1) === 2);
  await it.interrupt(() => tell(3, 4, 5));
  await tell(6);
  await eventually(() => seen.at(-1) === 6);
  assertEquals([seen, it.gaps], [[1, 2, 3, 4, 5, 6], []]);
  await it.feed.unsubscribeSignals(["EURUSD"]);
});

Deno.test("a client that has seen more than the edge starts over, and says that there is a gap", async () => {
  const quote = (sequence: number): FeedQuote => ({
    symbol: "EURUSD",
    bid: "1.14320",
    ask: "1.14328",
    time: 1_767_605_400_000,
    receivedTime: 1_767_605_400_003,
    sequence,
    status: "live",
  });
  await using edge = new ScriptedEdge({
    answer(frame, socket) {
      if (!("resume" in frame)) return false;
      socket.say({ type: "error", code: "resume_ahead", detail: "Newer", id: frame.id! });
      return true;
    },
  });
  edge.quotes.set("EURUSD", quote(9));
  const feed = new FeedClient({ url: edge.url, key: "sw_test_key", backoff });
  const gaps: string[] = [];
  const errors: string[] = [];
  feed.on("gap", ({ symbols }) => gaps.push(...symbols));
  feed.on("error", ({ code }) => errors.push(code));
  await feed.subscribe(["EURUSD"]);
  await eventually(() => feed.latest.get("EURUSD")?.sequence === 9);
  edge.quotes.set("EURUSD", quote(7));
  edge.newest.close(1001);
  await eventually(() => feed.latest.get("EURUSD")?.sequence === 7);
  const asked = edge.newest.received.filter((frame) => frame.type === "subscribe");
  assertEquals(asked.map((frame) => "symbols" in frame && frame.resume), [
    { EURUSD: 9 },
    undefined,
  ]);
  assertEquals([gaps, errors], [["EURUSD"], []]);
  feed.close();
});

Deno.test("an interval goes with every subscription, and bars come as events of their own", async () => {
  await using edge = new ScriptedEdge({
    answer(frame, socket) {
      if (frame.type !== "subscribe" || !("symbols" in frame) || frame.channel !== "bars") {
        return false;
      }
      socket.say({
        type: "subscribed",
        channel: "bars",
        symbols: frame.symbols,
        intervalMs: 250,
        id: frame.id!,
      });
      socket.say({ type: "bars", snapshot: true, bars: [] });
      return true;
    },
  });
  const feed = new FeedClient({ url: edge.url, key: "sw_test_key", backoff, intervalMs: 250 });
  const bars: boolean[] = [];
  feed.on("bars", ({ snapshot }) => bars.push(snapshot));
  await feed.subscribeBars(["EURUSD"]);
  await eventually(() => bars.length === 1);
  edge.newest.close(1001);
  await eventually(() => bars.length === 2);
  const [, frame] = edge.newest.received;
  assert(frame?.type === "subscribe" && "symbols" in frame, "the second frame subscribes");
  assertEquals([frame.channel, frame.intervalMs], ["bars", 250]);
  feed.close();
});
