/** Keeps what ingest refused of the live feed beside the rows that imports kept apart: the newest. */

import { type Kysely, sql } from "kysely";
import * as v from "valibot";
import type { RefusedTick } from "../../../shared/contracts/messages/refused_ticks.ts";
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

/** Of ticks that are prices at a time, if odd ones: history can hold them. */
export const releasableReasons: readonly string[] = ["crossed", "locked", "out_of_order"];

const wholeNumber = (max: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(max));
const priceMax = 2 ** 31 - 1;
const refusedPrices = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    venueTime: wholeNumber(Number.MAX_SAFE_INTEGER),
    bid: wholeNumber(priceMax),
    ask: wholeNumber(priceMax),
  }),
);

/** Its time and prices in points; `null` of what history cannot hold. */
function columnsOf({ reason, symbol, original }: RefusedTick): number[] | null {
  if (!releasableReasons.includes(reason)) return null;
  if (findInstrument(symbol ?? "") === undefined) return null;
  const read = v.safeParse(refusedPrices, original);
  return read.success ? [read.output.venueTime, read.output.bid, read.output.ask] : null;
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
        columns: columnsOf(one),
      }));
      await keepRows(trx, { importId: noImport, source: liveSource, rows });
    }
    await sql`delete from pipeline.quarantine where import_id = ${noImport} and row_id <= (
      select row_id from pipeline.quarantine where import_id = ${noImport}
      order by row_id desc offset ${keptMax} limit 1)`.execute(trx);
  });
}
