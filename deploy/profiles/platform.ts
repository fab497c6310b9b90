/** Every part of the platform, started in one process over one store and one set of streams. */

import {
  type GatewayDeps,
  type GatewayGround,
  gatewayGround,
  startGateway,
} from "../../services/api-gateway/deps.ts";
import { readConsole } from "../../services/api-gateway/console/console_files.ts";
import { localUpstream } from "../../services/api-gateway/forward/upstream.ts";
import { createPipelineApp } from "../../services/data-pipeline/app.ts";
import { type PipelineDeps, startPipeline } from "../../services/data-pipeline/deps.ts";
import { createMarketDataApp } from "../../services/market-data/app.ts";
import { type MarketDataDeps, startMarketData } from "../../services/market-data/deps.ts";
import { createTradingApp } from "../../services/trading-gateway/app.ts";
import { startTrading, type TradingDeps } from "../../services/trading-gateway/deps.ts";
import { readTerms } from "../../shared/runtime/terms_settings.ts";
import { epochMs, ManualClock } from "../../shared/domain/time.ts";
import { openDenoKv } from "../../shared/kv/deno_kv.ts";
import {
  type ErrorsKept,
  type Ground,
  internalOnly,
  openGround,
} from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import { priceKind } from "../../shared/venues/price_kind.ts";
import { startAnalysis } from "../../workers/analysis/deps.ts";
import { startArchive } from "../../workers/archive/deps.ts";
import { startExecution } from "../../workers/execution/deps.ts";
import { openVenue, startIngest } from "../../workers/ingest/deps.ts";
import { keptSecret, randomSecret } from "./data_folder.ts";
import { mergedMetrics } from "./merged_metrics.ts";
import type { AllInOneSettings } from "./options.ts";

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
  // Opened first: a recording that is not there should not leave a migrated store behind.
  const opened = await openVenue(settings);
  const { timer } = opened;
  const tokenSecret = await keptSecret(`${settings.data.folder}/token.secret`, randomSecret);
  const authenticate = internalOnly(tokenSecret);
  const { data: { folder }, history } = settings;
  const url = settings.database.url ?? `pglite:${folder}/db`;
  const shared = await openGround("spotwire", { ...settings, database: { url } }, lifecycle);
  const kv = await openDenoKv(`${folder}/kv`, { clock: systemTimer });
  lifecycle.onStop("kv", () => kv.close());
  const ground = (service: string): Ground & ErrorsKept => ({
    ...shared,
    service,
    logger: createLogger({ ...settings.log, service, recentErrors: shared.recentErrors }),
    metrics: createMetrics(service),
    authenticate,
    // A part whose prices come at the market's own pace tells the time by them.
    marketClock: timer === systemTimer ? systemTimer : new ManualClock(epochMs(0)),
  });
  const grounds = {
    trading: ground("trading-gateway"),
    marketData: ground("market-data"),
    pipeline: ground("data-pipeline"),
    execution: ground("execution"),
    archive: ground("archive"),
    analysis: ground("analysis"),
    ingest: ground("ingest"),
  };
  const { spec } = settings.venue;
  const prices = { venue: spec, kind: priceKind(spec, settings.composite.sources) };
  const terms = readTerms(settings.terms);
  const trading = await startTrading(
    { ...grounds.trading, terms, history },
    lifecycle,
  );
  const marketData = await startMarketData(
    { ...grounds.marketData, guarantees: terms.guarantees, history },
    lifecycle,
  );
  const fills = { ...settings.fills, seed: settings.venue.seed };
  await startExecution({ ...grounds.execution, fills }, lifecycle);
  const archived = await startArchive({ ...grounds.archive, history, prices }, lifecycle);
  await startAnalysis({ ...grounds.analysis, history }, lifecycle);
  const pipeline = await startPipeline({
    ...grounds.pipeline,
    folder: settings.imports.folder ?? `${folder}/import`,
    history,
  }, lifecycle);
  const upstreams = upstreamsOf({ trading, marketData, pipeline });
  const edge = gatewayGround({
    security: { tokenSecret },
    market: { ...settings.market, clock: timer === systemTimer ? "real" : "quotes" },
    terms: settings.terms,
    limits: { ...settings.limits, socketsPerKey: 10_000, sockets: 20_000 },
    upstreams: { trading: "http://here", marketData: "http://here", pipeline: "http://here" },
  }, { ground: ground("api-gateway"), kv, upstreams, console: await readConsole() });
  const all = Object.values(grounds).map((one) => one.metrics);
  const gateway = await startGateway(
    { ...edge, metrics: mergedMetrics(edge.metrics, all) },
    lifecycle,
  );
  const startPrices = () => startIngest({ ...grounds.ingest, ...opened, ...archived }, lifecycle);
  return { gateway, trading, startPrices };
}

/** The services as the edge reaches them: by a call, with no network between. */
function upstreamsOf(
  { trading, marketData, pipeline }: {
    trading: TradingDeps;
    marketData: MarketDataDeps;
    pipeline: PipelineDeps;
  },
): GatewayGround["upstreams"] {
  return {
    trading: localUpstream("trading-gateway", createTradingApp(trading)),
    marketData: localUpstream("market-data", createMarketDataApp(marketData)),
    pipeline: localUpstream("data-pipeline", createPipelineApp(pipeline)),
  };
}
