import { assertEquals } from "@std/assert";
import { Redis } from "@upstash/redis";
import { epochMs } from "../domain/time.ts";
import { eventually } from "../testing/eventually.ts";
import { freePort } from "../testing/free_port.ts";
import { realTest } from "../testing/real.ts";
import { startRedis } from "../testing/real_redis.ts";
import { openStreams } from "./open_streams.ts";
import { type Bridge, createUpstashBridge } from "./upstash_bridge.ts";

const token = "a-token-for-tests-only-0123456789";

async function post(
  bridge: Bridge,
  body: unknown,
  options: { path?: string; token?: string; method?: string } = {},
): Promise<[status: number, body: unknown]> {
  const method = options.method ?? "POST";
  const response = await bridge.fetch(
    new Request(`http://bridge${options.path ?? "/"}`, {
      method,
      headers: { authorization: `Bearer ${options.token ?? token}` },
      ...(method === "POST"
        ? { body: typeof body === "string" ? body : JSON.stringify(body) }
        : {}),
    }),
  );
  return [response.status, await response.json()];
}

realTest("the bridge speaks Upstash's protocol", ["redis"], async (t) => {
  await using redis = await startRedis();
  const bridge = createUpstashBridge({ redisUrl: redis.url, token, bodyBytesMax: 10_000 });

  await t.step("answers a command, a pipeline with its errors, and a transaction", async () => {
    assertEquals(await post(bridge, ["PING"]), [200, { result: "PONG" }]);
    const [, piped] = await post(
      bridge,
      [["XADD", "s", "1-1", "body", "ü"], ["XADD", "s", "1-1", "body", "b"], ["XLEN", "s"]],
      { path: "/pipeline" },
    );
    const [added, refused, length] = piped as { result?: unknown; error?: string }[];
    assertEquals([added, length], [{ result: "1-1" }, { result: 1 }]);
    assertEquals(refused?.error?.startsWith("ERR The ID specified in XADD"), true);
    assertEquals(
      await post(bridge, [["XADD", "s", "2-1", "b", "c"], ["XLEN", "s"]], { path: "/multi-exec" }),
      [200, [{ result: "2-1" }, { result: 2 }]],
    );
    assertEquals(await post(bridge, ["XRANGE", "s", "-", "1-1"]), [200, {
      result: [["1-1", ["body", "ü"]]],
    }]);
  });

  await t.step("a refused transaction changes nothing", async () => {
    const [status, body] = await post(
      bridge,
      [["XADD", "s", "9-1", "b", "c"], ["XLEN"]],
      { path: "/multi-exec" },
    );
    assertEquals(status, 400);
    assertEquals(typeof (body as { error: string }).error, "string");
    assertEquals(await post(bridge, ["XLEN", "s"]), [200, { result: 2 }]);
  });

  await t.step(
    "refuses a wrong token, other commands, blocking, and what is no command",
    async () => {
      assertEquals(await post(bridge, ["PING"], { token: "wrong" }), [401, {
        error: "Unauthorized",
      }]);
      for (const command of [["FLUSHALL"], ["CONFIG", "GET", "*"], ["eval", "x", 0]]) {
        const [status, body] = await post(bridge, command);
        assertEquals(status, 400);
        assertEquals(body, {
          error: `ERR command is not available: '${String(command[0]).toUpperCase()}'`,
        });
      }
      const blocked = ["XREAD", "block", 0, "STREAMS", "s", "$"];
      assertEquals((await post(bridge, blocked))[0], 400);
      assertEquals((await post(bridge, ["XREAD", "STREAMS", "block", "0-0"]))[0], 200);
      for (const wrong of ["{", [], {}, [["PING"]], "null"]) {
        assertEquals((await post(bridge, wrong))[0], 400);
      }
      assertEquals((await post(bridge, [], { path: "/pipeline" }))[0], 400);
      assertEquals((await post(bridge, [["PING"]], { path: "/elsewhere" }))[0], 404);
      assertEquals((await post(bridge, null, { method: "GET" }))[0], 405);
    },
  );

  await t.step("refuses a body over its limit, and a pipeline over a thousand", async () => {
    assertEquals((await post(bridge, ["XADD", "s", "*", "b", "x".repeat(10_000)]))[0], 413);
    const many = Array.from({ length: 1_001 }, () => ["PING"]);
    assertEquals((await post(bridge, many, { path: "/pipeline" }))[0], 400);
  });
  bridge.close();
});

realTest("the bridge carries the real client, with its base64 answers", ["redis"], async () => {
  await using redis = await startRedis();
  const bridge = createUpstashBridge({ redisUrl: redis.url, token });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, bridge.fetch);
  const client = new Redis({ url: `http://127.0.0.1:${server.addr.port}`, token });
  assertEquals(await client.ping(), "PONG");
  const id = await client.xadd("c", "*", { name: "日本 💱", json: { a: 1 } });
  assertEquals(await client.xrange("c", "-", "+"), {
    [id]: { name: "日本 💱", json: { a: 1 } },
  });
  assertEquals(await client.xlen("c"), 1);
  await server.shutdown();
  bridge.close();
});

realTest(
  "whoever appends wakes the bridge's subscribers, also after Redis was away",
  ["redis"],
  async () => {
    await using redis = await startRedis();
    const bridge = createUpstashBridge({ redisUrl: redis.url, token });
    const streams = await openStreams(redis.url, { clock: { now: () => epochMs(Date.now()) } });
    const subscribe = (pattern: string, bearer = token) =>
      bridge.fetch(
        new Request(`http://bridge/psubscribe/${encodeURIComponent(pattern)}`, {
          method: "POST",
          headers: { authorization: `Bearer ${bearer}`, accept: "text/event-stream" },
        }),
      );
    for (
      const [pattern, bearer, status] of [["*", token, 400], ["wake:*", "wrong", 401]] as const
    ) {
      const refused = await subscribe(pattern, bearer);
      assertEquals(refused.status, status);
      await refused.body?.cancel();
    }
    const answer = await subscribe("wake:*");
    assertEquals(answer.headers.get("content-type"), "text/event-stream");
    let heard = "";
    const reading = (async () => {
      for await (const text of answer.body!.pipeThrough(new TextDecoderStream())) heard += text;
    })();
    const hears = (topic: string) =>
      eventually(async () => {
        await streams.publish(topic, ["{}"], 100);
        return heard.includes(`data: pmessage,wake:*,wake:${topic},\n\n`);
      });
    await hears("one");
    await redis.kill();
    await using again = await startRedis({ folder: redis.folder, port: redis.port });
    assertEquals(again.url, redis.url);
    await hears("two");
    await streams.close();
    bridge.close();
    await reading;
  },
);

Deno.test("the bridge answers 503, and its health check too, when Redis is away", async () => {
  const redisUrl = `redis://127.0.0.1:${freePort()}`;
  const bridge = createUpstashBridge({ redisUrl, token });
  assertEquals(await post(bridge, ["PING"]), [503, { error: "Cannot reach Redis" }]);
  const health = await bridge.fetch(new Request("http://bridge/healthz"));
  assertEquals(health.status, 503);
  await health.body?.cancel();
  bridge.close();
});
