// Goal: charts of one symbol share one subscription to its signals, and each knows all of them.
// Method: the real edge and the real client; what the studies find is published in their place.

import { assertEquals } from "@std/assert";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { createEventSource, publishEvents } from "../../../shared/runtime/events.ts";
import { uuidIds } from "../../../shared/runtime/time.ts";
import { FeedClient, type LiveSignal } from "../../../shared/sdk/mod.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { startTestEdge } from "../testing/test_edge.ts";
import { FrameLoop } from "./app/core/frame_loop.ts";
import { Feed } from "./app/market/feed.ts";
import { QuoteStore } from "./app/market/quote_store.ts";

/** `awayMs` is how long a client that is sent away stays there. */
async function start(awayMs = 1) {
  const edge = await startTestEdge();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => edge.app.fetch(request),
  );
  const client = new FeedClient({
    url: `http://127.0.0.1:${server.addr.port}`,
    key: edge.admin,
    backoff: { baseMs: awayMs, delayMsMax: awayMs },
    random: () => 0.5,
  });
  const feed = new Feed(client, new QuoteStore(new FrameLoop(() => {})), () => 0);
  const events = createEventSource({ source: "/test", ids: uuidIds, clock: edge.deps.clock });
  return {
    ...{ edge, client, feed },
    tell: (...signals: LiveSignal[]) =>
      publishEvents(edge.deps.streams, topics.signals, [
        events.event("signals.updated", { signals }),
      ]),
    async [Symbol.asyncDispose]() {
      client.close();
      await edge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

const signal = (sequence: number, more: Partial<LiveSignal> = {}): LiveSignal => ({
  ...{ symbol: "EURUSD", study: "rsi_turn", granularity: "M1", time: sequence * 60_000 } as const,
  ...{ direction: "up", price: "1.10000", state: "raised", sequence },
  ...more,
});

/** Keeps the sequences it is told. */
function watcher() {
  const seen: number[] = [];
  let missed = 0;
  return {
    seen,
    missedTimes: () => missed,
    take: (signals: readonly LiveSignal[]) =>
      void seen.push(...signals.map(({ sequence }) => sequence)),
    missed: () => void (missed += 1),
  };
}

Deno.test("whoever comes later to a symbol's signals is told what the first one was", async () => {
  await using it = await start();
  const [first, second, other] = [watcher(), watcher(), watcher()];
  await it.tell(signal(1));
  const stopFirst = it.feed.watchSignals("EURUSD", first);
  it.feed.watchSignals("USDJPY", other);
  await eventually(() => first.seen.length === 1);
  await it.tell(signal(2, { state: "withdrawn", time: 60_000 }), signal(3));
  await eventually(() => first.seen.length === 3);
  const stopSecond = it.feed.watchSignals("EURUSD", second);
  assertEquals(second.seen, [1, 2, 3]);
  stopFirst();
  await it.tell(signal(4));
  await eventually(() => second.seen.length === 4);
  assertEquals([first.seen, other.seen], [[1, 2, 3], []]);
  stopSecond();
  // The first to come back is told by the edge: the newest that stands.
  const again = watcher();
  it.feed.watchSignals("EURUSD", again);
  assertEquals(again.seen, []);
  await eventually(() => again.seen.at(-1) === 4);
});

Deno.test("a gap in a symbol's signals is told to those who watch it", async () => {
  await using it = await start(1_000);
  const [own, other] = [watcher(), watcher()];
  it.feed.watchSignals("EURUSD", own);
  it.feed.watchSignals("USDJPY", other);
  await it.tell(signal(1));
  await eventually(() => own.seen.length === 1);
  it.edge.deps.feed.drain();
  await eventually(() => it.client.status.state !== "connected");
  await it.tell(...Array.from({ length: 400 }, (_, n) => signal(n + 2)));
  await eventually(() => own.missedTimes() === 1);
  assertEquals(other.missedTimes(), 0);
});
