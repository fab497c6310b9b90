/**
 * A day of one-minute bars over HTTP: market data on Postgres, the day in sealed blocks, and a client
 * in a process of its own, `market_client.ts`.
 */

import { createMarketDataApp } from "../../services/market-data/app.ts";
import { startMarketData } from "../../services/market-data/deps.ts";
import { minuteMs } from "../../shared/domain/bar.ts";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import { dayMs } from "../../shared/domain/bars/granularity.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { seededRandom } from "../../shared/domain/random.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { BlockHistoryWriter } from "../../shared/timeseries/block_writer.ts";
import type { BarColumns } from "../../shared/timeseries/columns.ts";
import type { MarketClientResult } from "./market_client.ts";
import { runLoad } from "./processes.ts";

const EURUSD = "EURUSD" as Symbol;
const firstDay = Date.UTC(2019, 1, 4);
const days = 5;

/** `m1_day_ms`: the median; `m1_day_p99_ms`: what one in a hundred exceeds. */
export async function benchMarketRequest(): Promise<{
  readonly figures: { readonly m1_day_ms: number; readonly m1_day_p99_ms: number };
}> {
  await using postgres = await startPostgres();
  const lifecycle = new Lifecycle({ logger: silent });
  const server = await serveMarket(postgres.url, lifecycle);
  try {
    const client = new URL("market_client.ts", import.meta.url).pathname;
    const args = [server.port, firstDay, days].map(String);
    const { p50Ms, p99Ms } = await runLoad<MarketClientResult>(Deno.execPath(), [
      ...["run", "--allow-net", "--no-check", client],
      ...args,
    ]);
    return { figures: { m1_day_ms: p50Ms, m1_day_p99_ms: p99Ms } };
  } finally {
    await server.stop();
    await lifecycle.stop("the bench is over");
  }
}

const silent = createLogger({ service: "market-data", level: "silent" });

async function serveMarket(databaseUrl: string, lifecycle: Lifecycle) {
  const store = await openStore(databaseUrl);
  const deps = await startMarketData({
    service: "market-data",
    version: "bench",
    logger: silent,
    metrics: createMetrics("market-data"),
    clock: systemTimer,
    ids: uuidIds,
    authenticate: () => ({
      subject: "bench",
      permissions: new Set(["market:read"]),
      accounts: "all",
    }),
    checks: {},
    bodyBytesMax: 65_536,
    store,
    streams: await openStreams("memory:", { clock: systemTimer }),
    hours: tradingHours("fx-week"),
    marketClock: systemTimer,
  }, lifecycle);
  for (let day = 0; day < days; day++) {
    const from = firstDay + day * dayMs;
    await new BlockHistoryWriter().replaceBars(deps.db, {
      series: { symbol: EURUSD, source: "live", side: "mid", intervalMs: minuteMs },
      range: { from, to: from + dayMs },
      bars: walkedDay(from),
    });
  }
  const app = createMarketDataApp(deps);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => app.fetch(request),
  );
  return {
    port: server.addr.port,
    async stop() {
      await server.shutdown();
      await store.close();
    },
  };
}

/** A day of a random walk, a tick a second. */
function walkedDay(from: number): BarColumns {
  const random = seededRandom(`day ${from}`);
  const length = dayMs / 1_000;
  let price = 114_000;
  const bid = Int32Array.from({ length }, () => price += Math.round(6 * random.next() - 3));
  const folder = new TickFolder({ grid: barGrid("M1", "utc"), side: "mid" });
  folder.push({
    length,
    time: Float64Array.from({ length }, (_, second) => from + second * 1_000),
    bid,
    ask: bid.map((points) => points + 5),
    bidVolume: null,
    askVolume: null,
  });
  return folder.end();
}
