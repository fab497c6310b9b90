/** What the archive worker works with, and the only place that opens it. */

import { topics } from "../../shared/contracts/messages/topics.ts";
import { type TradingHours, tradingHours } from "../../shared/domain/fx_week.ts";
import { consumeTopic } from "../../shared/runtime/consume.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import type { ServiceDeps } from "../../shared/runtime/service_app.ts";
import { pause, systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { timeseriesMigrations, timeseriesSchema } from "../../shared/timeseries/bars_table.ts";
import {
  type ArchiveDatabase,
  archiveMigrations,
  archiveSchema,
  createArchiveStore,
} from "./archive_store.ts";
import { Archivist } from "./archivist.ts";
import type { ArchiveSettings } from "./settings.ts";

/** Entries of one commit at most. */
const batchMax = 200;
/** A bar is a minute; nobody misses a quarter of a second of it, and commits are dear. */
const lingerMs = 250;
/** After this long what a killed copy had in hand is delivered again. */
const redeliverAfterMs = 1_000;

/** What the archive stands on; a profile may share the store and the streams among its parts. */
export interface ArchiveGround extends ServiceDeps {
  readonly store: Store;
  readonly streams: EventStreams;
  readonly hours: TradingHours;
}

export async function openArchive(
  settings: ArchiveSettings,
  lifecycle: Lifecycle,
): Promise<ArchiveGround> {
  const service = "archive";
  const store = await openStore(settings.database.url);
  lifecycle.onStop("store", () => store.close());
  const streams = await openStreams(settings.streams.url, { clock: systemTimer });
  lifecycle.onStop("streams", () => streams.close());
  return {
    service,
    version: "0.1.0",
    logger: createLogger({ service, level: settings.log.level }),
    metrics: createMetrics(service),
    clock: systemTimer,
    ids: uuidIds,
    authenticate: () => null,
    checks: { store: () => store.ping(), streams: () => streams.ping() },
    bodyBytesMax: settings.http.bodyBytesMax,
    store,
    streams,
    hours: tradingHours(settings.market.hours),
  };
}

/** Migrates, creates the group, then archives until the end. */
export async function startArchive(ground: ArchiveGround, lifecycle: Lifecycle): Promise<void> {
  const { store, streams, hours, logger, metrics } = ground;
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await migrate(store, archiveSchema, archiveMigrations);
  const reader = { group: "archive", consumer: ground.ids.next(), redeliverAfterMs };
  // From here on the group's backlog holds a recording back.
  await streams.consumer({ topic: topics.quotes.name, from: "start", ...reader });
  lifecycle.run("archive", async (signal) => {
    const archivist = new Archivist({
      store: createArchiveStore(store.database<ArchiveDatabase>(archiveSchema)),
      hours,
      logger,
      metrics,
      signal,
    });
    // Order is all: what a killed copy had in hand must be due again before anything newer is read.
    await pause(redeliverAfterMs + 100, signal);
    await consumeTopic({
      streams,
      topic: topics.quotes,
      ...reader,
      batchMax,
      lingerMs,
      logger,
      signal,
      handle: (events) => archivist.take(events),
    });
  });
}
