// Goal: a recorded day becomes exactly the vendor's own bars, through the real worker processes,
// whatever is killed on the way.

import { assert, assertEquals } from "@std/assert";
import { type Kysely, sql } from "kysely";
import * as v from "valibot";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";
import { findBinary, realTest } from "../../shared/testing/real.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";
import { dataTest } from "../../shared/testing/test_data.ts";
import { vendorBidBars, vendorDay } from "../../shared/testing/vendor_bars.ts";
import { selectBars } from "../../shared/timeseries/bars_store.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { detectSource } from "../../shared/venues/files/detect_source.ts";
import { openIngest, startIngest } from "../ingest/deps.ts";
import { startArchive } from "./deps.ts";
import { historySettings } from "./settings.ts";

const dayIsOver = { timeoutMs: 120_000, everyMs: 200 };

async function quotesArchived(store: Store): Promise<number> {
  const { rows } = await sql<{ quotes: string | null }>`
    select sum(quotes)::text as quotes from archive.symbols`.execute(store.database("archive"));
  return Number(rows[0]?.quotes ?? 0);
}

async function expectTheVendorsDay(store: Store, folder: string): Promise<void> {
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const select = (side: "bid" | "ask" | "mid") =>
    selectBars(db, { symbol: "EURUSD" as Symbol, side, limit: 10_000 });
  await eventually(async () => {
    assertEquals((await select("bid")).length, vendorDay.minutes);
  }, dayIsOver);
  const bid = await select("bid");
  assertEquals(
    bid.map(({ openTime, open, high, low, close }) =>
      [openTime, open, high, low, close] as number[]
    ),
    await vendorBidBars(folder),
  );
  assertEquals(bid.reduce((sum, bar) => sum + bar.ticks, 0), vendorDay.ticks);
  assertEquals(await quotesArchived(store), vendorDay.ticks);
  assertEquals([(await select("ask")).length, (await select("mid")).length], [1_440, 1_440]);
  await expectTheVendorsTicks(db, folder);
}

/** Every tick of the files, once and in order. */
async function expectTheVendorsTicks(db: Kysely<TimeseriesDatabase>, folder: string) {
  const expected: number[][] = [];
  for (const file of (await detectSource(folder)).files) {
    if (file.kind !== "ticks") continue;
    for await (const { ticks: { time, bid, ask, length } } of file.read()) {
      for (let i = 0; i < length; i++) expected.push([time[i]!, bid[i]!, ask[i]!]);
    }
  }
  const found: number[][] = [];
  const series = { symbol: "EURUSD" as Symbol, source: "live" };
  const range = { from: -Infinity, to: Infinity };
  for await (const { time, bid, ask, length } of new BlockHistory(db).ticks(series, range)) {
    for (let i = 0; i < length; i++) found.push([time[i]!, bid[i]!, ask[i]!]);
  }
  assertEquals(found, expected);
}

dataTest("a replayed day is archived whole in one process", vendorDay.folder, async (folder) => {
  const logger = createLogger({ service: "test", level: "silent" });
  const lifecycle = new Lifecycle({ logger });
  const ingest = await openIngest({
    http: { host: "127.0.0.1", port: 0, bodyBytesMax: 65_536 },
    streams: { url: "memory:" },
    venue: { spec: `replay:${folder}`, seed: "test", speed: "max" },
    market: { clock: "quotes", hours: "fx-week" },
    log: { level: "silent" },
  }, lifecycle);
  const store = await openTestStore();
  const metrics = createMetrics("archive");
  const history = v.parse(historySettings, {});
  const hours = tradingHours("fx-week");
  await startArchive({ ...ingest, metrics, store, hours, history }, lifecycle);
  startIngest(ingest, lifecycle);
  await expectTheVendorsDay(store, folder);
  assert((await metrics.text()).includes(`archive_quotes_total{service="archive"} 136741`));
  assert(/recording_ended{.*} 1/.test(await ingest.metrics.text()));
  await lifecycle.stop("test");
  assertEquals(await lifecycle.stopped, { failed: false });
  await store.close();
});

async function killAsItGoes(folder: string): Promise<void> {
  await using postgres = await startPostgres({ fsync: false });
  await using redis = await startRedis();
  const store = await openStore(postgres.url);
  const start = (name: string, env: Record<string, string>) => {
    const port = freePort();
    return startPart({
      script: `workers/${name}/main.ts`,
      port,
      env: { SPOTWIRE_HTTP_PORT: String(port), SPOTWIRE_STREAMS_URL: redis.url, ...env },
    });
  };
  const startArchivist = () => start("archive", { SPOTWIRE_DATABASE_URL: postgres.url });
  await using _ingest = await start("ingest", {
    SPOTWIRE_VENUE_SPEC: `replay:${folder}`,
    SPOTWIRE_VENUE_SPEED: "max",
  });
  for (let kills = 0; kills < 3; kills++) {
    const archive = await startArchivist();
    const before = await quotesArchived(store);
    // Three kills fall within the day; each leaves a batch in hand or a commit half done.
    await eventually(async () => await quotesArchived(store) >= before + 5_000, {
      ...dayIsOver,
      everyMs: 5,
    });
    await archive.kill();
  }
  assert(await quotesArchived(store) < vendorDay.ticks, "The kills came after the day was over");
  await using _archive = await startArchivist();
  await expectTheVendorsDay(store, folder);
  await store.close();
}

const needs = ["postgres", "redis"] as const;
const killed =
  "a replayed day is archived whole over Redis and Postgres, though the archive is killed";
if (needs.every((need) => findBinary(need) !== null)) {
  dataTest(killed, vendorDay.folder, killAsItGoes);
} else realTest(killed, needs, () => {});
