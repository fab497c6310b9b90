/** A whole data pipeline for tests: real store in memory, a real folder, its worker as asked. */

import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import type { Authenticate } from "../../../shared/runtime/auth.ts";
import { Lifecycle } from "../../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { pause, uuidIds } from "../../../shared/runtime/time.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import type { EventStreams } from "../../../shared/streams/event_streams.ts";
import type { Store } from "../../../shared/storage/store.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../../shared/timeseries/database.ts";
import { BlockHistory } from "../../../shared/timeseries/block_history.ts";
import { depotOf, type DepotSettings } from "../../../shared/timeseries/depot/open_depot.ts";
import type { TickColumns, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { Symbol as InstrumentSymbol } from "../../../shared/domain/instrument.ts";
import { createPipelineApp } from "../app.ts";
import { openPipeline, type PipelineGround, startPipeline } from "../deps.ts";

export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** An import that is looked at so often, and runs on, will never end. */
const looksMax = 6_000;

export interface TestPipelineOptions {
  readonly folder: string;
  readonly authenticate: Authenticate;
  /** False leaves imports waiting. */
  readonly runs?: boolean;
  readonly store?: Store;
  readonly history?: DepotSettings;
  readonly streams?: EventStreams;
  readonly dukascopy?: NonNullable<PipelineGround["dukascopy"]>;
}

/** Stops when disposed; the folder stays its maker's. */
export async function startTestPipeline(options: TestPipelineOptions) {
  const logger = createLogger({ service: "data-pipeline", level: "silent" });
  const lifecycle = new Lifecycle({ logger });
  const store = options.store ?? await openTestStore();
  const clock = new ManualClock(epochMs(Date.UTC(2026, 0, 7, 12)));
  const ground = {
    service: "data-pipeline",
    version: "test",
    logger,
    metrics: createMetrics("data-pipeline"),
    clock,
    ids: uuidIds,
    authenticate: options.authenticate,
    checks: {},
    bodyBytesMax: 65_536,
    store,
    folder: options.folder,
    history: options.history ?? {},
    streams: options.streams,
    dukascopy: options.dukascopy ?? {},
  };
  const deps = options.runs === false
    ? await openPipeline(ground)
    : await startPipeline(ground, lifecycle);
  const app = createPipelineApp(deps);
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const answer = await app.fetch(
      new Request(`http://pipeline${path}`, {
        method,
        headers: { "x-api-key": "sw_admin", ...json },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    );
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") === true;
    return { status: answer.status, body: isJson ? JSON.parse(text) : text };
  };
  const ended = async (importId: string): Promise<Answer["body"]> => {
    for (let looks = 0; looks < looksMax; looks++) {
      const { body } = await call("GET", `/v1/imports/${importId}`);
      if (body.state !== "queued" && body.state !== "running") return body;
      await pause(20, lifecycle.signal);
    }
    throw new Error(`The import ${importId} does not end`);
  };
  const history = new BlockHistory(
    store.database<TimeseriesDatabase>(timeseriesSchema),
    depotOf(ground.history),
  );
  return {
    ...{ app, deps, clock, store, lifecycle, call, ended, history },
    /** Makes an import and waits for its end. */
    async load(body: Record<string, unknown>): Promise<Answer["body"]> {
      const made = await call("POST", "/v1/imports", body);
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return await ended(made.body.importId);
    },
    async ticks(symbol: string, source: string, range: TimeRange): Promise<TickColumns[]> {
      const series = { symbol: symbol as InstrumentSymbol, source };
      return await Array.fromAsync(history.ticks(series, range));
    },
    async [Symbol.asyncDispose]() {
      await lifecycle.stop("test over");
      if (options.store === undefined) await store.close();
    },
  };
}

export type TestPipeline = Awaited<ReturnType<typeof startTestPipeline>>;

/** A folder that is gone afterwards. */
export async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "spotwire-import-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A CSV of ticks of one symbol, a second apart: a walk that no gate minds. */
export function walkCsv(
  options: { from: number; rows: number; header?: string; level?: number },
): string[] {
  const { from, rows, level = 114_000 } = options;
  const line = (n: number) => {
    const bid = level + (n * 7) % 11;
    return `${new Date(from + n * 1_000).toISOString()},${(bid / 1e5).toFixed(5)},` +
      `${((bid + 3 + n % 2) / 1e5).toFixed(5)}`;
  };
  return [
    options.header ?? "timestamp,bid,ask",
    ...Array.from({ length: rows }, (_, n) => line(n)),
  ];
}
