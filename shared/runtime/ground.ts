/** What parts stand on: opened once by a process, or shared among the parts of one. */

import { type TradingHours, tradingHours, type TradingHoursName } from "../domain/fx_week.ts";
import { type Clock, epochMs, ManualClock } from "../domain/time.ts";
import { createTokens } from "../security/tokens.ts";
import { openStore } from "../storage/open_store.ts";
import type { Store } from "../storage/store.ts";
import type { EventStreams } from "../streams/event_streams.ts";
import { openStreams } from "../streams/open_streams.ts";
import type { Authenticate } from "./auth.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { createLogger, type LogLevel } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import { RecentErrors } from "./recent_errors.ts";
import type { ServiceDeps } from "./service_deps.ts";
import { keepStore } from "./store_upkeep.ts";
import { systemTimer, uuidIds } from "./time.ts";

/** Of the platform: its parts are released together. */
export const version = "0.1.0";

export interface StreamsGround extends ServiceDeps {
  readonly streams: EventStreams;
}

/** The newest errors that the process logged, for whoever tells of them. */
export interface ErrorsKept {
  readonly recentErrors: RecentErrors;
}

export interface Ground extends StreamsGround {
  readonly store: Store;
  readonly hours: TradingHours;
  /** The machine's clock, or a manual one that the quotes move on. */
  readonly marketClock: Clock;
}

export interface StreamsGroundSettings {
  readonly http: { readonly bodyBytesMax: number };
  readonly streams: { readonly url: string };
  readonly log: { readonly level: LogLevel };
}

export interface GroundSettings extends StreamsGroundSettings {
  readonly database: { readonly url: string };
  readonly market: { readonly clock: "real" | "quotes"; readonly hours: TradingHoursName };
}

/** Whoever the edge sends: the bearer of an internal token. Nobody else reaches a service. */
export function internalOnly(tokenSecret: string): Authenticate {
  const tokens = createTokens({ secret: tokenSecret, clock: systemTimer });
  return ({ kind, value }) => kind === "token" ? tokens.verify(value, "internal") : null;
}

/** Opens the streams; nobody is let in unless `authenticate` is replaced. */
export async function openStreamsGround(
  service: string,
  settings: StreamsGroundSettings,
  lifecycle: Lifecycle,
): Promise<StreamsGround & ErrorsKept> {
  const streams = await openStreams(settings.streams.url, { clock: systemTimer });
  lifecycle.onStop("streams", () => streams.close());
  const recentErrors = new RecentErrors();
  return {
    service,
    version,
    logger: createLogger({ service, level: settings.log.level, recentErrors }),
    recentErrors,
    metrics: createMetrics(service),
    clock: systemTimer,
    ids: uuidIds,
    authenticate: () => null,
    checks: { streams: () => streams.ping() },
    bodyBytesMax: settings.http.bodyBytesMax,
    streams,
  };
}

/** Opens the store too. */
export async function openGround(
  service: string,
  settings: GroundSettings,
  lifecycle: Lifecycle,
): Promise<Ground & ErrorsKept> {
  const store = await openStore(settings.database.url);
  lifecycle.onStop("store", () => store.close());
  const ground = await openStreamsGround(service, settings, lifecycle);
  keepStore(store, { lifecycle, logger: ground.logger });
  return {
    ...ground,
    checks: { ...ground.checks, store: () => store.ping() },
    store,
    hours: tradingHours(settings.market.hours),
    marketClock: settings.market.clock === "quotes" ? new ManualClock(epochMs(0)) : systemTimer,
  };
}

/** A service behind the edge: whoever the edge sends may come in. */
export async function openServiceGround(
  service: string,
  settings: GroundSettings & { readonly security: { readonly tokenSecret: string } },
  lifecycle: Lifecycle,
): Promise<Ground> {
  const ground = await openGround(service, settings, lifecycle);
  return { ...ground, authenticate: internalOnly(settings.security.tokenSecret) };
}
