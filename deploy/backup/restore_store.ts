/**
 * Puts a backup into a store, in one transaction: everything is there afterwards and equals the
 * backup row by row, or nothing has changed.
 */

import { sql, type Transaction } from "kysely";
import { migrateWithin } from "../../shared/storage/migrate.ts";
import {
  holdsRows,
  migratedSchemas,
  setSequences,
  storedTables,
} from "../../shared/storage/backup/catalog.ts";
import {
  type BackupManifest,
  type BackupPart,
  BackupRefused,
  type BackupSchema,
  manifestFile,
  readManifest,
  sumsFile,
  sumsText,
} from "../../shared/storage/backup/manifest.ts";
import { RowsDigest } from "../../shared/storage/backup/rows_digest.ts";
import { insertRows, settleRowText, tableRows } from "../../shared/storage/backup/table_rows.ts";
import type { Store } from "../../shared/storage/store.ts";
import type { TimeseriesDatabase } from "../../shared/timeseries/database.ts";
import { BlockRestorer } from "../../shared/timeseries/block_backup.ts";
import { readPart, sumsOf, verifyPart } from "./part_file.ts";
import { blocksTable, firstRows, platformSchemas } from "./schemas.ts";

type Trx = Transaction<unknown>;

/** Bytes of the manifest, and of the sums, at most. */
const describedBytesMax = 16 * 1024 * 1024;

export interface RestoreOptions {
  /** Drops what the store holds first; else a store that is not empty is refused. */
  readonly replace?: boolean;
  readonly onPart?: (part: BackupPart) => void;
}

/** Reads a backup whole. @throws BackupRefused where it is damaged, or of a newer version */
export async function verifyBackup(folder: string): Promise<BackupManifest> {
  const read = async (name: string) => {
    const path = `${folder}/${name}`;
    try {
      const { size } = await Deno.stat(path);
      if (size <= describedBytesMax) return await Deno.readTextFile(path);
    } catch (cause) {
      throw new BackupRefused(`${folder} is no backup: ${name} cannot be read`, { cause });
    }
    throw new BackupRefused(`${path} is damaged: longer than any backup needs`);
  };
  const text = await read(manifestFile);
  // The version first: what a newer one does with the sums is not known.
  const manifest = readManifest(text, `${folder}/${manifestFile}`);
  if (await read(sumsFile) !== sumsText(text, manifest)) {
    const one = `${folder}/${manifestFile} or ${sumsFile}`;
    throw new BackupRefused(`${one} is damaged: the sums do not match what the manifest says`);
  }
  for (const schema of manifest.schemas) migrationsOf(schema);
  for (const part of manifest.parts) await verifyPart(folder, part);
  return manifest;
}

/** @throws BackupRefused for a damaged backup, or a store that is in use or not empty */
export async function restoreStore(
  store: Store,
  folder: string,
  options: RestoreOptions = {},
): Promise<BackupManifest> {
  const manifest = await verifyBackup(folder);
  const db = store.database<unknown>("public");
  await db.transaction().execute(async (trx) => {
    if (store.kind === "postgres") await refuseCompany(trx);
    if (options.replace !== true) await refuseRows(trx);
    await settleRowText(trx);
    for (const name of await ownSchemas(trx)) {
      await sql`drop schema ${sql.id(name)} cascade`.execute(trx);
    }
    for (const schema of manifest.schemas) {
      await migrateWithin(trx, schema.name, migrationsOf(schema));
      for (const part of manifest.parts.filter((one) => one.schema === schema.name)) {
        await restorePart(trx, folder, part);
        options.onPart?.(part);
      }
      await setSequences(trx, schema.name, schema.sequences);
    }
  });
  return manifest;
}

/** The migrations a schema of the backup had been through; those since then run when a platform starts. */
function migrationsOf(schema: BackupSchema) {
  const known = platformSchemas[schema.name];
  const unknown = schema.migrations.filter((name) => known?.[name] === undefined);
  if (known === undefined || unknown.length > 0) {
    throw new BackupRefused(
      `The backup is of a newer version: ${[schema.name, ...unknown].join(" ")} is not known here`,
    );
  }
  return Object.fromEntries(schema.migrations.map((name) => [name, known[name]!]));
}

async function restorePart(trx: Trx, folder: string, part: BackupPart): Promise<void> {
  const table = (await storedTables(trx, part.schema)).find((one) => one.table === part.table);
  if (table === undefined || `${table.columns}` !== `${part.columns}`) {
    throw new BackupRefused(`${part.schema}.${part.table} has other columns than the backup`);
  }
  // A migration may have put its first rows in.
  await sql`truncate ${sql.id(part.schema, part.table)}`.execute(trx);
  const blocks = `${part.schema}.${part.table}` === blocksTable ? new BlockRestorer() : null;
  for await (const rows of readPart(`${folder}/${part.file}`)) {
    if (blocks === null) await insertRows(trx, part, rows);
    else await blocks.insert(trx as unknown as Transaction<TimeseriesDatabase>, rows);
  }
  const digest = new RowsDigest();
  for await (const rows of tableRows(trx, part)) for (const row of rows) digest.add(row);
  const { rows, rowsDigest } = sumsOf(digest);
  if (rows !== part.rows || rowsDigest !== part.rowsDigest) {
    throw new Error(`${part.schema}.${part.table} did not come back as it was written`);
  }
}

async function refuseRows(trx: Trx): Promise<void> {
  for (const name of await ownSchemas(trx)) {
    for (const table of await storedTables(trx, name)) {
      if (firstRows.includes(`${name}.${table.table}`) || !await holdsRows(trx, table)) continue;
      throw new BackupRefused(
        `The store is not empty: ${name}.${table.table} holds rows. --replace drops them`,
      );
    }
  }
}

/** A platform that goes on while its tables are replaced would write what it remembers into them. */
async function refuseCompany(trx: Trx): Promise<void> {
  const { rows: [found] } = await sql<{ others: number }>`
    select count(*)::int4 as others from pg_stat_activity
    where datname = current_database() and application_name = 'spotwire'
      and pid <> pg_backend_pid()`.execute(trx);
  if (found!.others === 0) return;
  throw new BackupRefused(`The store is in use by a platform: ${found!.others} connections`);
}

const ownSchemas = async (trx: Trx): Promise<string[]> =>
  (await migratedSchemas(trx)).filter((name) => name in platformSchemas);
