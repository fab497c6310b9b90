/** Every schema of the platform, with the migrations that make it. */

import type { Migration } from "kysely/migration";
import { pipelineMigrations, pipelineSchema } from "../../services/data-pipeline/imports/tables.ts";
import { tradingMigrations } from "../../services/trading-gateway/desk/migrations.ts";
import { tradingSchema } from "../../services/trading-gateway/desk/tables.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { timeseriesSchema } from "../../shared/timeseries/database.ts";
import { archiveMigrations, archiveSchema } from "../../workers/archive/archive_store.ts";
import { executionMigrations, executionSchema } from "../../workers/execution/venue_book.ts";

export const platformSchemas: Readonly<Record<string, Record<string, Migration>>> = {
  [tradingSchema]: tradingMigrations,
  [executionSchema]: executionMigrations,
  [archiveSchema]: archiveMigrations,
  [timeseriesSchema]: timeseriesMigrations,
  [pipelineSchema]: pipelineMigrations,
};

/** Tell of the store alone, so they stay behind: its name in a depot, and objects to be removed. */
export const leftBehind: readonly string[] = [
  `${timeseriesSchema}.left_objects`,
  `${timeseriesSchema}.store`,
];

export const blocksTable = `${timeseriesSchema}.blocks`;

/** Tables that hold a row as soon as they are made. */
export const firstRows: readonly string[] = [
  `${archiveSchema}.progress`,
  `${timeseriesSchema}.store`,
];
