// Goal: prices of different kinds never stand in one history: the archive refuses to start, or stops
// where only the quotes tell, and says what is there, what was asked and what to do.

import { assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import type { Store } from "../../shared/storage/store.ts";
import { MemoryStreams } from "../../shared/streams/memory_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { priceKind } from "../../shared/venues/price_kind.ts";
import { type ArchiveDatabase, archiveSchema, lastSequence } from "./archive_store.ts";
import { startArchive } from "./deps.ts";
import { MixedPrices } from "./price_kinds.ts";
import { historySettings } from "./settings.ts";

const logger = createLogger({ service: "archive", level: "silent" });
const events = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });
const monday = epochMs(Date.UTC(2026, 0, 12, 10));

/** An archive on the store, as a process has it; `spec` where the process knows its venue. */
async function runArchive(store: Store, spec?: string) {
  const lifecycle = new Lifecycle({ logger });
  const streams = new MemoryStreams({ clock: systemTimer });
  await startArchive({
    ...{ service: "archive", version: "test", logger, metrics: createMetrics("archive") },
    ...{ clock: systemTimer, ids: uuidIds, authenticate: () => null, checks: {} },
    ...{ bodyBytesMax: 4_096, streams, store, hours: tradingHours("fx-week") },
    history: v.parse(historySettings, {}),
    prices: spec === undefined ? undefined : { venue: spec, kind: priceKind(spec) },
  }, lifecycle);
  const archived = () => lastSequence(store.database<ArchiveDatabase>(archiveSchema));
  return {
    lifecycle,
    publish: (venue: string, sequence: number) =>
      publishEvents(streams, topics.quotes, [
        events.event(
          "quotes.received",
          writeQuotes(venue, [{
            symbol: "EURUSD" as Symbol,
            bid: price(114_000),
            ask: price(114_010),
            venueTime: epochMs(monday + sequence),
            receivedTime: epochMs(monday + sequence),
            sequence,
          }]),
        ),
      ]),
    until: (sequence: number) =>
      eventually(async () => assertEquals(await archived(), sequence), { timeoutMs: 30_000 }),
    archived,
  };
}

Deno.test("an archive of simulated prices does not start with real or recorded ones", async () => {
  const store = await openTestStore();
  // Until there is history, any kind may come.
  await (await runArchive(store, "oanda")).lifecycle.stop("test");
  const first = await runArchive(store, "simulator");
  await first.publish("simulator", 1);
  await first.until(1);
  await first.lifecycle.stop("test");
  for (const [spec, kind] of [["oanda", "real"], ["replay:./day", "recorded"]] as const) {
    const error = await assertRejects(() => runArchive(store, spec), MixedPrices);
    for (const said of ["simulated prices of the venue simulator", `${kind} prices`, "--data"]) {
      assertEquals(error.message.includes(said), true, said);
    }
  }
  await (await runArchive(store, "simulator")).lifecycle.stop("test");
  await store.close();
});

Deno.test("an archive that was told no venue stops at the first quote of another kind", async () => {
  const store = await openTestStore();
  const archive = await runArchive(store);
  await archive.publish("oanda", 1);
  await archive.until(1);
  await archive.publish("simulator", 2);
  assertEquals(await archive.lifecycle.stopped, { failed: true });
  assertEquals(await archive.archived(), 1);
  await store.close();
});

Deno.test("a composite is simulated as soon as one of its sources is", () => {
  assertEquals(priceKind("composite", ["oanda"]), "real");
  assertEquals(priceKind("composite", ["oanda", "simulator:7"]), "simulated");
});
