/** Every part of the platform, started in one process over one store and one set of streams. */

import { type GatewayDeps, gatewayGround, startGateway } from "../../services/api-gateway/deps.ts";
import { localUpstream } from "../../services/api-gateway/forward/upstream.ts";
import { createMarketDataApp } from "../../services/market-data/app.ts";
import { startMarketData } from "../../services/market-data/deps.ts";
import { createTradingApp } from "../../services/trading-gateway/app.ts";
import { startTrading, type TradingDeps } from "../../services/trading-gateway/deps.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { epochMs, ManualClock } from "../../shared/domain/time.ts";
import { openKv } from "../../shared/kv/deno_kv.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { scaledTimer, systemTimer, uuidIds, virtualTimer } from "../../shared/runtime/time.ts";
import { createTokens } from "../../shared/security/tokens.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { openPriceVenue } from "../../shared/venues/open_venue.ts";
import { startArchive } from "../../workers/archive/deps.ts";
import { startExecution } from "../../workers/execution/deps.ts";
import { startIngest } from "../../workers/ingest/deps.ts";
import { keptSecret, randomSecret } from "./data_folder.ts";
import type { AllInOneSettings } from "./options.ts";

export interface Platform {
  readonly gateway: GatewayDeps;
  readonly trading: TradingDeps;
}

/**
 * Starts everything, prices last, so that whoever reads them is there before the first.
 * @throws Error naming what cannot be opened.
 */
export async function startPlatform(
  settings: AllInOneSettings,
  lifecycle: Lifecycle,
): Promise<Platform> {
  const hours = tradingHours(settings.market.hours);
  // Opened first: a recording that is not there should not leave a migrated store behind.
  const { venue, timer } = await openPriceVenue(settings.venue.spec, {
    seed: settings.venue.seed,
    speed: settings.venue.speed,
    hours,
    timers: { system: systemTimer, scaled: scaledTimer, virtual: virtualTimer },
  });
  const open = await openShared(settings, lifecycle);
  const tokenSecret = await keptSecret(`${settings.data.folder}/token.secret`, randomSecret);
  const tokens = createTokens({ secret: tokenSecret, clock: systemTimer });
  const part = partsOf(settings, open);
  // A part whose prices come at the market's own pace tells the time by them.
  const marketClock = () => timer === systemTimer ? systemTimer : new ManualClock(epochMs(0));
  const internal = {
    authenticate: ({ kind, value }: { kind: string; value: string }) =>
      kind === "token" ? tokens.verify(value, "internal") : null,
  };

  const trading = await startTrading(
    { ...part("trading-gateway"), ...internal, hours, marketClock: marketClock() },
    lifecycle,
  );
  const marketData = await startMarketData(
    { ...part("market-data"), ...internal, hours, marketClock: marketClock() },
    lifecycle,
  );
  await startExecution(
    {
      ...part("execution"),
      hours,
      marketClock: marketClock(),
      fills: { ...settings.fills, seed: settings.venue.seed },
    },
    lifecycle,
  );
  await startArchive({ ...part("archive"), hours }, lifecycle);
  const gateway = await startGateway(
    gatewayGround(
      {
        http: settings.http,
        log: settings.log,
        security: { tokenSecret },
        market: { hours: settings.market.hours, clock: timer === systemTimer ? "real" : "quotes" },
        limits: { ...settings.limits, socketsPerKey: 10_000, sockets: 20_000 },
        upstreams: { trading: "http://in.process", marketData: "http://in.process" },
      },
      {
        ...open,
        upstreams: {
          trading: localUpstream("trading-gateway", createTradingApp(trading)),
          marketData: localUpstream("market-data", createMarketDataApp(marketData)),
        },
      },
    ),
    lifecycle,
  );
  await startIngest({ ...part("ingest"), venue, timer }, lifecycle);
  return { gateway, trading };
}

async function openShared(settings: AllInOneSettings, lifecycle: Lifecycle) {
  const { folder } = settings.data;
  const store = await openStore(settings.database.url ?? `pglite:${folder}/db`);
  lifecycle.onStop("store", () => store.close());
  const streams = await openStreams(settings.streams.url, { clock: systemTimer });
  lifecycle.onStop("streams", () => streams.close());
  const kv = await openKv(`${folder}/kv`);
  lifecycle.onStop("kv", () => kv.close());
  return { store, streams, kv };
}

/** What each part is given; the shared store and streams, a logger and metrics of its own. */
const partsOf = (
  settings: AllInOneSettings,
  open: Pick<Awaited<ReturnType<typeof openShared>>, "store" | "streams">,
) =>
(service: string) => ({
  service,
  version: "0.1.0",
  logger: createLogger({ service, level: settings.log.level }),
  metrics: createMetrics(service),
  clock: systemTimer,
  ids: uuidIds,
  authenticate: () => null,
  checks: { store: () => open.store.ping(), streams: () => open.streams.ping() },
  bodyBytesMax: settings.http.bodyBytesMax,
  store: open.store,
  streams: open.streams,
});
