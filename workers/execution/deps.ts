/** What the execution worker works with, and the only place that opens it. */

import { topics } from "../../shared/contracts/messages/topics.ts";
import { QuoteBook } from "../../shared/domain/quote.ts";
import { consumeTopic } from "../../shared/runtime/consume.ts";
import { createEventSource } from "../../shared/runtime/events.ts";
import { type Ground, openGround } from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { followQuotes } from "../../shared/runtime/quote_feed.ts";
import { pause } from "../../shared/runtime/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
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

/** What execution stands on; a profile may share it among its parts. */
export interface ExecutionGround extends Ground {
  readonly fills: ExecutionSettings["fills"];
}

export async function openExecution(
  settings: ExecutionSettings,
  lifecycle: Lifecycle,
): Promise<ExecutionGround> {
  return { ...await openGround("execution", settings, lifecycle), fills: settings.fills };
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
    marketClock,
    from: "now",
    onQuotes: (batch) => desk.quotes(batch),
    onHeard: (_, change) => {
      if (change.withdrawn.length + change.restored.length > 0) desk.stands(change);
    },
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
