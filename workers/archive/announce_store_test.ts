// Goal: whoever follows the `bars` topic and keeps the highest version of each bar has what history
// has. Method: the real worker over PGlite and memory streams, with a quote that comes late.

import { assertEquals } from "@std/assert";
import type { LiveBar } from "../../shared/contracts/messages/bars.ts";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import type { QuoteEvent } from "../../shared/contracts/messages/quotes.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { epochMs, ManualClock, parseRfc3339 } from "../../shared/domain/time.ts";
import { followTopic } from "../../shared/runtime/consume.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { uuidIds } from "../../shared/runtime/time.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import * as v from "valibot";
import {
  type ArchiveDatabase,
  archiveMigrations,
  archiveSchema,
  type ArchiveStore,
  createArchiveStore,
} from "./archive_store.ts";
import { Archivist } from "./archivist.ts";
import { startArchive } from "./deps.ts";
import { historySettings } from "./settings.ts";

const monday = parseRfc3339("2019-02-04T10:00:00Z")!;
const EURUSD = "EURUSD" as Symbol;
const minutes = { symbol: EURUSD, source: "live", side: "bid", intervalMs: 60_000 } as const;

const textAt = (time: number) => new Date(time).toISOString().slice(11, 16);

/** The worker, and what a follower of the bid bars hears. */
async function startFollowedArchive() {
  const clock = new ManualClock(monday);
  const logger = createLogger({ service: "archive", level: "silent" });
  const lifecycle = new Lifecycle({ logger });
  const streams = await openStreams("memory:", { clock });
  const store = await openTestStore();
  const heard: LiveBar[] = [];
  await followTopic({
    streams,
    topic: topics.bars,
    from: "start",
    logger,
    signal: lifecycle.signal,
    handle(events) {
      for (const { data } of events) heard.push(...data.bars.filter(({ side }) => side === "bid"));
    },
  });
  await startArchive({
    service: "archive",
    version: "test",
    logger,
    metrics: createMetrics("archive"),
    clock,
    ids: uuidIds,
    authenticate: () => null,
    checks: {},
    bodyBytesMax: 4_096,
    streams,
    store,
    hours: tradingHours("fx-week"),
    history: v.parse(historySettings, {}),
  }, lifecycle);
  return { heard, streams, store, clock, lifecycle };
}

Deno.test("followers of bars hear partial, final and corrected states, and end with history's", async () => {
  const { heard, streams, store, clock, lifecycle } = await startFollowedArchive();
  const events = createEventSource({ source: "/test", ids: uuidIds, clock });
  let sequence = 0;
  const quote = (afterMs: number, bid: number, receivedMs = afterMs) =>
    publishEvents(streams, topics.quotes, [
      events.event(
        "quotes.received",
        writeQuotes("test", [{
          symbol: EURUSD,
          bid: price(bid),
          ask: price(bid + 2),
          venueTime: epochMs(monday + afterMs),
          receivedTime: epochMs(monday + receivedMs),
          sequence: ++sequence,
        }]),
      ),
    ]);
  const told = (state: LiveBar["state"], minute: string) =>
    eventually(
      () =>
        heard.findLast((bar) => bar.state === state && textAt(bar.openTime) === minute) ?? false,
      { timeoutMs: 30_000, everyMs: 20 },
    );

  await quote(1_000, 114_000);
  assertEquals((await told("partial", "10:00"))!.close, "1.14000");
  await quote(70_000, 114_010);
  assertEquals((await told("final", "10:00"))!.close, "1.14000");
  await quote(59_000, 113_990, 71_000);
  const corrected = (await told("corrected", "10:00"))!;
  assertEquals([corrected.close, corrected.low, corrected.ticks], ["1.13990", "1.13990", 2]);

  const newest = new Map<number, LiveBar>();
  for (const bar of heard) {
    if ((newest.get(bar.openTime)?.version ?? -1) < bar.version) newest.set(bar.openTime, bar);
  }
  const database = store.database<TimeseriesDatabase>(timeseriesSchema);
  const range = { from: 0, to: monday + 60_000 };
  const stored = await Array.fromAsync(new BlockHistory(database).bars(minutes, range));
  assertEquals(
    stored.flatMap(({ length, openTime, close, ticks }) =>
      Array.from({ length }, (_, i) => [openTime[i], close[i], ticks[i]])
    ),
    [[monday, 113_990, 2]],
  );
  assertEquals(newest.get(monday), corrected);
  await lifecycle.stop("test");
  await lifecycle.stopped;
  await store.close();
});

/** A store of its own, archivists on it one after another, and quotes of EURUSD for them. */
async function openRestarts() {
  const store = await openTestStore();
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await migrate(store, archiveSchema, archiveMigrations);
  const kept = createArchiveStore(store.database<ArchiveDatabase>(archiveSchema));
  const events = createEventSource({
    source: "/test",
    ids: uuidIds,
    clock: new ManualClock(monday),
  });
  let sequence = 0;
  const quote = (afterMs: number, bid: number): QuoteEvent => {
    const time = epochMs(monday + afterMs);
    const one = { symbol: EURUSD, bid: price(bid), ask: price(bid + 2), venueTime: time };
    const batch = writeQuotes("test", [{ ...one, receivedTime: time, sequence: ++sequence }]);
    return events.event("quotes.received", batch);
  };
  const start = (
    announce: (bars: readonly LiveBar[]) => Promise<void>,
    over: ArchiveStore = kept,
  ) => {
    const killed = new AbortController();
    const archivist = new Archivist({
      ...{ store: over, hours: tradingHours("fx-week"), metrics: createMetrics("archive") },
      ...{ logger: createLogger({ service: "archive", level: "silent" }), signal: killed.signal },
      announce,
    });
    return { archivist, kill: () => killed.abort() };
  };
  return { store, kept, quote, start };
}

const shown = (bars: readonly LiveBar[]) =>
  bars.map(({ state, side, close }) => `${state} ${side} ${close}`);

Deno.test("a kill between a commit and its announcement is made good at the next start", async () => {
  const { store, quote, start } = await openRestarts();
  const first = start(() => Promise.resolve());
  await first.archivist.take([quote(1_000, 114_000)]);
  const untold: LiveBar[] = [];
  const second = start((bars) => {
    if (bars.every(({ state }) => state === "partial")) return Promise.resolve();
    untold.push(...bars);
    second.kill();
    return Promise.reject(new Error("killed"));
  });
  await second.archivist.take([quote(70_000, 114_010)]);
  const told: LiveBar[] = [];
  const third = start((bars) => Promise.resolve(void told.push(...bars)));
  await third.archivist.tellAgain();
  assertEquals(told, untold);
  assertEquals(shown(told).slice(0, 4), [
    ...["final bid 1.14000", "final ask 1.14002", "final mid 1.14001", "partial bid 1.14010"],
  ]);
  // It goes on from there, and what another commit followed is not told again.
  await third.archivist.take([quote(71_000, 114_020)]);
  const next = told.slice(6);
  assertEquals(next.map(({ state }) => state), ["partial", "partial", "partial"]);
  assertEquals(next[0]!.version, told[0]!.version + 1);
  told.length = 0;
  await start((bars) => Promise.resolve(void told.push(...bars))).archivist.tellAgain();
  assertEquals(told, next);
  await store.close();
});

Deno.test("a commit whose answer was lost is told all the same, once it is known", async () => {
  const { store, kept, quote, start } = await openRestarts();
  let lost = false;
  const told: LiveBar[] = [];
  const { archivist } = start((bars) => Promise.resolve(void told.push(...bars)), {
    load: () => kept.load(),
    async commit(from, effects) {
      const standing = await kept.commit(from, effects);
      if (standing.batches !== 2 || lost) return standing;
      lost = true;
      throw new Error("the connection is gone");
    },
  });
  await archivist.take([quote(1_000, 114_000)]);
  await archivist.take([quote(70_000, 114_010)]);
  const finals = told.filter(({ state }) => state === "final");
  assertEquals([shown(finals), lost], [
    ["final bid 1.14000", "final ask 1.14002", "final mid 1.14001"],
    true,
  ]);
  await store.close();
});
