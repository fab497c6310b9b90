// Goal: whoever follows an account gets every transaction once and in order, whatever dies: the edge,
// the trading gateway, the whole platform, or the socket. Method: real processes under a flow of
// orders, SIGKILL at random moments, sockets dropped at random moments, the SDK's client; in the end
// what it got is compared with what the platform kept. The seed is printed.

import { assert, assertEquals } from "@std/assert";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { price } from "../../shared/domain/instrument.ts";
import { instruments } from "../../shared/domain/instruments.ts";
import { type Random, seededRandom } from "../../shared/domain/random.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { createSpotwire, type Spotwire, type Transaction } from "../../shared/sdk/mod.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";

const kills = Number(Deno.env.get("SPOTWIRE_TEST_KILLS") ?? 6);
const account = "demo";
const root = new URL("../../", import.meta.url);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function newSeed(): Random {
  const seed = Deno.env.get("SPOTWIRE_TEST_SEED") ?? crypto.randomUUID();
  console.log(`seed ${seed}`);
  return seededRandom(seed);
}

/** Follows the account on a socket that is dropped now and then; one loop, one listener. */
function follow(spotwire: Spotwire) {
  const sockets: WebSocket[] = [];
  class Dropped extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const feed = spotwire.feed({ WebSocket: Dropped, backoff: { baseMs: 20, delayMsMax: 200 } });
  const looped: Transaction[] = [];
  const heard: Transaction[] = [];
  const followed = feed.account(account, { since: 0 });
  followed.on("transactions", (some) => void heard.push(...some));
  const reading = (async () => {
    for await (const one of followed) looped.push(one);
  })();
  return {
    looped,
    heard,
    drop: () => sockets.at(-1)?.close(),
    async end() {
      feed.close();
      await reading;
      for (const socket of sockets) socket.close();
    },
  };
}

/** Orders, cancels, replaces and deposits until the signal aborts, whether they are answered or not. */
async function trade(spotwire: Spotwire, random: Random, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const type = random.next() < 0.5
      ? { type: "market" as const, takeProfitOnFill: { price: "9.00000" } }
      : { type: "limit" as const, price: "0.50000" };
    const order = { clientOrderId: crypto.randomUUID(), symbol: "EURUSD", units: "100", ...type };
    try {
      const placed = await spotwire.placeOrder(account, { ...order, side: "buy" });
      const then = random.next();
      if (then < 0.3) await spotwire.cancelOrder(account, placed.orderId);
      else if (then < 0.5) await spotwire.replaceOrder(placed, { units: "200" });
      else if (then < 0.6) await spotwire.cancelOrders(account);
    } catch {
      await pause(20); // refused, or on its way when something died: the account knows
    }
  }
}

async function allTransactions(spotwire: Spotwire): Promise<Transaction[]> {
  const all: Transaction[] = [];
  for (;;) {
    const since = all.at(-1)?.transactionId ?? 0;
    const page = await spotwire.listTransactions(account, { since, limit: 1_000 });
    all.push(...page.transactions);
    if (page.transactions.length === 0) return all;
  }
}

/** Trades while `disturb` does its worst, then compares. */
async function followThrough(spotwire: Spotwire, random: Random, disturb: () => Promise<void>) {
  const follower = follow(spotwire);
  const trading = new AbortController();
  const flows = [1, 2, 3].map(() => trade(spotwire, random, trading.signal));
  const dropping = (async () => {
    while (!trading.signal.aborted) {
      await pause(random.next() * 500);
      follower.drop();
    }
  })();
  await disturb();
  trading.abort();
  await Promise.all([...flows, dropping]);
  // Reports of the last orders still come in: what was got and what is kept agree once they are in.
  const kept = await eventually(async () => {
    const kept = await allTransactions(spotwire);
    assertEquals(follower.looped, kept);
    assertEquals(follower.heard, kept);
    return kept;
  }, { timeoutMs: 30_000, everyMs: 200 });
  assertEquals(kept.map((one) => one.transactionId), kept.map((_, at) => at + 1));
  console.log(`${kept.length} transactions, each once and in order`);
  assert(kept.length > 50, "there was a flow to disturb");
  await follower.end();
}

Deno.test("the whole platform dies again and again: each transaction comes once, in order", async () => {
  const random = newSeed();
  const folder = await Deno.makeTempDir({ prefix: "spotwire-account-feed-" });
  const port = freePort();
  const start = () =>
    startPart({
      script: "deploy/profiles/all_in_one.ts",
      port,
      args: [
        ...["--port", String(port), "--data", folder, "--seed", "feed", "--hours", "always"],
        ...["--log", "error", "--rate", "100000"],
      ],
    });
  let platform = await start();
  const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  const spotwire = createSpotwire({ url: platform.url, key, timeoutMs: 2_000 });
  try {
    await followThrough(spotwire, random, async () => {
      for (let round = 0; round < kills; round++) {
        await pause(500 + random.next() * 1_500);
        await platform.kill();
        platform = await start();
      }
      await pause(1_000);
    });
  } finally {
    await platform.kill();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Prices for the trading gateway, which refuses orders without. */
async function openPrices(redisUrl: string) {
  const streams = await openStreams(redisUrl, { clock: systemTimer });
  const events = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });
  const [instrument] = instruments.filter(({ symbol }) => symbol === "EURUSD");
  let sequence = 0;
  const timer = setInterval(() => {
    const now = systemTimer.now();
    const at = { venueTime: now, receivedTime: now, sequence: ++sequence };
    const quote = { symbol: instrument!.symbol, bid: price(110_000), ask: price(110_010), ...at };
    const data = writeQuotes("test", [quote]);
    publishEvents(streams, topics.quotes, [events.event("quotes.received", data)]).catch(() => {});
  }, 100);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await streams.close();
    },
  };
}

realTest(
  "the edge or the trading gateway dies, by turns: each transaction comes once, in order",
  ["postgres", "redis"],
  async () => {
    const random = newSeed();
    await using postgres = await startPostgres();
    await using redis = await startRedis();
    await using _prices = await openPrices(redis.url);
    const kvPath = await Deno.makeTempFile({ prefix: "spotwire-account-feed-" });
    const [tradingPort, edgePort] = [freePort(), freePort()];
    const shared = {
      SPOTWIRE_STREAMS_URL: redis.url,
      SPOTWIRE_SECURITY_TOKEN_SECRET: "a secret for tests, long enough to sign",
      SPOTWIRE_MARKET_HOURS: "always",
      SPOTWIRE_LOG_LEVEL: "error",
    };
    const startTrading = () =>
      startPart({
        script: "services/trading-gateway/main.ts",
        port: tradingPort,
        env: {
          ...shared,
          SPOTWIRE_HTTP_PORT: String(tradingPort),
          SPOTWIRE_DATABASE_URL: postgres.url,
        },
      });
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "deploy/profiles/first_key.ts", kvPath],
      cwd: root,
    }).output();
    const key = new TextDecoder().decode(stdout).trim();
    const startEdge = () =>
      startPart({
        script: "services/api-gateway/main.ts",
        port: edgePort,
        env: {
          ...shared,
          SPOTWIRE_HTTP_PORT: String(edgePort),
          SPOTWIRE_KV_PATH: kvPath,
          SPOTWIRE_UPSTREAMS_TRADING: `http://127.0.0.1:${tradingPort}`,
        },
      });
    let trading: PartProcess = await startTrading();
    let edge: PartProcess = await startEdge();
    const spotwire = createSpotwire({ url: edge.url, key, timeoutMs: 2_000 });
    await spotwire.openAccount({ accountId: account, deposit: "100000" });
    try {
      await followThrough(spotwire, random, async () => {
        for (let round = 0; round < kills; round++) {
          await pause(500 + random.next() * 1_500);
          const [dead, other] = round % 2 === 0 ? [edge, trading] : [trading, edge];
          await dead.kill();
          if (random.next() < 0.3) await other.kill();
          if (await isDead(trading)) trading = await startTrading();
          if (await isDead(edge)) edge = await startEdge();
        }
        await pause(1_000);
      });
    } finally {
      await edge.kill();
      await trading.kill();
      await Deno.remove(kvPath);
    }
  },
);

const isDead = ({ url }: PartProcess): Promise<boolean> =>
  fetch(`${url}/healthz`).then(async (answer) => {
    await answer.body?.cancel();
    return false;
  }, () => true);
