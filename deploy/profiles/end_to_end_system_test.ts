// Goal: a real day of prices goes through the whole platform and everything adds up: every quote
// archived, every bar the vendor's own, every signal what the bars say, the account exactly what its
// fills make it. Method: the EURUSD day of 2019-02-04 replayed as fast as possible while an SDK client
// trades; once in one process on the embedded stores, once in seven processes on Postgres and Redis.
// What is expected is computed here, from the files, the bars and the fills alone.

import { assert, assertEquals } from "@std/assert";
import { decompress } from "lzma1";
import {
  createSpotwire,
  type LiveSignal,
  type Spotwire,
  SpotwireProblem,
} from "../../shared/sdk/mod.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { findBinary, realTest } from "../../shared/testing/real.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";
import { dataTest, testData } from "../../shared/testing/test_data.ts";

const day = "dukascopy/EURUSD/2019/01/04";
const dayStart = Date.UTC(2019, 1, 4);
const ticksInDay = 136_741;
const account = "demo";
const deposit = 100_000_000_000n;

interface VendorBar {
  readonly openTime: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
}

/** The vendor's own bid bars: big-endian second, open, close, low, high, volume. */
async function vendorBars(folder: string): Promise<VendorBar[]> {
  const packed = await Deno.readFile(`${folder}/BID_candles_min_1.bi5`);
  const bytes = new Uint8Array(decompress(packed) as Uint8Array);
  const view = new DataView(bytes.buffer);
  const price = (at: number) => (view.getUint32(at) / 100_000).toFixed(5);
  return Array.from({ length: bytes.length / 24 }, (_, n) => ({
    openTime: new Date(dayStart + view.getUint32(n * 24) * 1_000).toISOString(),
    open: price(n * 24 + 4),
    high: price(n * 24 + 16),
    low: price(n * 24 + 12),
    close: price(n * 24 + 8),
  }));
}

/** The last bid and ask of the day, in points: ms, ask, bid, volumes, big-endian. */
async function lastTick(folder: string): Promise<{ bid: bigint; ask: bigint }> {
  const packed = await Deno.readFile(`${folder}/23h_ticks.bi5`);
  const bytes = new Uint8Array(decompress(packed) as Uint8Array);
  const view = new DataView(bytes.buffer, bytes.length - 20);
  return { ask: BigInt(view.getUint32(4)), bid: BigInt(view.getUint32(8)) };
}

/** Orders on their way at once at most: the day takes seconds, and the client must keep up. */
const flyingMax = 8;

/** Places orders while prices run, until it has placed enough or the day is over. */
async function trade(spotwire: Spotwire, wanted: number): Promise<number> {
  const feed = spotwire.feed();
  await feed.subscribe(["EURUSD"]);
  const flying = new Set<Promise<void>>();
  const refusals: Record<string, number> = {};
  let placed = 0;
  for await (const quote of feed) {
    if (quote.time >= dayStart + 86_400_000 - 5_000 || placed >= wanted) break;
    const order = placeNext(spotwire, placed++, Number(quote.bid)).catch((error) => {
      if (!(error instanceof SpotwireProblem)) throw error;
      refusals[error.code] = (refusals[error.code] ?? 0) + 1;
    }).finally(() => flying.delete(order));
    flying.add(order);
    if (flying.size >= flyingMax) await Promise.race(flying);
  }
  await Promise.all(flying);
  feed.close();
  console.log("refused", refusals);
  // The price an order was made for may be old by the day's clock when it arrives.
  assertEquals(Object.keys(refusals).filter((code) => code !== "quote_stale"), []);
  return placed;
}

async function placeNext(spotwire: Spotwire, n: number, bid: number): Promise<void> {
  const side = n % 3 === 0 ? "sell" : "buy";
  const terms = { clientOrderId: `day-${n}`, symbol: "EURUSD", side } as const;
  const near = (bid + (side === "buy" ? -0.0001 : 0.0003)).toFixed(5);
  const { orderId } = await spotwire.placeOrder(
    account,
    n % 2 === 0
      ? { ...terms, type: "market", units: String(1_000 + n) }
      : { ...terms, type: "limit", units: String(2_000 + n), price: near },
  );
  if (n % 7 === 1) await spotwire.cancelOrder(account, orderId).catch(() => {});
}

interface Fill {
  readonly units: bigint;
  /** In points of 0.00001. */
  readonly price: bigint;
}

async function fillsOf(spotwire: Spotwire): Promise<{ fills: Fill[]; paid: bigint }> {
  const fills: Fill[] = [];
  let paid = 0n;
  for (let since = 0;;) {
    const { transactions } = await spotwire.listTransactions(account, { since, limit: 1_000 });
    for (const one of transactions) {
      assertEquals(one.transactionId, ++since, "transactions are numbered without gaps");
      if (one.type !== "order_filled") continue;
      fills.push({ units: BigInt(one.units!), price: BigInt(one.price!.replace(".", "")) });
      paid += BigInt(one.paid!.replace(".", ""));
    }
    if (transactions.length === 0) return { fills, paid };
  }
}

/** Micros of dollars an account worth its fills has, at the closing side of the last price. */
function equityOf(fills: readonly Fill[], last: { bid: bigint; ask: bigint }): bigint {
  const microsPerPoint = 10n;
  let net = 0n;
  let cash = deposit;
  for (const { units, price } of fills) {
    net += units;
    cash -= units * price * microsPerPoint;
  }
  return cash + net * (net > 0n ? last.bid : last.ask) * microsPerPoint;
}

/** The day's signals of minutes: those that stand when the client comes, and all that follow. */
async function collectSignals(spotwire: Spotwire) {
  const feed = spotwire.feed();
  const signals: LiveSignal[] = [];
  let since = 0;
  feed.on("signals", (news) => {
    if (news.snapshot) since = Math.max(since, ...news.signals.map(({ time }) => time));
    signals.push(...news.signals);
  });
  await feed.subscribeSignals(["EURUSD"]);
  return { feed, signals, since: () => since };
}

/** Closes of the middle price that break out of the 20 minutes before, from the bars alone. */
async function breaksOf(spotwire: Spotwire): Promise<[number, string, string][]> {
  const from = new Date(dayStart).toISOString();
  const { bars } = await spotwire.listBars("EURUSD", { side: "mid", from, limit: 5_000 });
  const outside = bars.map(({ close }, at) => {
    const before = bars.slice(Math.max(0, at - 20), at);
    if (Number(close) > Math.max(...before.map(({ high }) => Number(high)))) return "up";
    return Number(close) < Math.min(...before.map(({ low }) => Number(low))) ? "down" : null;
  });
  return bars.flatMap(({ openTime, close }, at): [number, string, string][] => {
    const way = outside[at];
    // The first bar may have begun before the platform, so that it counts for nothing.
    if (at < 22 || way === null || way === undefined || way === outside[at - 1]) return [];
    return [[Date.parse(openTime) + 60_000, way, close]];
  });
}

async function expectSignals(
  spotwire: Spotwire,
  { feed, signals, since }: Awaited<ReturnType<typeof collectSignals>>,
): Promise<void> {
  const wanted = await breaksOf(spotwire);
  assert(wanted.length > 40, `only ${wanted.length} breaks of a range`);
  const known = () =>
    signals.filter(({ study, granularity }) => study === "range_break" && granularity === "M1")
      .map(({ time, direction, price }) => [time, direction, price]);
  await eventually(() => assertEquals(known().at(-1), wanted.at(-1)), { timeoutMs: 30_000 });
  // A client that came late was told the newest one of each study first.
  assertEquals(known(), wanted.slice(-known().length));
  for (const granularity of ["M1", "M5", "M15"] as const) {
    const from = new Date(dayStart).toISOString();
    const all = await spotwire.listSignals("EURUSD", { granularity, from, limit: 5_000 });
    const told = new Set(
      signals.filter((one) => one.granularity === granularity)
        .map(({ time, study }) => `${new Date(time).toISOString()} ${study}`),
    );
    const listed = new Set(all.signals.map(({ time, study }) => `${time} ${study}`));
    assert(told.size > 0 && told.isSubsetOf(listed));
    const missed = [...listed.difference(told)].map((one) => Date.parse(one.split(" ")[0]!));
    assert(missed.every((time) => time <= since()), granularity);
  }
  assert(signals.every(({ state }) => state === "raised"));
  feed.close();
}

async function runDay(url: string, key: string, folder: string): Promise<void> {
  const spotwire = createSpotwire({ url, key, timeoutMs: 30_000 });
  const signals = await collectSignals(spotwire);
  const placed = await trade(spotwire, 400);
  assert(placed >= 200, `only ${placed} orders were placed while the day ran`);

  const expected = await vendorBars(folder);
  assertEquals(expected.length, 1_440);
  const from = new Date(dayStart).toISOString();
  const bars = await eventually(async () => {
    const answer = await spotwire.listBars("EURUSD", { side: "bid", from, limit: 5_000 });
    assertEquals(answer.bars.length, expected.length);
    return answer.bars;
  }, { timeoutMs: 120_000, everyMs: 250 });
  const shown = bars.map(({ openTime, open, high, low, close }) => ({
    openTime: new Date(openTime).toISOString(),
    ...{ open, high, low, close },
  }));
  assertEquals(shown, expected);
  await expectSignals(spotwire, signals);

  await settled(spotwire);
  const { fills, paid } = await fillsOf(spotwire);
  assert(fills.length >= 100, `only ${fills.length} fills`);
  const state = await spotwire.getAccount(account);
  const micros = (text: string | null) => BigInt(text!.replace(".", ""));
  assertEquals(micros(state.equity), equityOf(fills, await lastTick(folder)));
  assertEquals(micros(state.balance) + micros(state.unrealised), micros(state.equity));
  assertEquals(micros(state.balance), deposit + paid);
  console.log(`${placed} orders, ${fills.length} fills, equity ${state.equity}`);
}

/** Waits until nothing happens to the account any more. */
async function settled(spotwire: Spotwire): Promise<void> {
  let last = -1;
  await eventually(async () => {
    const { lastTransactionId } = await spotwire.getAccount(account);
    const still = lastTransactionId === last;
    last = lastTransactionId;
    return still;
  }, { timeoutMs: 60_000, everyMs: 2_000 });
}

async function archivedQuotes(databaseUrl: string): Promise<number> {
  const store = await openStore(databaseUrl);
  try {
    const db = store.database<{ symbols: { symbol: string; quotes: string } }>("archive");
    const row = await db.selectFrom("symbols").select("quotes").where("symbol", "=", "EURUSD")
      .executeTakeFirstOrThrow();
    return Number(row.quotes);
  } finally {
    await store.close();
  }
}

dataTest("a real day, one process, embedded stores", day, async (folder) => {
  const data = await Deno.makeTempDir({ prefix: "spotwire-day-" });
  const port = freePort();
  const venue = `replay:${testData("dukascopy")}`;
  await using platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: ["--port", String(port), "--data", data, "--venue", venue, "--speed", "max"],
  });
  const key = (await Deno.readTextFile(`${data}/demo.key`)).trim();
  await runDay(platform.url, key, folder);
  assertEquals(await platform.stop(), 0, platform.output());
  assertEquals(await archivedQuotes(`pglite:${data}/db`), ticksInDay);
  await Deno.remove(data, { recursive: true });
});

/** The seven processes of a region and its edge; prices start last. */
async function startRegion(
  about: { database: string; streams: string; folder: string },
  stack: AsyncDisposableStack,
): Promise<{ url: string; key: string; startPrices: () => Promise<PartProcess> }> {
  const ports = { trading: freePort(), marketData: freePort(), edge: freePort() };
  const common = {
    SPOTWIRE_STREAMS_URL: about.streams,
    SPOTWIRE_LOG_LEVEL: "warn",
  };
  const stored = { ...common, SPOTWIRE_DATABASE_URL: about.database };
  const market = { SPOTWIRE_MARKET_CLOCK: "quotes" };
  const security = { SPOTWIRE_SECURITY_TOKEN_SECRET: "a secret of this test, 32 or longer" };
  const start = async (script: string, port: number, env: Record<string, string>) =>
    stack.use(await startPart({ script, port, env: { ...env, SPOTWIRE_HTTP_PORT: String(port) } }));
  await Promise.all([
    start("services/trading-gateway/main.ts", ports.trading, { ...stored, ...market, ...security }),
    start("services/market-data/main.ts", ports.marketData, { ...stored, ...market, ...security }),
    start("workers/execution/main.ts", freePort(), { ...stored, ...market }),
    start("workers/archive/main.ts", freePort(), stored),
    start("workers/analysis/main.ts", freePort(), stored),
  ]);
  const kv = `${about.folder}/kv`;
  const key = await firstKey(kv);
  const edge = await start("services/api-gateway/main.ts", ports.edge, {
    ...common,
    ...market,
    ...security,
    SPOTWIRE_KV_PATH: kv,
    SPOTWIRE_UPSTREAMS_TRADING: `http://127.0.0.1:${ports.trading}`,
    SPOTWIRE_UPSTREAMS_MARKET_DATA: `http://127.0.0.1:${ports.marketData}`,
  });
  const startPrices = () =>
    start("workers/ingest/main.ts", freePort(), {
      ...common,
      SPOTWIRE_VENUE_SPEC: `replay:${testData("dukascopy")}`,
      SPOTWIRE_VENUE_SPEED: "max",
    });
  return { url: edge.url, key, startPrices };
}

async function firstKey(kv: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "deploy/profiles/first_key.ts", kv],
    cwd: new URL("../../", import.meta.url),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

const inProcesses = async () => {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres());
  const redis = stack.use(await startRedis());
  const folder = await Deno.makeTempDir({ prefix: "spotwire-day-" });
  const region = await startRegion(
    { database: postgres.url, streams: redis.url, folder },
    stack,
  );
  const { url, key } = region;
  const spotwire = createSpotwire({ url, key });
  await spotwire.openAccount({ accountId: account, currency: "USD", deposit: "100000" });
  await region.startPrices();
  await runDay(url, key, testData(day)!);
  assertEquals(await archivedQuotes(postgres.url), ticksInDay);
};

if (testData(day) !== null || findBinary("postgres") === null) {
  realTest("a real day, seven processes, Postgres and Redis", ["postgres", "redis"], inProcesses);
} else dataTest("a real day, seven processes, Postgres and Redis", day, inProcesses);
