/** Keeps what ingest refused of the live feed beside the rows that imports kept apart: the newest. */

import { type Kysely, sql } from "kysely";
import type { EventOf } from "../../../shared/contracts/messages/topics.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { consumeTopic } from "../../../shared/runtime/consume.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import type { EventStreams } from "../../../shared/streams/event_streams.ts";
import type { PipelineDatabase } from "../imports/tables.ts";
import { type HeldRow, keepRows } from "./quarantine_store.ts";

/** Of rows that no import made: they belong to the live feed. */
export const noImport = "";
/** Refused ticks kept; the oldest go. */
export const refusedKeptMax = 100_000;

export interface KeepRefusedDeps {
  readonly db: Kysely<PipelineDatabase>;
  readonly streams: EventStreams;
  readonly ids: { next(): string };
  readonly logger: Logger;
}

/** Until the signal aborts. */
export async function keepRefused(
  { db, streams, ids, logger }: KeepRefusedDeps,
  signal: AbortSignal,
): Promise<void> {
  await consumeTopic({
    ...{ streams, logger, signal },
    topic: topics.refusedTicks,
    group: "pipeline",
    consumer: ids.next(),
    handle: (events) => keepEvents(db, events),
  });
}

/** Stores the ticks, each once, and lets go of the oldest beyond `keptMax`. */
export async function keepEvents(
  db: Kysely<PipelineDatabase>,
  events: readonly EventOf<typeof topics.refusedTicks>[],
  keptMax = refusedKeptMax,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const { data: { venue, ticks } } of events) {
      const rows = ticks.map((one): HeldRow => ({
        symbol: findInstrument(one.symbol ?? "")?.symbol ?? null,
        kind: "ticks",
        side: "",
        intervalMs: 0,
        file: venue,
        row: one.number,
        original: one.original,
        reasons: [one.reason],
        detail: `Refused by ingest, received ${toRfc3339(epochMs(one.receivedTime))}`,
        time: one.time ?? null,
        columns: null,
      }));
      await keepRows(trx, { importId: noImport, source: liveSource, rows });
    }
    await sql`delete from pipeline.quarantine where import_id = ${noImport} and row_id <= (
      select row_id from pipeline.quarantine where import_id = ${noImport}
      order by row_id desc offset ${keptMax} limit 1)`.execute(trx);
  });
}
