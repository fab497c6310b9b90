// Goal: what a client chooses for itself (form, interval, channel, where to resume) changes what it
// gets and nobody else's feed. Method: the real edge behind a real server, real WebSockets.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LiveBar, toLiveBar } from "../../../shared/contracts/messages/bars.ts";
import type { LiveSignal } from "../../../shared/contracts/messages/signals.ts";
import {
  feedIntervalsMs,
  feedPath,
  resumeLimits,
  type ServerFrame,
} from "../../../shared/contracts/messages/feed.ts";
import { feedProtocols, instrumentTable } from "../../../shared/contracts/messages/feed_binary.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { openBar } from "../../../shared/domain/bar.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { createEventSource, publishEvents } from "../../../shared/runtime/events.ts";
import { uuidIds } from "../../../shared/runtime/time.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { type FeedSocketClient, withEdge } from "../testing/feed_sockets.ts";
import { startTestEdge, type TestEdge } from "../testing/test_edge.ts";

const quotesOf = (frame: ServerFrame) =>
  frame.type === "quotes" || frame.type === "snapshot" ? frame.quotes : [];
const allQuotes = (client: FeedSocketClient) => client.frames.flatMap(quotesOf);
const sequencesOf = (client: FeedSocketClient, symbol: string) =>
  allQuotes(client).filter((one) => one.symbol === symbol).map((one) => one.sequence);
const has = (edge: TestEdge, symbol: string, sequence: number) =>
  eventually(() => edge.deps.market.quotes.get(symbol)?.sequence === sequence);

Deno.test("the binary protocol carries the very quotes of the JSON one, behind a table", () =>
  withEdge(async (edge, connect) => {
    await has(edge, "EURUSD", await edge.quote("EURUSD", 110_000));
    const json = await connect(edge.admin, [feedProtocols.json]);
    const binary = await connect(edge.admin, ["other.v9", feedProtocols.binary]);
    assertEquals(json.socket.protocol, feedProtocols.json);
    assertEquals(binary.socket.protocol, feedProtocols.binary);
    assertEquals(await binary.next("table"), { type: "table", instruments: instrumentTable });
    for (const client of [json, binary]) {
      client.send({ type: "subscribe", symbols: "*" });
      await client.next("snapshot");
    }
    for (let at = 0; at < 20; at++) {
      await edge.quote("EURUSD", 110_000 + at);
      await edge.quote("USDJPY", 150_000 - at);
      await edge.quote("XAUUSD", 2_650_123 + at);
    }
    await eventually(() => allQuotes(binary).length === 61 && allQuotes(json).length === 61);
    assertEquals(allQuotes(binary), allQuotes(json));
    assertEquals(json.frames.some((frame) => frame.type === "table"), false);
  }));

Deno.test("a list of protocols the feed does not speak is refused before the socket opens", async () => {
  await using edge = await startTestEdge();
  const headers = {
    upgrade: "websocket",
    connection: "upgrade",
    "x-api-key": edge.admin,
    "sec-websocket-protocol": "graphql-ws, spotwire.v9.binary",
  };
  const answer = await edge.app.fetch(new Request(`http://edge${feedPath}`, { headers }));
  assertEquals([answer.status, (await answer.json()).code], [400, "feed_protocol_unknown"]);
  await withEdge(async (other, connect) => {
    await assertRejects(() => connect(other.admin, ["graphql-ws"]));
  });
});

Deno.test("all clients of an interval get the same frames: the newest of each symbol, in order", () =>
  withEdge(async (edge, connect) => {
    const intervalMs = feedIntervalsMs[1]!;
    const clients: FeedSocketClient[] = [];
    for (let at = 0; at < 3; at++) {
      const client = await connect(edge.admin, at === 2 ? [feedProtocols.binary] : []);
      client.send({ type: "subscribe", symbols: "*", intervalMs });
      const subscribed = await client.next("subscribed");
      assert(subscribed.type === "subscribed" && subscribed.channel === "quotes");
      assertEquals(subscribed.intervalMs, intervalMs);
      clients.push(client);
    }
    const every = await connect(edge.admin);
    every.send({ type: "subscribe", symbols: "*" });
    await every.next("snapshot");
    const total = 200;
    let last = 0;
    for (let at = 0; at < total; at++) last = await edge.quote("EURUSD", 110_000 + at);
    await eventually(() => clients.every((one) => sequencesOf(one, "EURUSD").at(-1) === last));
    assertEquals(sequencesOf(every, "EURUSD").length, total);
    const frames = (client: FeedSocketClient) =>
      client.frames.filter((frame) => frame.type === "quotes").map(quotesOf);
    assertEquals(frames(clients[1]!), frames(clients[0]!));
    assertEquals(frames(clients[2]!), frames(clients[0]!));
    for (const quotes of frames(clients[0]!)) {
      assertEquals(new Set(quotes.map((one) => one.symbol)).size, quotes.length);
    }
    const sequences = sequencesOf(clients[0]!, "EURUSD");
    assert(sequences.length < total);
    assertEquals(sequences, sequences.toSorted((a, b) => a - b));
  }));

Deno.test("a client that leaves its interval is told all that it holds at once", () =>
  withEdge(async (edge, connect) => {
    const client = await connect(edge.admin);
    client.send({ type: "subscribe", symbols: ["EURUSD", "USDJPY"], intervalMs: 1_000 });
    await client.next("snapshot");
    await has(edge, "EURUSD", await edge.quote("EURUSD", 110_000));
    client.send({ type: "subscribe", symbols: ["USDJPY"], intervalMs: 0 });
    const snapshot = await client.next("snapshot");
    assertEquals(quotesOf(snapshot).map((one) => one.symbol), ["EURUSD"]);
  }));

Deno.test("a client that resumes gets every quote it missed, once, in order", () =>
  withEdge(async (edge, connect) => {
    const seen: Record<string, number> = {};
    for (const symbol of ["EURUSD", "USDJPY", "GBPUSD"]) {
      seen[symbol] = await edge.quoteNext(symbol, 110_000);
    }
    for (let at = 0; at < 5; at++) await edge.quoteNext("EURUSD", 110_001 + at);
    await edge.quoteNext("USDJPY", 150_000);
    await has(edge, "USDJPY", seen.USDJPY! + 1);
    const client = await connect(edge.admin, [feedProtocols.binary]);
    client.send({ type: "subscribe", symbols: ["EURUSD", "USDJPY", "GBPUSD"], resume: seen });
    await client.next("subscribed");
    assertEquals(quotesOf(await client.next("snapshot")), []);
    await client.next("quotes");
    assertEquals(
      sequencesOf(client, "EURUSD"),
      [1, 2, 3, 4, 5].map((step) => seen.EURUSD! + step),
    );
    assertEquals(sequencesOf(client, "USDJPY"), [seen.USDJPY! + 1]);
    assertEquals(sequencesOf(client, "GBPUSD"), [seen.GBPUSD!], "the newest, with its status now");
    assertEquals(client.frames.some((frame) => frame.type === "gap"), false);
  }));

Deno.test("a client away for longer than quotes are kept is told of the gap, then where it stands", () =>
  withEdge(async (edge, connect) => {
    const first = await edge.quoteNext("EURUSD", 110_000);
    const yen = await edge.quoteNext("USDJPY", 150_000);
    let last = first;
    for (let at = 0; at <= resumeLimits.quotesPerSymbol; at++) {
      last = await edge.quoteNext("EURUSD", 110_000 + at);
    }
    await has(edge, "EURUSD", last);
    const client = await connect(edge.admin);
    client.send({
      type: "subscribe",
      symbols: "*",
      resume: { EURUSD: first, USDJPY: yen },
    });
    assertEquals(await client.next("gap"), {
      type: "gap",
      channel: "quotes",
      symbols: ["EURUSD"],
    });
    const snapshot = quotesOf(await client.next("snapshot"));
    assertEquals(snapshot.map((one) => [one.symbol, one.sequence]), [["EURUSD", last]]);
    assertEquals(quotesOf(await client.next("quotes")).map((one) => one.symbol), ["USDJPY"]);
    const newest = await connect(edge.admin);
    newest.send({ type: "subscribe", symbols: "*", intervalMs: 250, resume: { EURUSD: first } });
    assertEquals(
      quotesOf(await newest.next("quotes")).map((one) => one.sequence),
      [last],
      "who takes the newest only has missed nothing",
    );
  }));

Deno.test("bars are a channel of their own: partial, final and corrected states, and a snapshot", () =>
  withEdge(async (edge, connect) => {
    const events = createEventSource({ source: "/test", ids: uuidIds, clock: edge.deps.clock });
    const publish = (...bars: LiveBar[]) =>
      publishEvents(edge.deps.streams, topics.bars, [events.event("bars.updated", { bars })]);
    const quote = (await eventually(async () => {
      await edge.quote("EURUSD", 110_000);
      return edge.deps.market.quotes.get("EURUSD");
    }))!;
    const eurusd = instrumentOf(quote.symbol);
    const bar = openBar(quote, "bid");
    const partial = toLiveBar(bar, eurusd, { state: "partial", version: 1 });
    const final = toLiveBar(bar, eurusd, { state: "final", version: 2 });
    const client = await connect(edge.admin, [feedProtocols.binary]);
    client.send({ type: "subscribe", channel: "bars", symbols: ["EURUSD"] });
    const subscribed = await client.next("subscribed");
    assertEquals(subscribed.type === "subscribed" && subscribed.channel, "bars");
    assertEquals(await client.next("bars"), { type: "bars", snapshot: true, bars: [] });
    await publish(partial);
    assertEquals(await client.next("bars"), { type: "bars", snapshot: false, bars: [partial] });
    await publish(final, partial);
    assertEquals(await client.next("bars"), { type: "bars", snapshot: false, bars: [final] });
    const late = await connect(edge.admin);
    late.send({ type: "subscribe", channel: "bars", symbols: "*" });
    assertEquals(await late.next("bars"), { type: "bars", snapshot: true, bars: [final] });
    late.send({ type: "unsubscribe", channel: "bars", symbols: "*" });
    assertEquals(allQuotes(client), [], "quotes are not subscribed to");
  }));

Deno.test("who comes back to the bars gets those since, corrections of older ones, or a gap", () =>
  withEdge(async (edge, connect) => {
    const events = createEventSource({ source: "/test", ids: uuidIds, clock: edge.deps.clock });
    const minute = (at: number): LiveBar => ({
      ...{ symbol: "EURUSD", side: "bid", granularity: "M1", openTime: at * 60_000 },
      ...{ open: "1.10000", high: "1.10010", low: "1.09990", close: "1.10001", ticks: 4 },
      ...{ state: "final", version: 1 },
    });
    const watcher = await connect(edge.admin);
    watcher.send({ type: "subscribe", channel: "bars", symbols: "*" });
    await watcher.next("bars");
    const tell = async (bars: LiveBar[]) => {
      await publishEvents(edge.deps.streams, topics.bars, [events.event("bars.updated", { bars })]);
      assertEquals(await watcher.next("bars"), { type: "bars", snapshot: false, bars });
    };
    const comeBack = async (openTime: number) => {
      const client = await connect(edge.admin);
      const resume = { EURUSD: openTime };
      client.send({ type: "subscribe", channel: "bars", symbols: "*", resume });
      await client.next("subscribed");
      return client;
    };
    const corrected: LiveBar = { ...minute(1), state: "corrected", version: 2, ticks: 5 };
    await tell([1, 2, 3, 4].map(minute));
    await tell([corrected, minute(5)]);
    const back = await comeBack(minute(3).openTime);
    assertEquals(await back.next("bars"), { type: "bars", snapshot: true, bars: [] });
    const missed = [corrected, ...[3, 4, 5].map(minute)];
    assertEquals(await back.next("bars"), { type: "bars", snapshot: false, bars: missed });
    await tell(Array.from({ length: resumeLimits.barsPerSymbol }, (_, at) => minute(6 + at)));
    const late = await comeBack(minute(3).openTime);
    assertEquals(await late.next("gap"), { type: "gap", channel: "bars", symbols: ["EURUSD"] });
    const newest = minute(5 + resumeLimits.barsPerSymbol);
    assertEquals(await late.next("bars"), { type: "bars", snapshot: true, bars: [newest] });
  }));

Deno.test("signals are a channel of their own, and who comes back is told those since", () =>
  withEdge(async (edge, connect) => {
    const events = createEventSource({ source: "/test", ids: uuidIds, clock: edge.deps.clock });
    const publish = (...signals: LiveSignal[]) =>
      publishEvents(edge.deps.streams, topics.signals, [
        events.event("signals.updated", { signals }),
      ]);
    const signal = (sequence: number, over: Partial<LiveSignal> = {}): LiveSignal => ({
      ...{ symbol: "EURUSD", study: "range_break", granularity: "M5", time: sequence },
      ...{ direction: "up", price: "1.10000", state: "raised", sequence },
      ...over,
    });
    const told = (snapshot: boolean, ...signals: LiveSignal[]) => ({
      type: "signals" as const,
      snapshot,
      signals,
    });
    const client = await connect(edge.admin, [feedProtocols.binary]);
    client.send({ type: "subscribe", channel: "signals", symbols: ["EURUSD"] });
    const subscribed = await client.next("subscribed");
    assertEquals(subscribed.type === "subscribed" && subscribed.channel, "signals");
    assertEquals(await client.next("signals"), told(true));
    await publish(signal(1), signal(1, { symbol: "USDJPY" }));
    assertEquals(await client.next("signals"), told(false, signal(1)));
    const withdrawn = signal(3, { time: 2, state: "withdrawn" });
    await publish(signal(2), withdrawn);
    assertEquals(await client.next("signals"), told(false, signal(2), withdrawn));
    const comeBack = async (resume: Record<string, number>) => {
      const back = await connect(edge.admin);
      back.send({ type: "subscribe", channel: "signals", symbols: ["EURUSD"], resume });
      return back;
    };
    const late = await comeBack({ EURUSD: 1 });
    assertEquals(await late.next("signals"), told(true));
    assertEquals(await late.next("signals"), told(false, signal(2), withdrawn));
    const fresh = await comeBack({});
    assertEquals(await fresh.next("signals"), told(true, signal(1)));
    const early = await comeBack({ EURUSD: 9 });
    const refused = await early.next("error");
    assertEquals(refused.type === "error" && refused.code, "resume_ahead");
  }));
