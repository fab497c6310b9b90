/** The SDK and the real edge, over real sockets; only the services behind the edge are away. */

import { assertEquals, assertRejects } from "@std/assert";
import { httpUpstream } from "../../services/api-gateway/forward/upstream.ts";
import { startTestEdge } from "../../services/api-gateway/testing/test_edge.ts";
import { eventually } from "../testing/eventually.ts";
import { freePort } from "../testing/free_port.ts";
import { createSpotwire, FeedRefusal, SpotwireProblem } from "./mod.ts";

/** An edge on a port of its own, whose trading gateway cannot be reached. */
async function startEdge() {
  const trading = httpUpstream("trading-gateway", `http://127.0.0.1:${await freePort()}`);
  const edge = await startTestEdge({ trading: (request) => trading.fetch(request) });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => edge.app.fetch(request),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    key: edge.admin,
    quote: edge.quote,
    async [Symbol.asyncDispose]() {
      await edge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

Deno.test("the feed client reads the real edge, and its refusals", async () => {
  await using edge = await startEdge();
  await edge.quote("EURUSD", 114_320);
  const spotwire = createSpotwire(edge);
  const feed = spotwire.feed({ backoff: { baseMs: 1, delayMsMax: 10 } });
  await feed.subscribe(["EURUSD", "USDJPY"]);
  const refusal = await assertRejects(() => feed.subscribe(["EURXXX"]), FeedRefusal);
  assertEquals(refusal.code, "unknown_symbol");
  await edge.quote("USDJPY", 156_123);
  await eventually(() => feed.latest.size === 2);
  const { bid, ask, status } = feed.latest.get("USDJPY")!;
  assertEquals({ bid, ask, status }, { bid: "156.123", ask: "156.133", status: "live" });
  assertEquals(feed.latest.get("EURUSD")?.bid, "1.14320");
  await feed.unsubscribe("*");
  assertEquals(feed.latest.size, 0);
  feed.close();
});

Deno.test("keys and tokens made with the SDK open the feed until they are deleted", async () => {
  await using edge = await startEdge();
  const admin = createSpotwire(edge);
  const made = await admin.createKey({
    name: "watcher",
    permissions: ["market:read"],
    accounts: [],
  });
  const watcher = createSpotwire({ url: edge.url, key: made.key });
  const { token } = await watcher.createToken({});
  const problem = await assertRejects(() => watcher.listKeys(), SpotwireProblem);
  assertEquals([problem.code, problem.status], ["permission_denied", 403]);
  const { keys } = await admin.listKeys();
  assertEquals(keys.some(({ keyId }) => keyId === made.keyId), true);

  const feeds = [watcher.feed(), createSpotwire({ url: edge.url, key: token }).feed()];
  for (const feed of feeds) await feed.subscribe("*");
  await admin.deleteKey(made.keyId);
  for (const feed of feeds) {
    await eventually(() => feed.status.state === "closed");
    assertEquals(feed.status.state === "closed" && feed.status.refusal?.code, "key_invalid");
  }
});

Deno.test("problems of the real edge arrive with their code and request id", async () => {
  await using edge = await startEdge();
  const retry = { attemptsMax: 2, baseMs: 1, delayMsMax: 1 };
  const spotwire = createSpotwire({ ...edge, retry });
  const order = {
    clientOrderId: "first-1",
    symbol: "EURUSD",
    side: "buy",
    type: "market",
    units: "10000",
  } as const;
  const away = await assertRejects(() => spotwire.getAccount("demo"), SpotwireProblem);
  assertEquals([away.code, away.status, away.retryAfterMs], ["unavailable", 503, 1_000]);
  assertEquals(typeof away.requestId, "string");
  const bad = await assertRejects(
    () => spotwire.placeOrder("demo", { ...order, clientOrderId: "" }),
    SpotwireProblem,
  );
  assertEquals([bad.code, bad.errors.length > 0], ["invalid_request", true]);
  const unknown = createSpotwire({ url: edge.url, key: "sw_no_such" });
  const refused = await assertRejects(() => unknown.listAccounts(), SpotwireProblem);
  assertEquals([refused.code, refused.status], ["key_invalid", 401]);
});
