// Goal: what an edge sends and holds for a client that reads slowly is bounded, and the client still
// gets every transaction once. Method: the hub over a socket whose buffer the test fills and empties,
// a scripted trading gateway, and a clock of the test's own.

import { assert, assertEquals } from "@std/assert";
import { feedLimits } from "../../../shared/contracts/messages/feed.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { EdgeMarket } from "../market/edge_market.ts";
import { ScriptedTrading } from "../testing/scripted_trading.ts";
import { AccountHub } from "./account_hub.ts";
import { createAccountSource } from "./account_source.ts";
import { FeedClient } from "./feed_client.ts";

const auth = { subject: "key:test", permissions: new Set([]), accounts: "all" } as const;

class Socket {
  /** Whether the client reads: what is sent to one that does not stays here. */
  reads = true;
  #unread = 0;
  readonly ids: number[] = [];
  bytes = 0;

  get bufferedAmount(): number {
    if (this.reads) this.#unread = 0;
    return this.#unread;
  }

  send(frame: string | Uint8Array): void {
    assert(typeof frame === "string");
    this.bytes += frame.length;
    this.#unread += frame.length;
    for (const one of JSON.parse(frame).transactions ?? []) this.ids.push(one.transactionId);
  }
}

function start() {
  const clock = new ManualClock(epochMs(Date.UTC(2026, 0, 7, 12)));
  const trading = new ScriptedTrading();
  const upstream = { name: "trading", fetch: trading.fetch };
  const market = new EdgeMarket({ hours: tradingHours("always"), clock });
  const source = createAccountSource(upstream, () => Promise.resolve("token"));
  const hub = new AccountHub({ source, market, clock });
  const follow = (since: number) => {
    const socket = new Socket();
    const refusals: string[] = [];
    const follower = hub.follow({
      reader: { accountId: "demo", auth },
      since,
      client: new FeedClient(socket),
      opened: () => {},
      refused: ({ code }) => {
        refusals.push(code);
        hub.leave(follower);
      },
    });
    follower.advance();
    return { socket, refusals, follower };
  };
  const pass = (ms: number) => {
    clock.advanceTo(epochMs(clock.now() + ms));
    hub.turn();
  };
  let sequence = 0;
  const quote = (bid: number) => {
    const now = clock.now();
    const times = { venueTime: now, receivedTime: now, sequence: ++sequence };
    market.quotes.apply({
      symbol: "EURUSD" as Symbol,
      bid: price(bid),
      ask: price(bid + 10),
      ...times,
    });
  };
  return { trading, market, hub, follow, pass, quote };
}

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

Deno.test("one that stops reading is sent no more until it reads, then all it missed; no one else waits", async () => {
  const { trading, hub, follow, pass } = start();
  const slow = follow(0);
  const quick = follow(0);
  await eventually(() => slow.follower.isOpen && quick.follower.isOpen);
  slow.socket.reads = false;
  // More than the edge keeps, so that the slow one's must come from the store.
  for (let turn = 0; turn < 150; turn++) hub.take(trading.book(100));
  assertEquals(quick.socket.ids, upTo(15_000));
  assert(slow.socket.bytes < feedLimits.bufferedBytesMax * 2, `${slow.socket.bytes} bytes sent`);
  const sent = slow.socket.bytes;
  pass(1_000);
  assertEquals(slow.socket.bytes, sent);
  slow.socket.reads = true;
  await eventually(() => {
    pass(25);
    assertEquals(slow.socket.ids.length, 15_000);
  });
  assertEquals(slow.socket.ids, upTo(15_000));
  assertEquals([slow.refusals, quick.refusals], [[], []]);
});

Deno.test("one that reads nothing for long is refused, and the edge forgets it", async () => {
  const { trading, hub, follow, pass } = start();
  const { socket, refusals, follower } = follow(0);
  await eventually(() => follower.isOpen);
  socket.reads = false;
  for (let turn = 0; turn < 20; turn++) hub.take(trading.book(100));
  pass(feedLimits.stalledMsMax - 1_000);
  assertEquals(refusals, []);
  pass(2_000);
  assertEquals([refusals, hub.size], [["client_stalled"], 0]);
});

Deno.test("one that stops reading while its account is being read goes on when it reads again", async () => {
  const { trading, market, hub, follow, pass, quote } = start();
  const { socket, follower } = follow(0);
  await eventually(() => follower.isOpen);
  market.takeAccount({
    accountId: "demo",
    tenant: "default",
    currency: "USD",
    positionMode: "netting",
    balance: "1000",
    lastTransactionId: 1,
    openOrders: 0,
    positions: [{ symbol: "EURUSD", units: "1000", openCost: "1100" }],
  });
  trading.delayMs = () => 50;
  // The first was lost on its way, so that both are read.
  hub.take(trading.book(2).slice(1));
  socket.reads = false;
  // Nothing here gives the read its turn: the account's worth alone fills the socket.
  for (let sent = -1, turns = 0; sent !== socket.bytes; turns = 0) {
    sent = socket.bytes;
    quote(110_000 + sent % 1_000);
    while (turns++ < 20) pass(25);
  }
  assertEquals(socket.ids, []);
  assert(socket.bytes > feedLimits.bufferedBytesMax, "it is behind");
  await eventually(() => trading.reads.length > 1);
  socket.reads = true;
  await eventually(() => {
    pass(25);
    assertEquals(socket.ids, [1, 2]);
  });
});
