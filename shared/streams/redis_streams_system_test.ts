import { assert, assertEquals, assertRejects } from "@std/assert";
import { epochMs } from "../domain/time.ts";
import { eventually } from "../testing/eventually.ts";
import { freePort } from "../testing/free_port.ts";
import { realTest } from "../testing/real.ts";
import { startRedis } from "../testing/real_redis.ts";
import { streamsContract } from "../testing/streams_contract.ts";
import type { EventStreams } from "./event_streams.ts";
import { openStreams } from "./open_streams.ts";
import { createUpstashBridge } from "./upstash_bridge.ts";

const clock = { now: () => epochMs(Date.now()) };
const token = "a-token-for-tests-only-0123456789";

realTest("Redis streams keep the port's promises", ["redis"], async (t) => {
  await using redis = await startRedis();
  await streamsContract(t, () => openStreams(redis.url, { clock }));
});

realTest("Upstash streams keep the port's promises, through the bridge", ["redis"], async (t) => {
  await using redis = await startRedis();
  await using bridge = serveBridge(redis.url);
  await streamsContract(t, () => openStreams(bridge.url, { clock }));
});

for (const wire of ["TCP", "REST"]) {
  realTest(`publisher, consumer and subscriber carry on when Redis dies and returns: ${wire}`, [
    "redis",
  ], async () => {
    const redis = await startRedis();
    await using bridge = serveBridge(redis.url);
    const streams = await openStreams(wire === "TCP" ? redis.url : bridge.url, { clock });
    const [stopPublishing, stop] = [new AbortController(), new AbortController()];
    const published: string[] = [];
    const consumed = new Set<string>();
    const subscribed = new Set<string>();
    const publishing = publishOn(streams, published, stopPublishing.signal);
    const reading = [
      consumeOn(streams, consumed, stop.signal),
      subscribeOn(streams, subscribed, stop.signal),
    ];
    await eventually(() => consumed.size > 20 && subscribed.size > 20);
    let server = redis;
    for (let kill = 0; kill < 2; kill++) {
      await server.kill();
      await assertRejects(() => streams.ping());
      server = await startRedis({ folder: redis.folder, port: redis.port });
      const reached = published.length;
      await eventually(() => published.length > reached + 20, { timeoutMs: 30_000 });
    }
    stopPublishing.abort();
    await publishing;
    await eventually(() => {
      for (const body of published) assert(consumed.has(body) && subscribed.has(body), body);
    }, { timeoutMs: 30_000 });
    stop.abort();
    await Promise.all(reading);
    await streams.close();
    await server.stop();
  });
}

realTest("a Redis that lost its data gets its groups back", ["redis"], async () => {
  await using redis = await startRedis({ extra: ["--appendonly", "no"] });
  const streams = await openStreams(redis.url, { clock });
  const options = { topic: "t", group: "g", consumer: "c", redeliverAfterMs: 60_000 };
  const reader = await streams.consumer({ ...options, from: "now" });
  await redis.kill();
  const again = await startRedis({ port: redis.port, extra: ["--appendonly", "no"] });
  await eventually(() => streams.publish("t", ["a"], 10));
  const entries = await eventually(() => reader.read({ max: 1, blockMs: 1_000 }));
  assertEquals(entries.map((entry) => entry.body), ["a"]);
  await streams.close();
  await again.stop();
});

realTest("streams reject, and do not hang, while there is no Redis", ["redis"], async () => {
  const port = freePort();
  const streams = await openStreams(`redis://127.0.0.1:${port}`, { clock });
  await assertRejects(() => streams.ping());
  await assertRejects(() => streams.publish("t", ["a"], 10));
  await streams.close();
});

/** A body counts as published once the stream has it; until then it is repeated. */
async function publishOn(streams: EventStreams, published: string[], signal: AbortSignal) {
  for (let at = 0; !signal.aborted; at++) {
    await eventually(() => streams.publish("carry", [String(at)], 100_000), { timeoutMs: 30_000 });
    published.push(String(at));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function consumeOn(streams: EventStreams, consumed: Set<string>, signal: AbortSignal) {
  const options = { topic: "carry", group: "g", consumer: "c", redeliverAfterMs: 300 };
  const reader = await streams.consumer({ ...options, from: "start" });
  while (!signal.aborted) {
    try {
      const entries = await reader.read({ max: 100, blockMs: 1_000, signal });
      for (const entry of entries) consumed.add(entry.body);
      await reader.ack(entries.map((entry) => entry.id));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function subscribeOn(streams: EventStreams, subscribed: Set<string>, signal: AbortSignal) {
  const options = { topic: "carry", from: "start", max: 100, signal } as const;
  for await (const batch of await streams.subscribe(options)) {
    for (const entry of batch) subscribed.add(entry.body);
  }
}

function serveBridge(redisUrl: string): AsyncDisposable & { url: string } {
  const bridge = createUpstashBridge({ redisUrl, token });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, bridge.fetch);
  return {
    url: `http://127.0.0.1:${server.addr.port}?token=${token}`,
    async [Symbol.asyncDispose]() {
      bridge.close();
      await server.shutdown();
    },
  };
}
