/**
 * Writes everything a store holds into a folder: one snapshot, a file a table, checked by reading it
 * back, renamed to its name when it is whole.
 */

import { type Kysely, sql } from "kysely";
import { version } from "../../shared/runtime/ground.ts";
import {
  appliedMigrations,
  migratedSchemas,
  sequenceValues,
  type StoredTable,
  storedTables,
} from "../../shared/storage/backup/catalog.ts";
import {
  type BackupManifest,
  type BackupPart,
  BackupRefused,
  type BackupSchema,
  backupVersion,
  manifestFile,
  manifestText,
  sumsFile,
  sumsText,
} from "../../shared/storage/backup/manifest.ts";
import { settleRowText, tableRows } from "../../shared/storage/backup/table_rows.ts";
import { syncPath, syncTree } from "../../shared/storage/durable_node_fs.ts";
import type { Store } from "../../shared/storage/store.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { blockRowTexts } from "../../shared/timeseries/block_backup.ts";
import type { BlockDepot } from "../../shared/timeseries/depot/block_depot.ts";
import { keepObjects } from "../../shared/timeseries/depot/depot_mover.ts";
import { verifyPart, writePart } from "./part_file.ts";
import { blocksTable, leftBehind, platformSchemas } from "./schemas.ts";

type Db = Kysely<TimeseriesDatabase>;

export interface BackupOptions {
  readonly folder: string;
  /** Where moved blocks lie. */
  readonly depot: BlockDepot | null;
  readonly onPart?: (part: BackupPart) => void;
}

/**
 * @throws BackupRefused where the folder exists, or the store holds what this version does not know;
 * whatever it throws, the folder does not exist afterwards.
 */
export async function writeBackup(store: Store, options: BackupOptions): Promise<BackupManifest> {
  const folder = options.folder.replace(/\/+$/, "");
  if (await exists(folder)) throw new BackupRefused(`${folder} exists; a backup makes its folder`);
  const beside = `${folder}.unfinished`;
  // What a backup that was killed has left.
  await Deno.remove(beside, { recursive: true }).catch(ignoreMissing);
  await Deno.mkdir(beside, { recursive: true, mode: 0o700 });
  try {
    const db = store.database<TimeseriesDatabase>(timeseriesSchema);
    const manifest = await keepObjects(
      db,
      (connection) =>
        connection.transaction().setIsolationLevel("repeatable read").setAccessMode("read only")
          .execute((trx) => writeParts(trx, beside, { store, options })),
    );
    for (const part of manifest.parts) await verifyPart(beside, part);
    await writeManifest(beside, manifest);
    syncTree(beside);
    await Deno.rename(beside, folder);
    syncPath(`${folder}/..`);
    return manifest;
  } catch (error) {
    await Deno.remove(beside, { recursive: true }).catch(ignoreMissing);
    throw error;
  }
}

async function writeParts(
  trx: Db,
  folder: string,
  { store, options }: { store: Store; options: BackupOptions },
): Promise<BackupManifest> {
  await settleRowText(trx);
  const { rows: [now] } = await sql<{ at: Date }>`select now() as at`.execute(trx);
  const schemas: BackupSchema[] = [];
  const parts: BackupPart[] = [];
  for (const name of await knownSchemas(trx)) {
    const migrations = await knownMigrations(trx, name);
    for (const table of await storedTables(trx, name)) {
      const id = `${table.schema}.${table.table}`;
      if (leftBehind.includes(id)) continue;
      const file = `${id}.jsonl.zst`;
      const sums = await writePart(`${folder}/${file}`, rowsOf(trx, table, options.depot));
      const part = { ...table, columns: [...table.columns], file, ...sums };
      parts.push(part);
      options.onPart?.(part);
    }
    // After the rows: what the sequence gave since then is spent, and never below what they hold.
    schemas.push({ name, migrations, sequences: await sequenceValues(trx, name) });
  }
  return {
    format: "spotwire-backup",
    version: backupVersion,
    platform: version,
    store: store.kind,
    takenAt: now!.at.toISOString(),
    schemas,
    parts,
  };
}

const rowsOf = (trx: Db, table: StoredTable, depot: BlockDepot | null) =>
  `${table.schema}.${table.table}` === blocksTable
    ? blockRowTexts(trx, depot)
    : tableRows(trx, table);

/** A schema that would be left out silently is worse than no backup. */
async function knownSchemas(trx: Db): Promise<string[]> {
  const found = await migratedSchemas(trx);
  const unknown = found.filter((name) => !(name in platformSchemas));
  if (unknown.length > 0) {
    throw new BackupRefused(`The store holds what this version does not know: ${unknown}`);
  }
  if (found.length === 0) throw new BackupRefused("The store is empty: no platform has used it");
  return found;
}

async function knownMigrations(trx: Db, schema: string): Promise<string[]> {
  const migrations = await appliedMigrations(trx, schema);
  const unknown = migrations.filter((name) => !(name in platformSchemas[schema]!));
  if (unknown.length === 0) return migrations;
  throw new BackupRefused(`The store is of a newer version: ${schema} has been through ${unknown}`);
}

async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  const text = manifestText(manifest);
  await Deno.writeTextFile(`${folder}/${manifestFile}`, text);
  await Deno.writeTextFile(`${folder}/${sumsFile}`, sumsText(text, manifest));
}

const exists = (path: string): Promise<boolean> =>
  Deno.stat(path).then(() => true, (error) => {
    ignoreMissing(error);
    return false;
  });

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
