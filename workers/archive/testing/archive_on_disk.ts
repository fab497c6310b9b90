/**
 * A child process for tests: archives made-up quotes into an embedded store and keeps its history,
 * faster than life. Arguments: the store's folder, the first batch. Writes `ack <batch>` once a batch is
 * stored, its log and, for each round of upkeep, `failed <rounds that failed>`. Ends on SIGTERM.
 */

import * as v from "valibot";
import { writeQuotes } from "../../../shared/contracts/messages/quote_batch.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import type { Quote } from "../../../shared/domain/quote.ts";
import { seededRandom } from "../../../shared/domain/random.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { createEventSource } from "../../../shared/runtime/events.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { pause, systemTimer, uuidIds } from "../../../shared/runtime/time.ts";
import { migrate } from "../../../shared/storage/migrate.ts";
import { openStore } from "../../../shared/storage/open_store.ts";
import { timeseriesMigrations } from "../../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../../shared/timeseries/database.ts";
import {
  type ArchiveDatabase,
  archiveMigrations,
  archiveSchema,
  createArchiveStore,
} from "../archive_store.ts";
import { Archivist } from "../archivist.ts";
import { createRound } from "../history_keeper.ts";
import { historySettings } from "../settings.ts";

export const smallDiskSymbol = "EURUSD" as Symbol;
/** A batch is a minute. */
const batchQuotes = 200;
const quoteMs = 300;
export const smallDiskStart = Date.UTC(2019, 1, 4);
/** Between two rounds of upkeep. */
const roundMs = 200;

/** The quotes of a batch: the same whenever they are asked for, and hard to compress. */
export function batchQuotesOf(batch: number): Quote[] {
  const random = seededRandom(`batch ${batch}`);
  return Array.from({ length: batchQuotes }, (_, at) => {
    const time = epochMs(smallDiskStart + (batch * batchQuotes + at) * quoteMs);
    const bid = 100_000 + Math.floor(random.next() * 20_000);
    return {
      ...{
        symbol: smallDiskSymbol,
        bid: price(bid),
        ask: price(bid + 1 + Math.floor(random.next() * 500)),
      },
      ...{ venueTime: time, receivedTime: time, sequence: 1 + batch * batchQuotes + at },
    };
  });
}

const say = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

async function archive(folder: string, first: number): Promise<void> {
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  const store = await openStore(`pglite:${folder}`);
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await migrate(store, archiveSchema, archiveMigrations);
  const logger = createLogger({ service: "archive", level: "warn" });
  const metrics = createMetrics("archive");
  const kept = createArchiveStore(store.database<ArchiveDatabase>(archiveSchema));
  const running = new AbortController().signal;
  const archivist = new Archivist({
    ...{ store: kept, hours: tradingHours("always"), logger, metrics, signal: running },
    announce: () => Promise.resolve(),
  });
  const round = createRound({
    ...{ db: store.database<TimeseriesDatabase>(timeseriesSchema), depot: null, logger, metrics },
    settings: v.parse(historySettings, {}),
    heardAt: async () => (await kept.load()).state.heardAt,
  });
  const keeping = (async () => {
    while (!stop.signal.aborted) {
      await round(running);
      const failed = /upkeep_failures_total\{[^}]*seal_ticks[^}]*\} (\d+)/.exec(
        await metrics.text(),
      );
      say(`failed ${failed?.[1] ?? 0}`);
      await pause(roundMs, stop.signal);
    }
  })();
  const events = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });
  for (let batch = first; !stop.signal.aborted; batch++) {
    const quotes = writeQuotes("test", batchQuotesOf(batch));
    await archivist.take([events.event("quotes.received", quotes)]);
    say(`ack ${batch}`);
    // The embedded engine never waits for the event loop, which has signals and rounds to see to.
    await pause(1, running);
  }
  await keeping;
  await round(running);
  await store.close();
}

if (import.meta.main) await archive(Deno.args[0]!, Number(Deno.args[1]));
