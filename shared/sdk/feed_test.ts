import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { WebSocket as NodeWebSocket } from "ws";
import type { ClientFrame, FeedQuote } from "../contracts/messages/feed.ts";
import { eventually } from "../testing/eventually.ts";
import { ScriptedEdge, type ScriptedEdgeOptions } from "../testing/scripted_edge.ts";
import { FeedClient, type FeedOptions, type FeedStatus } from "./feed.ts";
import { FeedClosed, FeedRefusal } from "./feed_subscriptions.ts";

const quote = (symbol: string, sequence = 1): FeedQuote => ({
  symbol,
  bid: "1.14320",
  ask: "1.14328",
  time: 1_767_605_400_000,
  receivedTime: 1_767_605_400_003,
  sequence,
  status: "live",
});

/** An edge that trades four symbols, and a client that reconnects at once. */
function start(edgeOptions: ScriptedEdgeOptions = {}, options: Partial<FeedOptions> = {}) {
  const edge = new ScriptedEdge(edgeOptions);
  for (const symbol of ["EURUSD", "USDJPY", "GBPUSD", "AUDUSD"]) {
    edge.quotes.set(symbol, quote(symbol));
  }
  const feed = new FeedClient({
    url: edge.url,
    key: "sw_test_key",
    backoff: { baseMs: 1, delayMsMax: 20 },
    random: () => 0.5,
    ...options,
  });
  const statuses: FeedStatus[] = [];
  feed.on("status", (status) => statuses.push(status));
  return {
    edge,
    feed,
    statuses,
    states: () => statuses.map((status) => status.state),
    async [Symbol.asyncDispose]() {
      feed.close();
      await edge[Symbol.asyncDispose]();
    },
  };
}

const namesOf = (frames: readonly ClientFrame[]) =>
  frames.map((frame) =>
    "symbols" in frame ? `${frame.type} ${[...frame.symbols].sort()}` : frame.type
  );

Deno.test("subscribe() authenticates in the first frame, then gives the snapshot and updates", async () => {
  await using it = start();
  await it.feed.subscribe(["EURUSD", "USDJPY"]);
  assertEquals(namesOf(it.edge.newest.received), ["authenticate", "subscribe EURUSD,USDJPY"]);
  assertEquals(it.edge.newest.received[0], { type: "authenticate", key: "sw_test_key" });
  const seen: string[] = [];
  for await (const { symbol, sequence } of it.feed) {
    seen.push(`${symbol} ${sequence}`);
    if (seen.length === 2) it.edge.newest.say({ type: "quotes", quotes: [quote("EURUSD", 2)] });
    if (seen.length === 3) break;
  }
  assertEquals(seen, ["EURUSD 1", "USDJPY 1", "EURUSD 2"]);
  assertEquals(it.feed.latest.get("EURUSD")?.sequence, 2);
  assertEquals(it.states(), ["connecting", "connected"]);
});

Deno.test("on() tells snapshots from updates, and ends with the function it returns", async () => {
  await using it = start();
  const seen: [string[], boolean][] = [];
  const stop = it.feed.on("quotes", ({ quotes, snapshot }) => {
    seen.push([quotes.map(({ symbol }) => symbol), snapshot]);
  });
  await it.feed.subscribe("*");
  it.edge.newest.say({ type: "quotes", quotes: [quote("USDJPY", 2)] });
  await eventually(() => seen.length === 2);
  assertEquals(seen, [[["EURUSD", "USDJPY", "GBPUSD", "AUDUSD"], true], [["USDJPY"], false]]);
  stop();
  it.edge.newest.say({ type: "quotes", quotes: [quote("USDJPY", 3)] });
  await eventually(() => it.feed.latest.get("USDJPY")?.sequence === 3);
  assertEquals(seen.length, 2);
});

Deno.test("the client comes back after the edge closes, with the symbols it had", async () => {
  await using it = start();
  await it.feed.subscribe(["EURUSD", "USDJPY", "GBPUSD"]);
  await it.feed.unsubscribe(["GBPUSD"]);
  assertEquals(it.feed.latest.has("GBPUSD"), false);
  it.edge.newest.close(1001);
  await eventually(() => it.edge.sockets.length === 2 && it.edge.newest.received.length === 2);
  assertEquals(namesOf(it.edge.newest.received), ["authenticate", "subscribe EURUSD,USDJPY"]);
  it.edge.newest.say({ type: "quotes", quotes: [quote("USDJPY", 9)] });
  await eventually(() => it.feed.latest.get("USDJPY")?.sequence === 9);
  assertEquals(it.states(), ["connecting", "connected", "reconnecting", "connected"]);
  const [, , lost] = it.statuses;
  assertEquals(lost?.state === "reconnecting" && [lost.attempt, lost.delayMs], [1, 0.75]);
});

Deno.test("a change asked while the connection is down is sent when it is back", async () => {
  await using it = start();
  await it.feed.subscribe(["EURUSD"]);
  const asked = new Promise<void>((resolve) => {
    it.feed.on("status", ({ state }) => {
      if (state === "reconnecting") resolve(it.feed.subscribe(["USDJPY"]));
    });
  });
  it.edge.newest.close(1001);
  await asked;
  assertEquals(namesOf(it.edge.newest.received), [
    "authenticate",
    "subscribe EURUSD",
    "subscribe USDJPY",
  ]);
});

Deno.test("the client waits for an edge that is not there yet", async () => {
  const gone = new ScriptedEdge();
  await gone[Symbol.asyncDispose]();
  const feed = new FeedClient({
    url: gone.url,
    key: "sw_test_key",
    backoff: { baseMs: 5, delayMsMax: 20 },
  });
  const subscribed = feed.subscribe(["EURUSD"]);
  await eventually(() => feed.status.state === "reconnecting" && feed.status.attempt >= 2);
  await using edge = new ScriptedEdge({ port: gone.port });
  edge.quotes.set("EURUSD", quote("EURUSD"));
  await subscribed;
  feed.close();
});

Deno.test("two missed heartbeats end a connection, and a new one is made", async () => {
  await using it = start({ heartbeatMs: 10 }, { heartbeatMs: 60 });
  await it.feed.subscribe(["EURUSD"]);
  const first = it.edge.newest;
  it.edge.quiet = true;
  await eventually(() => it.feed.status.state === "reconnecting" || it.edge.sockets.length > 1);
  it.edge.quiet = false;
  const lost = it.statuses.find((status) => status.state === "reconnecting");
  assertEquals(lost?.state === "reconnecting" && lost.reason, "two heartbeats are missing");
  await eventually(() => it.edge.newest !== first && it.edge.newest.symbols.has("EURUSD"));
  await eventually(() => !first.isOpen);
});

Deno.test("an edge that never answers is left after the time to connect", async () => {
  await using it = start({ answer: () => true }, { heartbeatMs: 20, connectMsMax: 40 });
  it.feed.connect();
  await eventually(() => it.edge.sockets.length >= 2);
  const lost = it.statuses.find((status) => status.state === "reconnecting");
  assertEquals(lost?.state === "reconnecting" && lost.reason, "no connection within 40 ms");
});

Deno.test("a refused change rejects and is an error event; the connection stays", async () => {
  await using it = start();
  const refusals: FeedRefusal[] = [];
  it.feed.on("error", (refusal) => refusals.push(refusal));
  await it.feed.subscribe(["EURUSD"]);
  const refusal = await assertRejects(() => it.feed.subscribe(["USDJPY", "XXXYYY"]), FeedRefusal);
  assertEquals([refusal.code, refusal.symbols], ["unknown_symbol", ["USDJPY", "XXXYYY"]]);
  assertEquals(refusals, [refusal]);
  await it.feed.subscribe(["USDJPY"]);
  assertEquals(it.edge.sockets.length, 1);
  it.edge.newest.say({ type: "error", code: "too_many_frames", detail: "slower" });
  await eventually(() => refusals.length === 2);
  assertEquals(it.feed.status.state, "connected");
});

Deno.test("a refused key ends the client: no reconnect, and every waiter learns why", async () => {
  await using it = start({}, { key: "sw_wrong_key" });
  const loop = (async () => {
    for await (const _quote of it.feed);
  })();
  const refusal = await assertRejects(() => it.feed.subscribe(["EURUSD"]), FeedRefusal);
  assertEquals(refusal.code, "key_invalid");
  await assertRejects(() => loop, FeedRefusal, "key_invalid");
  await assertRejects(() => it.feed.subscribe("*"), FeedRefusal);
  assertEquals(it.feed.status, { state: "closed", refusal });
  assertEquals(it.edge.sockets.length, 1);
});

Deno.test("a function as key is asked at every connection, and gives keys or tokens", async () => {
  let asked = 0;
  await using it = start(
    { keys: ["token-1", "token-2"] },
    { key: () => Promise.resolve(`token-${++asked}`) },
  );
  await it.feed.subscribe(["EURUSD"]);
  assertEquals(it.edge.newest.received[0], { type: "authenticate", token: "token-1" });
  it.edge.newest.say({ type: "error", code: "key_invalid", detail: "The token is over" });
  it.edge.newest.close(1008);
  await eventually(() => it.edge.newest.symbols.has("EURUSD") && it.edge.sockets.length === 2);
  assertEquals(it.edge.newest.received[0], { type: "authenticate", token: "token-2" });
});

Deno.test("a key that cannot be had now is asked for again", async () => {
  let asked = 0;
  await using it = start({}, {
    key: () => {
      if (++asked === 1) throw new Error("the vault is locked");
      return "sw_test_key";
    },
  });
  await it.feed.subscribe(["EURUSD"]);
  const [, lost] = it.statuses;
  assertEquals(lost?.state === "reconnecting" && lost.reason, "the vault is locked");
});

Deno.test("frames of an unknown type are passed over; nonsense ends the connection", async () => {
  await using it = start();
  await it.feed.subscribe(["EURUSD"]);
  it.edge.newest.saySomething('{"type":"depth"}');
  it.edge.newest.say({ type: "quotes", quotes: [quote("EURUSD", 2)] });
  await eventually(() => it.feed.latest.get("EURUSD")?.sequence === 2);
  assertEquals(it.feed.status.state, "connected");
  it.edge.newest.saySomething("<html>");
  await eventually(() => it.edge.sockets.length === 2 && it.edge.newest.symbols.has("EURUSD"));
});

Deno.test("more symbols than a frame may name go in several frames", async () => {
  await using it = start();
  const symbols = Array.from({ length: 250 }, (_, n) => `S${String(n).padStart(5, "0")}`);
  for (const symbol of symbols) it.edge.quotes.set(symbol, quote(symbol));
  await it.feed.subscribe(symbols);
  const sizes = it.edge.newest.received.map((frame) => "symbols" in frame && frame.symbols.length);
  assertEquals(sizes, [false, 100, 100, 50]);
  await it.feed.subscribe([]);
  await eventually(() => it.feed.latest.size === 250);
});

Deno.test("close() ends loops and waiters, closes the socket and stays closed", async () => {
  await using it = start({ answer: ({ type }) => type === "unsubscribe" });
  await it.feed.subscribe(["EURUSD"]);
  const seen: string[] = [];
  const loop = (async () => {
    for await (const { symbol } of it.feed) seen.push(symbol);
  })();
  await eventually(() => seen.length === 1);
  const waiting = it.feed.unsubscribe(["EURUSD"]);
  it.feed.close();
  await loop;
  await assertRejects(() => waiting, FeedClosed);
  await assertRejects(() => it.feed.subscribe(["EURUSD"]), FeedClosed);
  it.feed.connect();
  await eventually(() => it.edge.newest.closeCode === 1000);
  assertEquals(it.edge.sockets.length, 1);
  assertEquals(it.feed.status, { state: "closed", refusal: null });
  for await (const _quote of it.feed) assert(false, "a closed feed gives no quotes");
});

Deno.test("npm ws serves as the socket where the runtime has none", async () => {
  await using it = start({}, { WebSocket: NodeWebSocket });
  await it.feed.subscribe(["EURUSD"]);
  it.edge.newest.close(1001);
  await eventually(() => it.edge.sockets.length === 2 && it.edge.newest.symbols.has("EURUSD"));
  it.feed.close();
  await eventually(() => it.edge.newest.closeCode === 1000);
});

Deno.test("new FeedClient() refuses a URL that is not of HTTP or WebSocket", () => {
  assertThrows(() => new FeedClient({ url: "ftp://host", key: "k" }), TypeError, "not HTTP");
  assertThrows(() => new FeedClient({ url: "localhost", key: "k" }), TypeError);
});
