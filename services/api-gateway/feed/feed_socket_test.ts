// Goal: each thing a client may do wrong has its own refusal, logged once, and no other client
// notices. Method: the real edge behind a real Deno.serve, real WebSockets, memory streams.

import { assert, assertEquals } from "@std/assert";
import { feedLimits, feedPath, feedProblems } from "../../../shared/contracts/messages/feed.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { withEdge } from "../testing/feed_sockets.ts";
import { startTestEdge, type TestEdge } from "../testing/test_edge.ts";

const refusalsIn = (edge: TestEdge) =>
  edge.lines.filter((line) => line.msg === "feed refusal").map((line) => line.code);

Deno.test("a client authenticates, subscribes, and gets a snapshot and quotes", () =>
  withEdge(async (edge, connect) => {
    await edge.quote("EURUSD", 110_000);
    const client = await connect(null);
    client.send({ type: "authenticate", key: edge.admin });
    await client.next("authenticated");
    await eventually(() => edge.deps.market.quotes.get("EURUSD") !== undefined);
    client.send({ type: "subscribe", symbols: ["EURUSD", "USDJPY"], id: "one" });
    const standing = { type: "subscribed", channel: "quotes", intervalMs: 0 } as const;
    assertEquals(await client.next("subscribed"), {
      ...standing,
      id: "one",
      symbols: ["EURUSD", "USDJPY"],
    });
    const snapshot = await client.next("snapshot");
    assert(snapshot.type === "snapshot");
    assertEquals(snapshot.quotes.map((one) => [one.symbol, one.bid, one.status]), [
      ["EURUSD", "1.10000", "live"],
    ]);
    await edge.quote("GBPUSD", 127_000);
    await edge.quote("USDJPY", 150_123);
    const quotes = await client.next("quotes");
    assert(quotes.type === "quotes");
    assertEquals(quotes.quotes.map((one) => [one.symbol, one.bid]), [["USDJPY", "150.123"]]);
    client.send({ type: "unsubscribe", symbols: ["USDJPY"] });
    assertEquals(await client.next("subscribed"), { ...standing, symbols: ["EURUSD"] });
    client.send({ type: "subscribe", symbols: "*" });
    assertEquals(await client.next("subscribed"), { ...standing, symbols: "*" });
    client.send({ type: "unsubscribe", symbols: "*" });
    assertEquals(await client.next("subscribed"), { ...standing, symbols: [] });
    assertEquals(refusalsIn(edge), []);
  }));

Deno.test("a key in the header and a token in the first frame open the feed too", () =>
  withEdge(async (edge, connect) => {
    const inHeader = await connect(edge.admin);
    await inHeader.next("authenticated");
    const { registry, tokens } = edge.deps;
    const auth = await registry.authenticate({ kind: "api_key", value: edge.admin });
    const token = await tokens.sign(auth!, { audience: "client", ttlMs: 60_000 });
    const byToken = await connect(null);
    byToken.send({ type: "authenticate", token });
    byToken.send({ type: "subscribe", symbols: "*" }); // waits for the token to be verified
    await byToken.next("subscribed");
  }));

Deno.test("a client that goes away during the handshake takes nobody with it, and leaves its place", () =>
  withEdge(async (edge, connect) => {
    const client = await connect(edge.admin);
    await client.next("authenticated");
    client.send({ type: "subscribe", symbols: "*" });
    const sockets = async () =>
      Number(/spotwire_feed_sockets{.*} (\d+)/.exec(await edge.deps.metrics.text())?.[1]);
    // The same feed behind a door so slow that the client is gone before it opens.
    const gone = Promise.withResolvers<void>();
    const end = new AbortController();
    const about = { port: 0, signal: end.signal, onListen: () => {} };
    const slow = Deno.serve(about, async (request) => {
      await gone.promise;
      const { socket, response } = Deno.upgradeWebSocket(request);
      edge.deps.feed.accept(socket, null, "json");
      return response;
    });
    const connection = await Deno.connect({ port: slow.addr.port });
    await connection.write(new TextEncoder().encode(handshake));
    connection.close();
    setTimeout(gone.resolve, 100);
    await eventually(async () => await sockets() === 2);
    await eventually(async () => await sockets() === 1, { timeoutMs: 30_000 });
    await edge.quote("EURUSD", 110_000);
    await client.next("quotes");
    end.abort();
  }));

const handshake = [
  "GET / HTTP/1.1",
  "Host: edge",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "\r\n",
].join("\r\n");

const subscribe = { type: "subscribe", symbols: ["EURUSD"] };
const many = (count: number) => Array.from({ length: count }, () => "EURUSD");

/** What a client with a good key sends, and the code it earns. */
const badFrames: [title: string, frame: unknown, code: keyof typeof feedProblems][] = [
  ["text that is not JSON", "{", "malformed_frame"],
  ["JSON that is not an object", "[1]", "malformed_frame"],
  ["a type of its own", { type: "order" }, "unknown_frame"],
  ["no type", {}, "unknown_frame"],
  ["an unknown field", { ...subscribe, depth: 5 }, "invalid_frame"],
  ["symbols that are none", { type: "subscribe", symbols: 7 }, "invalid_frame"],
  ["an unknown symbol", { type: "subscribe", symbols: ["EURXXX"] }, "unknown_symbol"],
  ["too many symbols", { type: "subscribe", symbols: many(400) }, "too_many_subscriptions"],
  ["ten thousand symbols", { type: "subscribe", symbols: many(10_000) }, "frame_too_large"],
  ["an oversize frame", "x".repeat(feedLimits.frameBytesMax + 1), "frame_too_large"],
  ["wide characters beyond the limit", "€".repeat(feedLimits.frameBytesMax / 2), "frame_too_large"],
  ["binary junk", crypto.getRandomValues(new Uint8Array(64)), "binary_not_supported"],
  ["an unknown channel", { ...subscribe, channel: "depth" }, "unknown_channel"],
  [
    "an unknown channel to leave",
    { ...subscribe, type: "unsubscribe", channel: "depth" },
    "unknown_channel",
  ],
  ["an interval that is not offered", { ...subscribe, intervalMs: 7 }, "interval_not_offered"],
  ["a negative interval", { ...subscribe, intervalMs: -1 }, "invalid_frame"],
  ["a resume from the future", { ...subscribe, resume: { EURUSD: 2e15 } }, "resume_ahead"],
  [
    "a resume of a symbol without quotes",
    { type: "subscribe", symbols: "*", resume: { USDJPY: 1 } },
    "resume_ahead",
  ],
  ["a resume of what is not named", { ...subscribe, resume: { GBPUSD: 1 } }, "invalid_frame"],
  [
    "a resume of an unknown symbol",
    { type: "subscribe", symbols: "*", resume: { EURXXX: 1 } },
    "unknown_symbol",
  ],
  [
    "a resume of bars that are not there",
    { ...subscribe, channel: "bars", resume: { EURUSD: 1 } },
    "resume_ahead",
  ],
  ["a second key", { type: "authenticate", key: "sw_x" }, "already_authenticated"],
];

Deno.test("each bad frame gets its own refusal, logged once, and nobody else notices", () =>
  withEdge(async (edge, connect) => {
    await edge.quote("EURUSD", 110_000);
    const good = await connect(edge.admin);
    good.send({ type: "subscribe", symbols: "*" });
    await good.next("snapshot");
    for (const [title, frame, code] of badFrames) {
      edge.lines.length = 0;
      const client = await connect(edge.admin);
      await client.next("authenticated");
      if (frame instanceof Uint8Array) client.socket.send(frame as Uint8Array<ArrayBuffer>);
      else client.send(frame);
      const error = await client.next("error");
      assert(error.type === "error");
      assertEquals(error.code, code, title);
      const { closeCode } = feedProblems[code];
      if (closeCode === null) {
        client.send(subscribe);
        await client.next("subscribed");
        client.socket.close();
      } else {
        assertEquals(await client.closed, { code: closeCode, reason: code }, title);
      }
      assertEquals(refusalsIn(edge), [code], title);
    }
    await edge.quote("GBPUSD", 127_000);
    await eventually(() =>
      good.frames.some((one) => one.type === "quotes" && one.quotes.at(-1)?.symbol === "GBPUSD")
    );
    assertEquals(good.frames.filter((frame) => frame.type === "error"), []);
  }));

Deno.test("a socket without a good key is refused and closed", () =>
  withEdge(async (edge, connect) => {
    const cases: [unknown, keyof typeof feedProblems][] = [
      [subscribe, "key_missing"],
      [{ type: "authenticate", key: "sw_nobodyshere0_" + "x".repeat(43) }, "key_invalid"],
      [{ type: "authenticate", token: "not.a.token" }, "key_invalid"],
      [
        { type: "authenticate", key: await edge.key({ permissions: ["trade:write"] }) },
        "permission_denied",
      ],
    ];
    for (const [frame, code] of cases) {
      const client = await connect(null);
      client.send(frame);
      assertEquals(await client.closed, { code: 1008, reason: code });
      assertEquals(refusalsIn(edge).splice(-1), [code]);
    }
    assertEquals(refusalsIn(edge).length, cases.length);
  }));

Deno.test("a key in the header that is not good is refused before the socket opens", async () => {
  await using edge = await startTestEdge();
  const weak = await edge.key({ permissions: ["trade:write"] });
  const open = async (headers: Record<string, string>) => {
    const answer = await edge.app.fetch(new Request(`http://edge${feedPath}`, { headers }));
    return [answer.status, (await answer.json()).code];
  };
  const upgrade = { upgrade: "websocket", connection: "upgrade" };
  assertEquals(await open({ ...upgrade, "x-api-key": "sw_wrong" }), [401, "key_invalid"]);
  assertEquals(await open({ ...upgrade, "x-api-key": weak }), [403, "permission_denied"]);
  assertEquals(await open({ "x-api-key": edge.admin }), [400, "invalid_request"]);
});

Deno.test("a flood of frames, and frames refused again and again, close the socket once", () =>
  withEdge(async (edge, connect) => {
    const flood = await connect(edge.admin);
    for (let at = 0; at < 10_000; at++) flood.send(subscribe);
    // With frames still on their way the network may lose the close frame, not the close.
    await flood.closed;
    assertEquals(refusalsIn(edge), ["too_many_frames"]);
    const wrong = await connect(edge.admin);
    for (let at = 0; at <= feedLimits.refusalsMax; at++) wrong.send("{");
    assertEquals(await wrong.closed, { code: 1008, reason: "too_many_refusals" });
    assertEquals(refusalsIn(edge).length, 1 + feedLimits.refusalsMax + 2);
  }));

Deno.test("a deleted key closes its sockets, and those of its tokens, and no others", () =>
  withEdge(async (edge, connect) => {
    const key = await edge.key();
    const mine = await connect(key);
    const auth = await edge.deps.registry.authenticate({ kind: "api_key", value: key });
    const byToken = await connect(null);
    byToken.send({
      type: "authenticate",
      token: await edge.deps.tokens.sign(auth!, { audience: "client", ttlMs: 60_000 }),
    });
    await byToken.next("authenticated");
    const other = await connect(edge.admin);
    await edge.deps.keys.delete(auth!.subject.slice("key:".length));
    assertEquals(await mine.closed, { code: 1008, reason: "key_invalid" });
    assertEquals(await byToken.closed, { code: 1008, reason: "key_invalid" });
    await other.next("heartbeat");
    assertEquals(other.socket.readyState, WebSocket.OPEN);
  }));

Deno.test("an expired token closes its socket", () =>
  withEdge(async (edge, connect) => {
    const auth = await edge.deps.registry.authenticate({ kind: "api_key", value: edge.admin });
    const token = await edge.deps.tokens.sign(auth!, { audience: "client", ttlMs: 1_000 });
    const client = await connect(null);
    client.send({ type: "authenticate", token });
    await client.next("authenticated");
    assertEquals(await client.closed, { code: 1008, reason: "key_invalid" });
  }));

Deno.test("a key may have so many sockets, and a closed one makes room", () =>
  withEdge(async (edge, connect) => {
    const first = await connect(edge.admin);
    await connect(edge.admin);
    const third = await connect(null);
    third.send({ type: "authenticate", key: edge.admin });
    assertEquals(await third.closed, { code: 1008, reason: "too_many_sockets" });
    first.socket.close();
    await first.closed;
    const again = await connect(null);
    again.send({ type: "authenticate", key: edge.admin });
    await again.next("authenticated");
  }, { socketsPerKey: 2 }));

Deno.test("an edge that goes away says so to every client", () =>
  withEdge(async (edge, connect) => {
    const clients = [await connect(edge.admin), await connect(null)];
    edge.deps.feed.drain();
    for (const client of clients) {
      assertEquals(await client.closed, { code: 1001, reason: "draining" });
    }
  }));
