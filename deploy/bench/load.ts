/**
 * A day of real ticks end to end: the import as the pipeline runs it (inflate and decode the hour
 * files, check every gate, store sealed blocks with their report, durable) into Postgres, beside a
 * bare binary `COPY` of the same rows into a table. Rounds alternate; the ratio is of the medians.
 */

import postgres from "postgres";
import { openPipeline } from "../../services/data-pipeline/deps.ts";
import type { ImportRequest } from "../../services/data-pipeline/imports/import_store.ts";
import { checkTicks } from "../../services/data-pipeline/checks/check_columns.ts";
import { gatesFor } from "../../services/data-pipeline/checks/gates.ts";
import { joinRows, rowsOfTicks, toTicks } from "../../services/data-pipeline/load/rows.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { testData } from "../../shared/testing/test_data.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";
import { detectSource } from "../../shared/venues/files/detect_source.ts";
import { median } from "./processes.ts";
import type { BenchResult } from "./result.ts";

const day = "EURUSD/2019/01/04";
const rounds = 15;
/** Code that is compiled on its first runs is not what is measured. */
const warmUps = 4;

export async function benchLoad(): Promise<BenchResult> {
  const folder = testData("dukascopy");
  if (folder === null) throw new Error("Cannot find the test data; set SPOTWIRE_TEST_DATA");
  await using server = await startPostgres();
  await using load = await openLoad(server.url, folder);
  const ticks = await readDay(`${folder}/${day}`);
  const copy = await openCopy(server.url, ticks);
  const loads: number[] = [];
  const copies: number[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const copied = await copy.run();
    const loaded = await load.run(ticks.length);
    if (round < 0) continue;
    copies.push(ticks.length / copied * 1_000);
    loads.push(ticks.length / loaded * 1_000);
  }
  await copy.close();
  const perSecond = median(loads);
  const peer = median(copies);
  return {
    bench: "load",
    ratios: { copy: perSecond / peer },
    figures: {
      rows: ticks.length,
      load_rows_per_second: perSecond,
      copy_rows_per_second: peer,
      load_ms: ticks.length / perSecond * 1_000,
      check_ms: checkMs(ticks),
    },
  };
}

/** Imports as a platform runs them, one after another; each stores the day anew. */
async function openLoad(url: string, folder: string) {
  const store = await openStore(url);
  const service = "data-pipeline";
  const deps = await openPipeline({
    service,
    version: "bench",
    logger: createLogger({ service, level: "error" }),
    metrics: createMetrics(service),
    clock: systemTimer,
    ids: uuidIds,
    authenticate: () => null,
    checks: {},
    bodyBytesMax: 65_536,
    store,
    folder,
    history: {},
  });
  const request: ImportRequest = {
    ...{ path: day, format: "dukascopy-ticks", clock: null, source: null, symbol: null },
    ...{ columns: null, csv: null, gates: {}, unreadable: "stop" },
  };
  return {
    /** Milliseconds from the claim of the import to its end. */
    async run(rows: number): Promise<number> {
      const { import_id } = await deps.imports.insert(uuidIds.next(), request, systemTimer.now());
      const startedAt = performance.now();
      await deps.runner.runNext(new AbortController().signal, import_id);
      const ms = performance.now() - startedAt;
      const row = await deps.imports.find(import_id);
      if (row?.state !== "done" || Number(row.rows_stored) !== rows) {
        throw new Error(
          `Cannot compare: the import is ${row?.state} with ${row?.rows_stored} rows`,
        );
      }
      return ms;
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function readDay(path: string): Promise<TickColumns> {
  const { files } = await detectSource(path);
  const slices = [];
  for (const file of files) {
    if (file.kind !== "ticks") continue;
    for await (const { ticks } of file.read()) {
      slices.push({ rows: rowsOfTicks(ticks), from: 0, to: ticks.length });
    }
  }
  return toTicks(joinRows(slices));
}

/** Milliseconds of all gates over the day, the best of some runs. */
function checkMs(ticks: TickColumns): number {
  const instrument = instrumentOf("EURUSD" as Symbol);
  const from = Math.floor(ticks.time[0]! / 86_400_000) * 86_400_000;
  const options = {
    gates: gatesFor(instrument, {}),
    instrument,
    hours: tradingHours("fx-week"),
    period: { from, to: from + 86_400_000 },
    now: from + 2 * 86_400_000,
    before: null,
    reference: null,
    parts: [0],
    finer: [],
  };
  return Math.min(...Array.from({ length: 20 }, () => {
    const startedAt = performance.now();
    checkTicks(ticks, options);
    return performance.now() - startedAt;
  }));
}

/** The peer: `COPY … (format binary)` of the same rows, the message made beforehand. */
async function openCopy(url: string, ticks: TickColumns) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create table bare_ticks (symbol int4 not null, time timestamptz not null,
    bid int4 not null, ask int4 not null, bid_volume float8, ask_volume float8)`;
  const message = copyMessage(ticks);
  return {
    async run(): Promise<number> {
      await sql`truncate bare_ticks`;
      const startedAt = performance.now();
      const stream = await sql`copy bare_ticks from stdin (format binary)`.writable();
      const ended = new Promise<void>((resolve, reject) => {
        stream.on("finish", resolve);
        stream.on("error", reject);
      });
      stream.end(message);
      await ended;
      return performance.now() - startedAt;
    },
    close: () => sql.end(),
  };
}

/** Milliseconds from 1970 to 2000, where Postgres's timestamps begin. */
const postgresEpochMs = Date.UTC(2000, 0);
const fieldBytes = [4, 8, 4, 4, 8, 8];

function copyMessage(ticks: TickColumns): Uint8Array {
  const rowBytes = 2 + fieldBytes.reduce((sum, bytes) => sum + 4 + bytes, 0);
  const bytes = new Uint8Array(19 + ticks.length * rowBytes + 2);
  const view = new DataView(bytes.buffer);
  // The signature; flags and the length of the header's extension stay 0.
  bytes.set([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]);
  let at = 19;
  for (let row = 0; row < ticks.length; row++) {
    view.setInt16(at, fieldBytes.length);
    at += 2;
    const values = [
      1,
      BigInt(ticks.time[row]! - postgresEpochMs) * 1_000n,
      ticks.bid[row]!,
      ticks.ask[row]!,
      ticks.bidVolume![row]!,
      ticks.askVolume![row]!,
    ] as const;
    values.forEach((value, field) => {
      view.setInt32(at, fieldBytes[field]!);
      if (typeof value === "bigint") view.setBigInt64(at + 4, value);
      else if (fieldBytes[field] === 4) view.setInt32(at + 4, value);
      else view.setFloat64(at + 4, value);
      at += 4 + fieldBytes[field]!;
    });
  }
  view.setInt16(at, -1);
  return bytes;
}
