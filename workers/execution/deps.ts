/** What the execution worker works with, and the only place that opens it. */

import { topics } from "../../shared/contracts/messages/topics.ts";
import { type TradingHours, tradingHours } from "../../shared/domain/fx_week.ts";
import { QuoteBook } from "../../shared/domain/quote.ts";
import { type Clock, epochMs, ManualClock } from "../../shared/domain/time.ts";
import { consumeTopic } from "../../shared/runtime/consume.ts";
import { createEventSource } from "../../shared/runtime/events.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { followQuotes } from "../../shared/runtime/quote_feed.ts";
import type { ServiceDeps } from "../../shared/runtime/service_app.ts";
import { pause, systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { createFillEngine } from "../../shared/venues/fill_engine.ts";
import type { ExecutionSettings } from "./settings.ts";
import {
  createVenueBook,
  type ExecutionDatabase,
  executionMigrations,
  executionSchema,
} from "./venue_book.ts";
import { VenueDesk } from "./venue_desk.ts";

/** How often time alone is let pass at the venue: latency and expiry. */
const advanceEveryMs = 20;

/** What execution stands on; a profile may share the store and the streams among its parts. */
export interface ExecutionGround extends ServiceDeps {
  readonly store: Store;
  readonly streams: EventStreams;
  readonly hours: TradingHours;
  /** The machine's clock, or a manual one that the quotes move on. */
  readonly marketClock: Clock;
  readonly fills: ExecutionSettings["fills"];
}

export async function openExecution(
  settings: ExecutionSettings,
  lifecycle: Lifecycle,
): Promise<ExecutionGround> {
  const service = "execution";
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
    marketClock: settings.market.clock === "quotes" ? new ManualClock(epochMs(0)) : systemTimer,
    fills: settings.fills,
  };
}

/** Migrates, restores the held orders, then takes prices and orders until the end. */
export async function startExecution(
  ground: ExecutionGround,
  lifecycle: Lifecycle,
): Promise<VenueDesk> {
  const { store, streams, logger, marketClock, hours } = ground;
  await migrate(store, executionSchema, executionMigrations);
  const desk = new VenueDesk({
    engine: createFillEngine({ name: "simulator", hours, ...ground.fills }),
    book: createVenueBook(store.database<ExecutionDatabase>(executionSchema)),
    streams,
    events: createEventSource({
      source: "/workers/execution",
      ids: ground.ids,
      clock: ground.clock,
    }),
    marketClock,
    logger,
    signal: lifecycle.signal,
  });
  await desk.restore();
  const quotes = new QuoteBook();
  // From now on: a price that moved while the worker was away fills nothing.
  await followQuotes({
    streams,
    book: quotes,
    ...(marketClock instanceof ManualClock ? { marketClock } : {}),
    from: "now",
    onQuotes: (batch) => desk.quotes(batch),
    logger,
    signal: lifecycle.signal,
  });
  lifecycle.run("orders", (signal) =>
    consumeTopic({
      streams,
      topic: topics.orders,
      group: "execution",
      consumer: ground.ids.next(),
      redeliverAfterMs: 5_000,
      logger,
      signal,
      handle: (events) => desk.orders(events),
    }));
  lifecycle.run("venue time", async (signal) => {
    while (!signal.aborted) {
      desk.advance(quotes.heardAt);
      await pause(advanceEveryMs, signal);
    }
  });
  lifecycle.onStop("venue desk", () => desk.settled());
  return desk;
}
