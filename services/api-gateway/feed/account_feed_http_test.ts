// Goal: a client that follows an account gets every transaction once, in order, whatever the stream,
// the trading gateway, the socket or the client itself does; and only who may read the account.
// Method: the real edge behind a real server, real sockets, the SDK's client; a trading gateway that
// fails as a test says. The seed of the random one is printed.

import { assert, assertEquals } from "@std/assert";
import { feedLimits } from "../../../shared/contracts/messages/feed.ts";
import { seededRandom } from "../../../shared/domain/random.ts";
import { AccountFeed, FeedClient, FeedRefusal } from "../../../shared/sdk/mod.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { type FeedSocketClient, withEdge } from "../testing/feed_sockets.ts";
import { ScriptedTrading } from "../testing/scripted_trading.ts";

const follow = { type: "subscribe", channel: "account", accountId: "demo" } as const;

/** Ids of the transactions that came, frame by frame. */
const idsOf = ({ frames }: FeedSocketClient): number[] =>
  frames.flatMap((frame) =>
    frame.type === "transactions" ? frame.transactions.map((one) => one.transactionId) : []
  );
const upTo = (last: number, from = 1) =>
  Array.from({ length: last - from + 1 }, (_, at) => from + at);

Deno.test("a snapshot stands before the transactions that follow it", async () => {
  const trading = new ScriptedTrading();
  trading.book(3);
  await withEdge(async (edge, connect) => {
    const client = await connect(await edge.key());
    client.send({ ...follow, id: "one" });
    assertEquals(await client.next("subscribed"), {
      type: "subscribed",
      id: "one",
      channel: "account",
      accounts: ["demo"],
    });
    const snapshot = await client.next("account_snapshot");
    assert(snapshot.type === "account_snapshot");
    assertEquals(snapshot.lastTransactionId, 3);
    await edge.transactions(trading.book(2));
    await client.next("transactions");
    assertEquals(idsOf(client), [4, 5]);
    client.send({ type: "unsubscribe", channel: "account", accountId: "demo" });
    const left = await client.next("subscribed");
    assert(left.type === "subscribed" && left.channel === "account");
    assertEquals(left.accounts, []);
  }, { trading: trading.fetch });
});

Deno.test("a client resumes from any transaction, pages and pages ago, joined to the live ones", async () => {
  const trading = new ScriptedTrading();
  trading.book(1_234);
  await withEdge(async (edge, connect) => {
    const client = await connect(await edge.key());
    client.send({ ...follow, since: 7 });
    await edge.transactions(trading.book(3));
    await eventually(() => assertEquals(idsOf(client).at(-1), 1_237));
    assertEquals(idsOf(client), upTo(1_237, 8));
    assert(client.frames.every((frame) => frame.type !== "account_snapshot"));
    const sizes = client.frames.map((one) =>
      one.type === "transactions" ? one.transactions.length : 0
    );
    assert(Math.max(...sizes) <= 100, "a frame has a bound");
  }, { trading: trading.fetch });
});

Deno.test("one that has missed nothing resumes without a read", async () => {
  const trading = new ScriptedTrading();
  trading.book(9);
  await withEdge(async (edge, connect) => {
    await edge.account({ lastTransactionId: 9 });
    await eventually(() => edge.deps.market.account("demo") !== undefined);
    const client = await connect(await edge.key());
    client.send({ ...follow, since: 9 });
    await client.next("subscribed");
    await edge.transactions(trading.book(1));
    await client.next("transactions");
    assertEquals([idsOf(client), trading.reads], [[10], []]);
  }, { trading: trading.fetch });
});

Deno.test("events that come twice, late, in disorder or not at all change nothing", async () => {
  const trading = new ScriptedTrading();
  await withEdge(async (edge, connect) => {
    const client = await connect(await edge.key());
    client.send({ ...follow, since: 0 });
    await client.next("subscribed");
    const [first, second, third, lost, fifth] = trading.book(5).map((one) => [one]);
    await edge.transactions(first!);
    await edge.transactions(third!);
    await edge.transactions(second!);
    await edge.transactions(third!);
    assert(lost !== undefined);
    await edge.transactions(fifth!);
    await eventually(() => assertEquals(idsOf(client), upTo(5)));
    // Nothing but the account itself tells of this one.
    trading.book(1);
    await edge.account({ lastTransactionId: 6 });
    await eventually(() => assertEquals(idsOf(client), upTo(6)));
  }, { trading: trading.fetch });
});

Deno.test("while the trading gateway is away the answer waits, and the socket stays", async () => {
  const trading = new ScriptedTrading();
  trading.book(2);
  trading.fails = () => true;
  await withEdge(async (edge, connect) => {
    const client = await connect(await edge.key());
    client.send(follow);
    await eventually(() => trading.reads.length >= 3);
    assertEquals(client.frames.some((frame) => frame.type === "subscribed"), false);
    trading.fails = () => false;
    await client.next("account_snapshot");
  }, { trading: trading.fetch });
});

Deno.test("each frame about accounts that is not allowed has its refusal, and changes nothing", async () => {
  const trading = new ScriptedTrading();
  trading.book(4);
  await withEdge(async (edge, connect) => {
    const refusals: [string, unknown, string, string?][] = [
      ["an account of someone else", { ...follow, accountId: "another" }, "account_denied"],
      ["an account that is none", { ...follow, accountId: "nobody" }, "account_unknown", "nobody"],
      ["a key for prices only", follow, "account_denied", "prices"],
      ["an id that is none", { ...follow, accountId: "../demo" }, "invalid_frame"],
      ["no account", { type: "subscribe", channel: "account" }, "invalid_frame"],
      ["every account", { ...follow, accountId: "*" }, "invalid_frame"],
      ["symbols", { ...follow, symbols: ["EURUSD"] }, "invalid_frame"],
      ["a transaction that is none", { ...follow, since: -1 }, "invalid_frame"],
      ["half a transaction", { ...follow, since: 1.5 }, "invalid_frame"],
      ["a transaction as text", { ...follow, since: "1" }, "invalid_frame"],
      ["a transaction to come", { ...follow, since: 5 }, "resume_ahead"],
      ["an account of the quotes", { type: "subscribe", accountId: "demo" }, "invalid_frame"],
      ["an interval", { ...follow, intervalMs: 100 }, "invalid_frame"],
      [
        "leaving with a transaction",
        { ...follow, type: "unsubscribe", since: 1 },
        "invalid_frame",
      ],
    ];
    const keys: Record<string, string> = {
      demo: await edge.key(),
      nobody: await edge.key({ accounts: ["nobody"] }),
      prices: await edge.key({ permissions: ["market:read"] }),
    };
    for (const [title, frame, code, whose = "demo"] of refusals) {
      const client = await connect(keys[whose]!);
      client.send(typeof frame === "object" ? { ...frame, id: title } : frame);
      const refused = await client.next("error");
      assert(refused.type === "error");
      assertEquals([refused.code, refused.id], [code, title]);
      client.send({ type: "unsubscribe", channel: "account", accountId: "demo", id: "after" });
      const after = await client.next("subscribed");
      assert(after.type === "subscribed" && after.channel === "account");
      assertEquals(after.accounts, [], title);
      client.socket.close();
    }
  }, { trading: trading.fetch });
});

Deno.test("a socket follows as many accounts as a key may reach and no more; a new frame takes the place of the last", async () => {
  const trading = new ScriptedTrading();
  trading.delayMs = () => 50;
  await withEdge(async (edge, connect) => {
    const client = await connect(await edge.key({ accounts: [], permissions: ["admin"] }));
    // Newest first, so that none of them is read: the edge knows where they are.
    const last = feedLimits.accountsMax;
    for (let at = 0; at <= last; at++) {
      await edge.account({ accountId: `a-${at}`, lastTransactionId: 1 });
    }
    await eventually(() => edge.deps.market.account(`a-${last}`) !== undefined);
    for (let at = 0; at <= last; at++) {
      if (at % 15 === 14) await new Promise((resolve) => setTimeout(resolve, 1_001));
      client.send({ ...follow, accountId: `a-${at}`, since: 1, id: `${at}` });
    }
    const refused = await client.next("error");
    assert(refused.type === "error");
    assertEquals([refused.code, refused.id], ["too_many_subscriptions", String(last)]);
    const other = await connect(await edge.key());
    trading.book(2);
    other.send({ ...follow, id: "first" });
    other.send({ ...follow, since: 0, id: "second" });
    const answers = [await other.next("subscribed"), await other.next("subscribed")];
    assertEquals(answers.map((one) => one.type === "subscribed" && one.id), ["first", "second"]);
    await other.next("transactions");
    assertEquals(idsOf(other), [1, 2]);
    assert(other.frames.every((frame) => frame.type !== "account_snapshot"));
  }, { trading: trading.fetch });
});

Deno.test("what an account is worth comes when a price has moved it", async () => {
  const trading = new ScriptedTrading();
  trading.book(7);
  await withEdge(async (edge, connect) => {
    await edge.quote("EURUSD", 110_000);
    const long = { symbol: "EURUSD", units: "10000", openCost: "11000" };
    await edge.account({ balance: "5000", lastTransactionId: 7, positions: [long] });
    const client = await connect(await edge.key());
    client.send(follow);
    const next = async () => {
      const values = await client.next("account_values");
      assert(values.type === "account_values");
      const { type: _, time: __, ...rest } = values;
      return rest;
    };
    const standing = {
      accountId: "demo",
      lastTransactionId: 7,
      balance: "5000.000000",
      unrealised: "0.000000",
      equity: "5000.000000",
    };
    const { marginUsed, marginAvailable, ...first } = await next();
    assertEquals(first, standing);
    assertEquals(Number(marginUsed) + Number(marginAvailable), 5_000);
    await edge.quote("EURUSD", 110_050);
    const { marginUsed: _, marginAvailable: __, ...second } = await next();
    assertEquals(second, { ...standing, unrealised: "5.000000", equity: "5005.000000" });
  }, { trading: trading.fetch });
});

/** Reads the account until a transaction, one by one. */
async function readUntil(feed: AccountFeed, done: (id: number) => boolean, pauseMs = 0) {
  const ids: number[] = [];
  for await (const one of feed) {
    ids.push(one.transactionId);
    if (done(one.transactionId)) break;
    if (pauseMs > 0 && ids.length % 50 === 0) await new Promise((go) => setTimeout(go, pauseMs));
  }
  return ids;
}

Deno.test("amid lost sockets, failing reads and a broken stream everyone gets each transaction once", async () => {
  const seed = Deno.env.get("SPOTWIRE_TEST_SEED") ?? crypto.randomUUID();
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const trading = new ScriptedTrading();
  trading.fails = () => random.next() < 0.3;
  trading.delayMs = () => random.next() * 8;
  await withEdge(async (edge, connect) => {
    const url = (await connect(edge.admin)).socket.url.replace("ws:", "http:").replace(
      /\/v1.*/,
      "",
    );
    const sockets: WebSocket[] = [];
    class Dropped extends WebSocket {
      constructor(address: string, protocols?: string | string[]) {
        super(address, protocols);
        sockets.push(this);
      }
    }
    const total = 3_000;
    const readers = await Promise.all([0, 0, 0, 20].map(async (pauseMs) => {
      const feed = new FeedClient({
        url,
        key: await edge.key(),
        WebSocket: Dropped,
        backoff: { baseMs: 5, delayMsMax: 20 },
      });
      const account = feed.account("demo", { since: 0 });
      const read = readUntil(account, (id) => id === total, pauseMs);
      return { feed, read };
    }));
    while (trading.last < total) {
      const many = Math.min(1 + Math.floor(random.next() * 40), total - trading.last);
      const booked = trading.book(many);
      const then = random.next();
      if (then < 0.6) await edge.transactions(booked);
      else if (then < 0.7) await edge.transactions(booked.toReversed());
      else if (then < 0.8) {
        await edge.transactions(booked);
        await edge.transactions(booked);
      } else if (then < 0.9) await edge.account({ lastTransactionId: trading.last });
      if (random.next() < 0.2) {
        sockets[Math.floor(random.next() * sockets.length)]?.close();
      }
      await new Promise((go) => setTimeout(go, random.next() * 12));
    }
    await edge.account({ lastTransactionId: trading.last });
    for (const { feed, read } of readers) {
      assertEquals(await read, upTo(total), `seed ${seed}`);
      feed.close();
    }
    for (const socket of sockets) socket.close();
  }, { trading: trading.fetch });
});

Deno.test("a loop over an account that may not be read throws the refusal", async () => {
  const trading = new ScriptedTrading();
  trading.book(3);
  await withEdge(async (edge, connect) => {
    const url = (await connect(edge.admin)).socket.url.replace("ws:", "http:").replace(
      /\/v1.*/,
      "",
    );
    const feed = new FeedClient({ url, key: await edge.key() });
    const codes: string[] = [];
    feed.on("error", ({ code }) => codes.push(code));
    for (const [accountId, since] of [["another", 0], ["demo", 9]] as const) {
      const refused = await readUntil(feed.account(accountId, { since }), () => true)
        .catch((error: unknown) => error);
      assert(refused instanceof FeedRefusal);
    }
    assertEquals(codes, ["account_denied", "resume_ahead"]);
    // The account is free again, and the connection as good as before.
    assertEquals(await readUntil(feed.account("demo", { since: 1 }), (id) => id === 3), [2, 3]);
    feed.close();
  }, { trading: trading.fetch });
});
