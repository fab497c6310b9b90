/** Every part of the platform, started in one process over one store and one set of streams. */

import { type GatewayDeps, gatewayGround, startGateway } from "../../services/api-gateway/deps.ts";
import { localUpstream } from "../../services/api-gateway/forward/upstream.ts";
import { createMarketDataApp } from "../../services/market-data/app.ts";
import { startMarketData } from "../../services/market-data/deps.ts";
import { createTradingApp } from "../../services/trading-gateway/app.ts";
import { startTrading, type TradingDeps } from "../../services/trading-gateway/deps.ts";
import { type TradingHours, tradingHours } from "../../shared/domain/fx_week.ts";
import { type Clock, epochMs, ManualClock } from "../../shared/domain/time.ts";

import { openDenoKv } from "../../shared/kv/deno_kv.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import type { ServiceDeps } from "../../shared/runtime/service_app.ts";
import { scaledTimer, systemTimer, uuidIds, virtualTimer } from "../../shared/runtime/time.ts";
import { createTokens } from "../../shared/security/tokens.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { openPriceVenue } from "../../shared/venues/open_venue.ts";
import { startArchive } from "../../workers/archive/deps.ts";
import { startExecution } from "../../workers/execution/deps.ts";
import { startIngest } from "../../workers/ingest/deps.ts";
import { keptSecret, randomSecret } from "./data_folder.ts";
import { mergedMetrics } from "./merged_metrics.ts";
import type { AllInOneSettings } from "./options.ts";

const platformVersion = "0.1.0";

export interface Platform {
  readonly gateway: GatewayDeps;
  readonly trading: TradingDeps;
  /** Lets the prices begin; called last, so that whoever reads them is there before the first. */
  startPrices(): void;
}

/**
 * Starts every part but the prices.
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
  const tokenSecret = await keptSecret(`${settings.data.folder}/token.secret`, randomSecret);
  const tokens = createTokens({ secret: tokenSecret, clock: systemTimer });
  const open = await openShared(settings, lifecycle);
  const ground = (service: string): Ground => ({
    ...groundOf(service, settings, open),
    authenticate: ({ kind, value }) => kind === "token" ? tokens.verify(value, "internal") : null,
    hours,
    // A part whose prices come at the market's own pace tells the time by them.
    marketClock: timer === systemTimer ? systemTimer : new ManualClock(epochMs(0)),
  });
  const grounds = {
    trading: ground("trading-gateway"),
    marketData: ground("market-data"),
    execution: ground("execution"),
    archive: ground("archive"),
    ingest: ground("ingest"),
  };
  const trading = await startTrading(grounds.trading, lifecycle);
  const marketData = await startMarketData(grounds.marketData, lifecycle);
  const fills = { ...settings.fills, seed: settings.venue.seed };
  await startExecution({ ...grounds.execution, fills }, lifecycle);
  await startArchive(grounds.archive, lifecycle);
  const upstreams = {
    trading: localUpstream("trading-gateway", createTradingApp(trading)),
    marketData: localUpstream("market-data", createMarketDataApp(marketData)),
  };
  const edge = gatewayGround({
    ...settings,
    security: { tokenSecret },
    market: { ...settings.market, clock: timer === systemTimer ? "real" : "quotes" },
    limits: { ...settings.limits, socketsPerKey: 10_000, sockets: 20_000 },
    upstreams: { trading: "http://here", marketData: "http://here" },
  }, { ...open, upstreams });
  const all = Object.values(grounds).map((one) => one.metrics);
  const gateway = await startGateway(
    { ...edge, metrics: mergedMetrics(edge.metrics, all) },
    lifecycle,
  );
  const startPrices = () => startIngest({ ...grounds.ingest, venue, timer }, lifecycle);
  return { gateway, trading, startPrices };
}

/** What every part stands on here. */
interface Ground extends ServiceDeps {
  readonly store: Store;
  readonly streams: EventStreams;
  readonly hours: TradingHours;
  readonly marketClock: Clock;
}

async function openShared(settings: AllInOneSettings, lifecycle: Lifecycle) {
  const { folder } = settings.data;
  const store = await openStore(settings.database.url ?? `pglite:${folder}/db`);
  lifecycle.onStop("store", () => store.close());
  const streams = await openStreams(settings.streams.url, { clock: systemTimer });
  lifecycle.onStop("streams", () => streams.close());
  const kv = await openDenoKv(`${folder}/kv`, { clock: systemTimer });
  lifecycle.onStop("kv", () => kv.close());
  return { store, streams, kv };
}

/** The shared store and streams, a logger and metrics of the part's own. */
const groundOf = (
  service: string,
  settings: AllInOneSettings,
  open: { store: Store; streams: EventStreams },
) => ({
  service,
  version: platformVersion,
  logger: createLogger({ service, level: settings.log.level }),
  metrics: createMetrics(service),
  clock: systemTimer,
  ids: uuidIds,
  checks: { store: () => open.store.ping(), streams: () => open.streams.ping() },
  bodyBytesMax: settings.http.bodyBytesMax,
  store: open.store,
  streams: open.streams,
});
