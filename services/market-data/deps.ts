/** What market data works with, and the only place that opens it. */

import type { Kysely } from "kysely";
import { type TradingHours, tradingHours } from "../../shared/domain/fx_week.ts";
import { QuoteBook } from "../../shared/domain/quote.ts";
import { type Clock, epochMs, ManualClock } from "../../shared/domain/time.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { followQuotes } from "../../shared/runtime/quote_feed.ts";
import type { ServiceApp, ServiceDeps } from "../../shared/runtime/service_app.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { createTokens } from "../../shared/security/tokens.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import {
  type TimeseriesDatabase,
  timeseriesMigrations,
  timeseriesSchema,
} from "../../shared/timeseries/bars_table.ts";
import type { MarketDataSettings } from "./settings.ts";

export type MarketDataApp = ServiceApp;

export interface MarketDataDeps extends ServiceDeps {
  readonly db: Kysely<TimeseriesDatabase>;
  readonly quotes: QuoteBook;
  readonly hours: TradingHours;
  /** The machine's clock, or a manual one that the quotes move on. */
  readonly marketClock: Clock;
}

/** What market data stands on; a profile may share the store and the streams among its parts. */
export interface MarketDataGround extends ServiceDeps {
  readonly store: Store;
  readonly streams: EventStreams;
  readonly hours: TradingHours;
  readonly marketClock: Clock;
}

export async function openMarketData(
  settings: MarketDataSettings,
  lifecycle: Lifecycle,
): Promise<MarketDataGround> {
  const service = "market-data";
  const store = await openStore(settings.database.url);
  lifecycle.onStop("store", () => store.close());
  const streams = await openStreams(settings.streams.url, { clock: systemTimer });
  lifecycle.onStop("streams", () => streams.close());
  const tokens = createTokens({ secret: settings.security.tokenSecret, clock: systemTimer });
  return {
    service,
    version: "0.1.0",
    logger: createLogger({ service, level: settings.log.level }),
    metrics: createMetrics(service),
    clock: systemTimer,
    ids: uuidIds,
    authenticate: ({ kind, value }) => kind === "token" ? tokens.verify(value, "internal") : null,
    checks: { store: () => store.ping(), streams: () => streams.ping() },
    bodyBytesMax: settings.http.bodyBytesMax,
    store,
    streams,
    hours: tradingHours(settings.market.hours),
    marketClock: settings.market.clock === "quotes" ? new ManualClock(epochMs(0)) : systemTimer,
  };
}

/** Migrates, then keeps the newest quote of every symbol until the end. */
export async function startMarketData(
  ground: MarketDataGround,
  lifecycle: Lifecycle,
): Promise<MarketDataDeps> {
  const { store, streams, marketClock, logger } = ground;
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const quotes = new QuoteBook();
  await followQuotes({
    streams,
    book: quotes,
    ...(marketClock instanceof ManualClock ? { marketClock } : {}),
    logger,
    signal: lifecycle.signal,
  });
  return { ...ground, db: store.database<TimeseriesDatabase>(timeseriesSchema), quotes };
}
