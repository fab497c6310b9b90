/**
 * The `pipeline` schema: imports, the files and days they are made of, the rows kept apart, and the
 * reference series.
 */

import { type ColumnType, type Generated, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { type ReferenceDatabase, referenceMigration } from "../reference/reference_tables.ts";

export const pipelineSchema = "pipeline";

type Int8 = ColumnType<string, string | number, string | number>;
type NullableInt8 = ColumnType<string | null, string | number | null, string | number | null>;
type Json = ColumnType<unknown, string, string>;

export interface PipelineDatabase extends ReferenceDatabase {
  imports: {
    import_id: string;
    state: string;
    request: Json;
    created_at: Int8;
    started_at: NullableInt8;
    finished_at: NullableInt8;
    cancel_asked: boolean;
    /** Who runs it, until when if nothing is heard of it, and how many have begun to. */
    lease_owner: string | null;
    lease_until: Date | null;
    attempt: number;
    planned: boolean;
    /** Position of the first file that holds rows not stored yet. */
    next_file: number;
    files_total: number;
    bytes_done: Int8;
    bytes_total: Int8;
    current_file: string | null;
    rows_read: Int8;
    rows_stored: Int8;
    rows_quarantined: Int8;
    rows_flagged: Int8;
    rows_per_second: number;
    seconds_left: number | null;
    notes: Json;
    error: Json | null;
    /** What the checks remember of each series, by its key. */
    carry: Json;
    /** How far the download before the load is; null without one. */
    download: Json | null;
  };
  files: { import_id: string; position: number; path: string; bytes: Int8 };
  days: {
    import_id: string;
    symbol: string;
    source: string;
    kind: string;
    /** Empty for ticks. */
    side: string;
    /** 0 for ticks. */
    interval_ms: Int8;
    day: string;
    rows_read: Int8;
    rows_stored: Int8;
    rows_quarantined: Int8;
    rows_flagged: Int8;
    median_points: number | null;
    report: Json;
  };
  /** How the files of a source are read, where an import does not say it. */
  source_rules: { source: string; rules: Json; updated_at: Int8 };
  quarantine: {
    row_id: Generated<string>;
    import_id: string;
    symbol: string | null;
    source: string;
    kind: string;
    side: string;
    interval_ms: Int8;
    file: string;
    /** 0 for a whole file. */
    row: Int8;
    original: string;
    reasons: Json;
    detail: string;
    time: NullableInt8;
    /** The day it was read with; null of rows of none, and of those kept before days were. */
    day: Generated<string | null>;
    /** The row's columns, to be put into history; null where it holds none. */
    columns: Json | null;
    state: string;
    released_at: NullableInt8;
  };
}

const first: Migration = {
  async up(db: Kysely<unknown>) {
    await createImports(db);
    await createFiles(db);
    await createDays(db);
    await createQuarantine(db);
  },
};

const create = (db: Kysely<unknown>, table: string) =>
  db.schema.withSchema(pipelineSchema).createTable(table);

async function createImports(db: Kysely<unknown>): Promise<void> {
  const zero = sql`0`;
  await create(db, "imports")
    .addColumn("import_id", "text", (column) => column.primaryKey())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("request", "json", (column) => column.notNull())
    .addColumn("created_at", "int8", (column) => column.notNull())
    .addColumn("started_at", "int8")
    .addColumn("finished_at", "int8")
    .addColumn("cancel_asked", "boolean", (column) => column.notNull().defaultTo(false))
    .addColumn("lease_owner", "text")
    .addColumn("lease_until", "timestamptz")
    .addColumn("attempt", "int4", (column) => column.notNull().defaultTo(zero))
    .addColumn("planned", "boolean", (column) => column.notNull().defaultTo(false))
    .addColumn("next_file", "int4", (column) => column.notNull().defaultTo(zero))
    .addColumn("files_total", "int4", (column) => column.notNull().defaultTo(zero))
    .addColumn("bytes_done", "int8", (column) => column.notNull().defaultTo(zero))
    .addColumn("bytes_total", "int8", (column) => column.notNull().defaultTo(zero))
    .addColumn("current_file", "text")
    .addColumn("rows_read", "int8", (column) => column.notNull().defaultTo(zero))
    .addColumn("rows_stored", "int8", (column) => column.notNull().defaultTo(zero))
    .addColumn("rows_quarantined", "int8", (column) => column.notNull().defaultTo(zero))
    .addColumn("rows_flagged", "int8", (column) => column.notNull().defaultTo(zero))
    .addColumn("rows_per_second", "float8", (column) => column.notNull().defaultTo(zero))
    .addColumn("seconds_left", "float8")
    .addColumn("notes", "json", (column) => column.notNull())
    .addColumn("error", "json")
    .addColumn("carry", "json", (column) => column.notNull())
    .execute();
  await sql`create index imports_open on pipeline.imports (import_id)
    where state in ('queued', 'running')`.execute(db);
}

async function createFiles(db: Kysely<unknown>): Promise<void> {
  await create(db, "files")
    .addColumn("import_id", "text", (column) => column.notNull())
    .addColumn("position", "int4", (column) => column.notNull())
    .addColumn("path", "text", (column) => column.notNull())
    .addColumn("bytes", "int8", (column) => column.notNull())
    .addPrimaryKeyConstraint("files_key", ["import_id", "position"])
    .execute();
}

async function createDays(db: Kysely<unknown>): Promise<void> {
  await create(db, "days")
    .addColumn("import_id", "text", (column) => column.notNull())
    .addColumn("symbol", "text", (column) => column.notNull())
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("side", "text", (column) => column.notNull())
    .addColumn("interval_ms", "int8", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("rows_read", "int8", (column) => column.notNull())
    .addColumn("rows_stored", "int8", (column) => column.notNull())
    .addColumn("rows_quarantined", "int8", (column) => column.notNull())
    .addColumn("rows_flagged", "int8", (column) => column.notNull())
    .addColumn("median_points", "float8")
    .addColumn("report", "json", (column) => column.notNull())
    .addPrimaryKeyConstraint("days_key", [
      ...["import_id", "symbol", "source", "kind", "side", "interval_ms", "day"],
    ] as never)
    .execute();
  await sql`create index days_by_symbol on pipeline.days (symbol, day)`.execute(db);
}

async function createQuarantine(db: Kysely<unknown>): Promise<void> {
  await create(db, "quarantine")
    .addColumn("row_id", "bigserial", (column) => column.primaryKey())
    .addColumn("import_id", "text", (column) => column.notNull())
    .addColumn("symbol", "text")
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("side", "text", (column) => column.notNull())
    .addColumn("interval_ms", "int8", (column) => column.notNull())
    .addColumn("file", "text", (column) => column.notNull())
    .addColumn("row", "int8", (column) => column.notNull())
    .addColumn("original", "text", (column) => column.notNull())
    .addColumn("reasons", "json", (column) => column.notNull())
    .addColumn("detail", "text", (column) => column.notNull())
    .addColumn("time", "int8")
    .addColumn("columns", "json")
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("released_at", "int8")
    .addUniqueConstraint("quarantine_row", ["source", "file", "row", "side"])
    .execute();
  await sql`create index quarantine_by_import on pipeline.quarantine (import_id, row_id)`
    .execute(db);
}

export const pipelineMigrations: Record<string, Migration> = {
  "2026-11-24_pipeline": first,
  "2026-11-24_pipeline_reference": referenceMigration,
  "2026-12-01_pipeline_download": {
    async up(db: Kysely<unknown>) {
      await db.schema.withSchema(pipelineSchema).alterTable("imports").addColumn("download", "json")
        .execute();
    },
  },
  "2026-12-01_pipeline_source_rules": {
    async up(db: Kysely<unknown>) {
      await create(db, "source_rules")
        .addColumn("source", "text", (column) => column.primaryKey())
        .addColumn("rules", "json", (column) => column.notNull())
        .addColumn("updated_at", "int8", (column) => column.notNull())
        .execute();
    },
  },
  "2026-12-01_pipeline_text_of_rows": {
    async up(db: Kysely<unknown>) {
      const table = db.schema.withSchema(pipelineSchema).alterTable("quarantine");
      await table.addColumn("day", "text").execute();
      await table.dropConstraint("quarantine_row").execute();
      await sql`create unique index quarantine_row
        on pipeline.quarantine (source, file, row, side, md5(original))`.execute(db);
    },
  },
};
