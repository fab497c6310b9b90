/** Starts the archive worker on what it is given. */

import { barsPerEventMax, type LiveBar } from "../../shared/contracts/messages/bars.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { consumeTopic } from "../../shared/runtime/consume.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import type { Ground } from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { pause } from "../../shared/runtime/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { depotOf } from "../../shared/timeseries/depot/open_depot.ts";
import {
  type ArchiveDatabase,
  archiveMigrations,
  archiveSchema,
  createArchiveStore,
  lastSequence,
} from "./archive_store.ts";
import { Archivist } from "./archivist.ts";
import { keepHistory } from "./history_keeper.ts";
import { PriceGuard, type PriceOrigin, rememberPrices } from "./price_kinds.ts";
import type { HistorySettings } from "./settings.ts";

/** Entries of one commit at most. */
const batchMax = 200;
/** A bar is a minute; nobody misses a quarter of a second of it, and commits are dear. */
const lingerMs = 250;
/** After this long what a killed copy had in hand is delivered again. */
const redeliverAfterMs = 1_000;

/** Its minutes are the quotes' own; it asks no clock. */
export type ArchiveGround = Omit<Ground, "marketClock"> & {
  readonly history: HistorySettings;
  /** Where the prices come from, where that is known at the start. */
  readonly prices?: PriceOrigin | undefined;
};

/** Publishes live bars, in events of a bounded size. */
function barAnnouncer(
  { streams, ids, clock }: Pick<ArchiveGround, "streams" | "ids" | "clock">,
): (bars: readonly LiveBar[]) => Promise<void> {
  const events = createEventSource({ source: "/workers/archive", ids, clock });
  return (bars) =>
    publishEvents(
      streams,
      topics.bars,
      Array.from(
        { length: Math.ceil(bars.length / barsPerEventMax) },
        (_, n) =>
          events.event("bars.updated", {
            bars: bars.slice(n * barsPerEventMax, (n + 1) * barsPerEventMax),
          }),
      ),
    );
}

/**
 * Migrates, creates the group, then archives until the end. The highest sequence archived before.
 * @throws MixedPrices when history is of another kind of prices.
 */
export async function startArchive(
  ground: ArchiveGround,
  lifecycle: Lifecycle,
): Promise<{ archivedSequence: number }> {
  const { store, streams, hours, logger, metrics } = ground;
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await migrate(store, archiveSchema, archiveMigrations);
  const reader = { group: "archive", consumer: ground.ids.next(), redeliverAfterMs };
  // From here on the group's backlog holds a recording back.
  await streams.consumer({ topic: topics.quotes.name, from: "start", ...reader });
  const depot = depotOf(ground.history);
  const db = store.database<ArchiveDatabase>(archiveSchema);
  if (ground.prices !== undefined) await rememberPrices(db, ground.prices);
  const archivedSequence = await lastSequence(db);
  const archive = createArchiveStore(db, depot);
  lifecycle.run("history", (signal) =>
    keepHistory({
      db: store.database<TimeseriesDatabase>(timeseriesSchema),
      depot,
      settings: ground.history,
      heardAt: async () => (await archive.load()).state.heardAt,
      logger,
      metrics,
    }, signal));
  lifecycle.run("archive", async (signal) => {
    const archivist = new Archivist({
      store: archive,
      hours,
      logger,
      metrics,
      announce: barAnnouncer(ground),
      signal,
    });
    // Order is all: what a killed copy had in hand must be due again before anything newer is read.
    await pause(redeliverAfterMs + 100, signal);
    await archivist.tellAgain();
    const guard = ground.prices === undefined ? new PriceGuard({ db, logger }) : null;
    const consumed = consumeTopic({
      streams,
      topic: topics.quotes,
      ...reader,
      batchMax,
      lingerMs,
      logger,
      signal,
      async handle(events) {
        await guard?.check(events.map(({ data }) => data.venue), signal);
        await archivist.take(events);
      },
    });
    const released = consumeTopic({
      streams,
      topic: topics.releasedTicks,
      ...reader,
      logger,
      signal,
      handle: (events) => archivist.release(events),
    });
    const mixed = guard === null ? [] : [guard.mixed];
    await Promise.race([Promise.all([consumed, released]), ...mixed]);
  });
  return { archivedSequence };
}
