// Goal: an edge copy far from the region serves the region's quotes in order, and says what it does
// not know. Method: real Redis, the bridge in front of it, the edge in a process of its own, clients
// of the SDK in both forms; Redis is killed and comes back.

import { assertEquals } from "@std/assert";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { price } from "../../shared/domain/instrument.ts";
import { instruments } from "../../shared/domain/instruments.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { FeedClient, type FeedQuote } from "../../shared/sdk/mod.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { createUpstashBridge } from "../../shared/streams/upstash_bridge.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";

const bridgeToken = "a-token-for-tests-only-0123456789";
const traded = instruments.slice(0, 8);
const root = new URL("../../", import.meta.url);

/** The region's ingest: publishes a quote of every symbol, numbered from where it left off. */
async function openRegion(redisUrl: string) {
  const streams = await openStreams(redisUrl, { clock: systemTimer });
  const events = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });
  let round = 0;
  return {
    async publish(): Promise<number> {
      round++;
      const now = systemTimer.now();
      const quotes = traded.map(({ symbol }) => ({
        symbol,
        bid: price(100_000 + round),
        ask: price(100_010 + round),
        venueTime: now,
        receivedTime: now,
        sequence: round,
      }));
      const event = events.event("quotes.received", writeQuotes("test", quotes));
      await publishEvents(streams, topics.quotes, [event]);
      return round;
    },
    [Symbol.asyncDispose]: () => streams.close(),
  };
}

async function firstKey(kvPath: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "deploy/profiles/first_key.ts", kvPath],
    cwd: root,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** A client, and everything it was sent of each symbol. */
async function connect(url: string, key: string, binary: boolean) {
  const feed = new FeedClient({ url, key, binary });
  const seen = new Map<string, FeedQuote[]>();
  feed.on("quotes", ({ quotes }) => {
    for (const quote of quotes) {
      seen.set(quote.symbol, [...seen.get(quote.symbol) ?? [], quote]);
    }
  });
  await feed.subscribe("*");
  return {
    feed,
    seen,
    all: (check: (quote: FeedQuote) => boolean) =>
      feed.latest.size === traded.length && [...feed.latest.values()].every(check),
  };
}

realTest(
  "an edge copy serves the region's quotes in order, and outlives Redis",
  ["redis"],
  async () => {
    await using redis = await startRedis();
    const bridge = createUpstashBridge({ redisUrl: redis.url, token: bridgeToken });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, bridge.fetch);
    const kvPath = await Deno.makeTempFile({ prefix: "spotwire-edge-" });
    const port = freePort();
    const key = await firstKey(kvPath);
    await using region = await openRegion(redis.url);
    await using edge = await startPart({
      script: "services/api-gateway/main.ts",
      port,
      env: {
        SPOTWIRE_HTTP_PORT: String(port),
        SPOTWIRE_KV_PATH: kvPath,
        SPOTWIRE_STREAMS_URL: `http://127.0.0.1:${server.addr.port}?token=${bridgeToken}`,
        SPOTWIRE_SECURITY_TOKEN_SECRET: "a secret for tests, long enough to sign",
        SPOTWIRE_MARKET_HOURS: "always",
      },
    });
    const clients = await Promise.all(
      [false, false, true].map((binary) => connect(edge.url, key, binary)),
    );
    let last = 0;
    for (let round = 0; round < 200; round++) last = await region.publish();
    const everyone = (check: (quote: FeedQuote) => boolean) =>
      eventually(() => clients.every((client) => client.all(check)), { timeoutMs: 20_000 });
    await everyone((quote) => quote.sequence === last);
    for (const { seen } of clients) {
      for (const { symbol } of traded) {
        const news = seen.get(symbol)!.filter((one, at, all) =>
          one.sequence !== all[at - 1]?.sequence
        );
        assertEquals(
          news.map((one) => one.sequence),
          Array.from({ length: last }, (_, at) => at + 1),
        );
      }
    }

    await redis.kill();
    await everyone((quote) => quote.status === "stale");
    await using again = await startRedis({ folder: redis.folder, port: redis.port });
    assertEquals(again.url, redis.url);
    await eventually(async () => last = await region.publish());
    await everyone((quote) => quote.sequence >= last && quote.status === "live");
    assertEquals(clients.map(({ feed }) => feed.status.state), clients.map(() => "connected"));
    for (const { feed } of clients) feed.close();
    assertEquals(await edge.stop(), 0, edge.output());
    bridge.close();
    await server.shutdown();
    await Deno.remove(kvPath);
  },
);
