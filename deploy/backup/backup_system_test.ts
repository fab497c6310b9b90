// Goal: a platform that is lost comes back from its backup with the same books and the same history,
// on either store. Method: real platforms with a real day and real orders; embedded to served, with
// the served one backed up while it trades, and back to embedded.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { auditBooks } from "../../services/trading-gateway/audit/audit_books.ts";
import { type TradingDatabase, tradingSchema } from "../../services/trading-gateway/desk/tables.ts";
import type { Symbol as InstrumentSymbol } from "../../shared/domain/instrument.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { noon, openHistory, readTicks, ticksFrom } from "../../shared/testing/history_contract.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { testData } from "../../shared/testing/test_data.ts";
import { vendorDay } from "../../shared/testing/vendor_bars.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import {
  keepObjects,
  moveToDepot,
  removeUnused,
} from "../../shared/timeseries/depot/depot_mover.ts";
import { openDepot } from "../../shared/timeseries/depot/open_depot.ts";
import { Retention } from "../../shared/timeseries/retention.ts";

const root = new URL("../../", import.meta.url);

async function task(name: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", name, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, said: text.decode(stdout) + text.decode(stderr) };
}

async function done(name: string, ...args: string[]): Promise<string> {
  const { code, said } = await task(name, ...args);
  assertEquals(code, 0, said);
  return said;
}

interface Running {
  readonly platform: PartProcess;
  ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

async function start(data: string, ...args: string[]): Promise<Running> {
  const port = freePort();
  const platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: ["--port", String(port), "--data", data, "--hours", "always", "--log", "error", ...args],
    readyMsMax: 120_000,
  });
  const key = await eventually(async () => (await Deno.readTextFile(`${data}/demo.key`)).trim());
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${platform.url}${path}`, {
      method,
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const said = await answer.json();
    assert(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  };
  await eventually(async () => {
    assertEquals((await ask("GET", "/v1/quotes/EURUSD")).status, "live");
  }, { timeoutMs: 60_000 });
  return { platform, ask };
}

let placed = 0;

/** Orders that fill, rest and are canceled. */
async function trade({ ask }: Running): Promise<void> {
  const orders = "/v1/accounts/demo/orders";
  const order = (terms: Record<string, string>) =>
    ask("POST", orders, {
      ...{ clientOrderId: `backup-${placed++}`, symbol: "EURUSD", side: "buy", units: "1000" },
      ...terms,
    });
  for (let at = 0; at < 5; at++) await order({ type: "market", side: at % 2 ? "sell" : "buy" });
  await order({ type: "limit", price: "0.90000" });
  const { orderId } = await order({ type: "limit", price: "0.80000" });
  await ask("DELETE", `${orders}/${orderId}`);
}

/** All that the books and the real day are, as values that can be compared. */
async function contents(store: Store, depotUrl: string | null) {
  const books = store.database<TradingDatabase>(tradingSchema);
  const differences = await auditBooks(books);
  const depot = depotUrl === null ? null : openDepot(depotUrl);
  const history = new BlockHistory(store.database<TimeseriesDatabase>(timeseriesSchema), depot);
  const symbol = "EURUSD" as InstrumentSymbol;
  const range = { from: vendorDay.from, to: vendorDay.from + 86_400_000 };
  const ticks = [];
  const series = { symbol, source: "dukascopy" };
  for await (const { time, bid, ask, bidVolume, askVolume } of history.ticks(series, range)) {
    for (let at = 0; at < time.length; at++) {
      ticks.push([time[at], bid[at], ask[at], bidVolume?.[at], askVolume?.[at]].join());
    }
  }
  const bars = [];
  for (const side of ["bid", "ask"] as const) {
    const of = { symbol, source: "dukascopy", side, intervalMs: 60_000 };
    for await (const columns of history.bars(of, range)) {
      for (let at = 0; at < columns.length; at++) {
        const { openTime, open, high, low, close, volume } = columns;
        bars.push(
          [side, openTime[at], open[at], high[at], low[at], close[at], volume?.[at]].join(),
        );
      }
    }
  }
  const transactions = await books.selectFrom("transactions").selectAll()
    .orderBy("account_id").orderBy("transaction_id").execute();
  return { differences, ticks, bars, transactions };
}

async function contentsOf(url: string, depotUrl: string | null = null) {
  const store = await openStore(url);
  try {
    return await contents(store, depotUrl);
  } finally {
    await store.close();
  }
}

/** Everything of the import lies in the depot afterwards. */
async function moveAll(url: string, depotUrl: string): Promise<void> {
  const store = await openStore(url);
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const { blocks } = await moveToDepot(db, openDepot(depotUrl), { before: Date.UTC(2025, 0) });
  assert(blocks > 5, `${blocks}`);
  await store.close();
}

realTest("a platform comes back from its backup, from either store to the other", [
  "postgres",
], async () => {
  const work = await Deno.makeTempDir({ prefix: "spotwire-backup-" });
  await using postgres = await startPostgres({ fsync: false });
  const embedded = `${work}/embedded`;
  await Deno.mkdir(embedded);
  const depotUrl = `folder:${work}/depot`;
  const settings = { history: { depotUrl, depotAfterDays: 36_500 } };
  await Deno.writeTextFile(`${embedded}/settings.json`, JSON.stringify(settings));
  const day = `${testData("dukascopy")!}/EURUSD`;
  await done("import", day, "--data", embedded, "--alone");
  await moveAll(`pglite:${embedded}/db`, depotUrl);
  const first = await start(embedded);
  await trade(first);
  const held = await task("backup", `${work}/one`, "--data", embedded);
  assertEquals(held.code, 1);
  assertStringIncludes(held.said, "is using it");
  assertEquals(await first.platform.stop(), 0, first.platform.output());
  assertStringIncludes(await done("backup", `${work}/one`, "--data", embedded), "rows of");
  const one = await contentsOf(`pglite:${embedded}/db`, depotUrl);
  assertEquals([one.differences, one.ticks.length], [[], vendorDay.ticks]);
  assert(one.bars.length === vendorDay.minutes && one.transactions.length > 10);
  await Deno.remove(`${work}/depot`, { recursive: true });

  const served = `${work}/served`;
  await done("restore", `${work}/one`, "--data", served, "--database", postgres.url);
  assertEquals(await contentsOf(postgres.url), one);
  const second = await start(served, "--database", postgres.url);
  await trade(second);
  const busy = await task("restore", `${work}/one`, "--database", postgres.url, "--replace");
  assertStringIncludes(busy.said, "in use by a platform");
  const trading = new AbortController();
  const tradingOn = (async () => {
    while (!trading.signal.aborted) await trade(second);
  })();
  await done("backup", `${work}/two`, "--database", postgres.url);
  trading.abort();
  await tradingOn;
  assertEquals(await second.platform.stop(), 0, second.platform.output());

  const back = `${work}/back`;
  await done("restore", `${work}/two`, "--data", back);
  const two = await contentsOf(`pglite:${back}/db`);
  const after = await contentsOf(postgres.url);
  assertEquals([two.differences, after.differences], [[], []]);
  assertEquals([two.ticks, two.bars], [one.ticks, one.bars]);
  // The backup is a moment of the platform that went on.
  assert(two.transactions.length > one.transactions.length);
  assertEquals(two.transactions, after.transactions.slice(0, two.transactions.length));
  const third = await start(back);
  await trade(third);
  assertEquals(await third.platform.stop(), 0, third.platform.output());
  assertEquals((await contentsOf(`pglite:${back}/db`)).differences, []);
  const again = await task("restore", `${work}/two`, "--data", back);
  assertEquals(again.code, 1);
  assertStringIncludes(again.said, "is not empty");
  await Deno.remove(work, { recursive: true });
});

realTest("objects of the depot stay while a backup needs them", ["postgres"], async () => {
  await using postgres = await startPostgres({ fsync: false });
  const folder = await Deno.makeTempDir({ prefix: "spotwire-backup-" });
  const store = await openStore(postgres.url);
  const { db, append, sealer } = await openHistory(store);
  const depot = openDepot(`folder:${folder}`);
  await append("EURUSD", "one", ticksFrom(noon, 5_000));
  await sealer.sealTicks();
  await moveToDepot(db, depot, { before: Infinity });
  assertEquals((await readTicks(new BlockHistory(db, depot), "EURUSD")).length, 5_000);
  await new Retention(db, depot).drop("ticks", {
    now: noon + 365 * 86_400_000,
    rules: [{ kind: "ticks", source: "test", symbol: null, days: 1 }],
  });
  assertEquals(await keepObjects(db, () => removeUnused(db, depot)), 0);
  assertEquals(await removeUnused(db, depot), 1);
  await store.close();
  await Deno.remove(folder, { recursive: true });
});
