/** What the data pipeline works with, and how it starts. */

import type { Kysely } from "kysely";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { Ground } from "../../shared/runtime/ground.ts";
import type { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import type { ServiceApp } from "../../shared/runtime/service_app.ts";
import type { ServiceDeps } from "../../shared/runtime/service_deps.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { BlockHistoryWriter } from "../../shared/timeseries/block_writer.ts";
import { depotOf, type DepotSettings } from "../../shared/timeseries/depot/open_depot.ts";
import type { HistoryWriter } from "../../shared/timeseries/history.ts";
import { ImportStore } from "./imports/import_store.ts";
import { type PipelineDatabase, pipelineMigrations, pipelineSchema } from "./imports/tables.ts";
import type { FetchDeps } from "./load/fetch_files.ts";
import { ImportFolder } from "./load/import_folder.ts";
import { ImportRunner, type RunnerDeps } from "./load/runner.ts";
import { dukascopyUrl } from "../../shared/venues/files/dukascopy_download.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import { pipelineMetrics } from "./metrics.ts";
import { keepRefused } from "./quarantine/keep_refused.ts";

export type PipelineApp = ServiceApp;

export interface PipelineDeps extends ServiceDeps {
  readonly db: Kysely<PipelineDatabase>;
  readonly imports: ImportStore;
  readonly runner: ImportRunner;
  readonly folder: ImportFolder;
  readonly writer: HistoryWriter;
  /** To the archive and from ingest; left out where the live feed is none of its business. */
  readonly streams?: EventStreams | undefined;
  /** The tables of history, in a transaction of the pipeline's. */
  history(trx: Kysely<PipelineDatabase>): Kysely<TimeseriesDatabase>;
}

export interface PipelineGround extends Omit<Ground, "streams" | "marketClock" | "hours"> {
  /** The folder that imports may read from. */
  readonly folder: string;
  /** Default: the vendor's own server, asked politely. */
  readonly dukascopy?: Partial<FetchDeps["dukascopy"]>;
  /** Says where blocks lie that were moved out of the database; they may be partly replaced. */
  readonly history: DepotSettings;
  /** Where ingest tells what it refused of the live feed; without them none of that is kept. */
  readonly streams?: EventStreams | undefined;
}

/** Migrates; imports are made, and run when {@link startPipeline} or a caller runs them. */
export async function openPipeline(ground: PipelineGround): Promise<PipelineDeps> {
  const { store, clock, ids, logger } = ground;
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await migrate(store, pipelineSchema, pipelineMigrations);
  const db = store.database<PipelineDatabase>(pipelineSchema);
  const imports = new ImportStore(db);
  const folder = new ImportFolder(ground.folder);
  const depot = depotOf(ground.history);
  const writer = new BlockHistoryWriter(depot);
  const reader = (history: Kysely<TimeseriesDatabase>) => new BlockHistory(history, depot);
  const history = (trx: Kysely<PipelineDatabase>) =>
    trx.withSchema(timeseriesSchema) as unknown as Kysely<TimeseriesDatabase>;
  const parts: RunnerDeps = {
    ...{ db, imports, writer, history, reader, clock, ids, logger },
    // History is of the real market, whatever hours are practised here.
    hours: tradingHours("fx-week"),
    ...pipelineMetrics(ground.metrics, imports),
    resolve: (path) => folder.resolveAgain(path),
    dukascopy: {
      ...{ url: dukascopyUrl, timer: systemTimer, random: { next: () => Math.random() } },
      ...ground.dukascopy,
    },
    nameOf: (path) => folder.nameOf(path),
  };
  return { ...ground, db, imports, folder, writer, history, runner: new ImportRunner(parts) };
}

/** Opens it, runs imports and keeps what ingest refuses until the end. */
export async function startPipeline(
  ground: PipelineGround,
  lifecycle: Lifecycle,
): Promise<PipelineDeps> {
  const deps = await openPipeline(ground);
  lifecycle.run("imports", (signal) => deps.runner.run(signal));
  const { streams } = ground;
  if (streams !== undefined) {
    lifecycle.run("refused", (signal) => keepRefused({ ...deps, streams }, signal));
  }
  return deps;
}
