// Goal: a change that was acknowledged to a client exists exactly once, whatever moment the process
// dies at, and the books prove themselves from their transactions. Method: the whole platform as a
// process under a load of every type of order, groups, replaces, cancels and money, on a netting and
// a hedging account; SIGKILL at random moments, a restart each time; on the embedded stores and on
// Postgres with Redis. The seed is printed; it reproduces the moments and the requests.

import { assert, assertEquals } from "@std/assert";
import { auditBooks } from "../../services/trading-gateway/audit/audit_books.ts";
import { type TradingDatabase, tradingSchema } from "../../services/trading-gateway/desk/tables.ts";
import { seededRandom } from "../../shared/domain/random.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";
import { MixedLoad } from "./testing/mixed_load.ts";
import { differences } from "./testing/stored_once.ts";

const kills = Number(Deno.env.get("SPOTWIRE_TEST_KILLS") ?? 30);
const netting = "demo";
const hedging = "hedge";

interface Ground {
  readonly args: readonly string[];
  readonly databaseUrl: string;
}

async function start(folder: string, ground: Ground): Promise<PartProcess> {
  const port = freePort();
  return await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: [
      ...["--port", String(port), "--data", folder, "--seed", "kill", "--hours", "always"],
      ...["--log", "error", "--rate", "100000", ...ground.args],
    ],
  });
}

async function ask(url: string, key: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { headers: { "x-api-key": key } });
  return await answer.json();
}

/** A platform that has prices and both accounts, and the load aimed at it with its answers settled. */
async function startUnder(load: MixedLoad, folder: string, ground: Ground) {
  const platform = await start(folder, ground);
  const key = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  load.aim(platform.url, key);
  await priced(platform.url, key);
  const opened = await fetch(`${platform.url}/v1/accounts`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify({ accountId: hedging, deposit: "100000", positionMode: "hedging" }),
  });
  await opened.body?.cancel();
  assert(opened.status === 201 || opened.status === 409, `opened: ${opened.status}`);
  await load.settle();
  return { platform, key };
}

async function surviveKills(ground: Ground, folder: string): Promise<void> {
  const seed = Deno.env.get("SPOTWIRE_TEST_SEED") ?? String(Date.now());
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const load = new MixedLoad(random, [netting, hedging]);
  for (let round = 0; round < kills; round++) {
    const { platform } = await startUnder(load, folder, ground);
    // So many changes that the load is as mixed on a slow machine, then anywhere within the next.
    const wanted = load.asked.length + 1 + Math.floor(random.next() * 80);
    const loading = load.run();
    await eventually(() => load.asked.length >= wanted, { timeoutMs: 60_000, everyMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, random.next() * 50));
    await platform.kill();
    await loading;
  }
  const { platform, key } = await startUnder(load, folder, ground);
  // Every order reaches an end: the limits are priced to fill or to rest, the rest are resting.
  await eventually(async () => {
    for (const account of [netting, hedging]) {
      const open = `${platform.url}/v1/accounts/${account}/orders?state=open&limit=1000`;
      const orders = (await ask(open, key)).orders as { status: string }[];
      assertEquals(orders.filter((one) => one.status.startsWith("pending")), []);
    }
  }, { timeoutMs: 60_000 });
  assertEquals(await platform.stop(), 0, platform.output());
  assertEquals(load.contradictions, []);
  await expectWhole(load, ground);
}

async function expectWhole(load: MixedLoad, { databaseUrl }: Ground): Promise<void> {
  const store = await openStore(databaseUrl);
  try {
    const db = store.database<TradingDatabase>(tradingSchema);
    assertEquals(await auditBooks(db), []);
    assertEquals(await differences(db, load), []);
    const acknowledged = load.asked.filter(({ answer }) => typeof answer !== "string");
    const counts = Map.groupBy(acknowledged, ({ change }) => change.path);
    const replaced = load.replaces.filter((one) => one.acknowledged).length;
    console.log(`${kills} kills, ${load.asked.length} changes asked for; acknowledged:`, {
      ...Object.fromEntries([...counts].map(([path, of]) => [path, of.length])),
      replaces: replaced,
      cancels: load.canceled.size,
    });
    for (const path of ["orders", "orderGroups", "deposits", "withdrawals", "transfers"] as const) {
      assert(counts.has(path), `no ${path}`);
    }
    assert(replaced > 0 && load.canceled.size > 0);
  } finally {
    await store.close();
  }
}

async function priced(url: string, key: string): Promise<void> {
  await eventually(async () => {
    for (const symbol of ["EURUSD", "USDJPY"]) {
      assertEquals((await ask(`${url}/v1/quotes/${symbol}`, key)).status, "live");
    }
  }, { timeoutMs: 30_000 });
}

Deno.test("no acknowledged change is lost or doubled by SIGKILL: embedded stores", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-kill-" });
  await surviveKills({ args: [], databaseUrl: `pglite:${folder}/db` }, folder);
  await Deno.remove(folder, { recursive: true });
});

realTest(
  "no acknowledged change is lost or doubled by SIGKILL: Postgres and Redis",
  ["postgres", "redis"],
  async () => {
    await using postgres = await startPostgres();
    await using redis = await startRedis();
    const folder = await Deno.makeTempDir({ prefix: "spotwire-kill-" });
    const args = ["--database", postgres.url, "--streams", redis.url];
    await surviveKills({ args, databaseUrl: postgres.url }, folder);
    await Deno.remove(folder, { recursive: true });
  },
);
