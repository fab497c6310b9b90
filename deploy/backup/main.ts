/** `deno task backup <folder>` and `deno task restore <folder>`. */

import { type BackupManifest, BackupRefused } from "../../shared/storage/backup/manifest.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import { depotOf } from "../../shared/timeseries/depot/open_depot.ts";
import { openDataFolder } from "../profiles/data_folder.ts";
import { type AllInOneSettings, readOptions } from "../profiles/options.ts";
import { type BackupCommand, backupHelp, readBackupCommand, restoreHelp } from "./options.ts";
import { restoreStore } from "./restore_store.ts";
import { writeBackup } from "./write_backup.ts";

interface Place {
  readonly settings: AllInOneSettings;
  readonly url: string;
}

/** The store and the depot that a platform on this data folder has. */
async function placeOf({ data, database }: BackupCommand): Promise<Place> {
  const settings = (await readOptions(["--data", data], Deno.env.toObject()))!;
  return { settings, url: database ?? settings.database.url ?? `pglite:${data}/db` };
}

/** One connection, so that whoever else is there can be told apart from this. */
async function withStore<T>(url: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url, { connectionsMax: 1 });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function backup(command: BackupCommand): Promise<BackupManifest> {
  const { settings, url } = await placeOf(command);
  const embedded = /^pglite:(.+)$/.exec(url)?.[1];
  // Opening would make one.
  if (embedded !== undefined && !await exists(`${embedded}/postgres`)) {
    throw new BackupRefused(`There is no store in ${embedded}`);
  }
  const depot = depotOf(settings.history);
  return await withStore(url, (store) => writeBackup(store, { folder: command.folder, depot }));
}

async function restore(command: BackupCommand): Promise<BackupManifest> {
  const { url } = await placeOf(command);
  if (url.startsWith("pglite:")) await openDataFolder(command.data);
  const { folder, replace } = command;
  return await withStore(url, (store) => restoreStore(store, folder, { replace }));
}

const exists = (path: string): Promise<boolean> => Deno.stat(path).then(() => true, () => false);

function doneText(done: string, { parts, takenAt }: BackupManifest): string {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0).toLocaleString("en");
  const megabytes = parts.reduce((sum, part) => sum + part.bytes, 0) / 1e6;
  const size = megabytes.toLocaleString("en", { maximumFractionDigits: 1 });
  return `${done}: ${rows} rows of ${parts.length} tables, ${size} MB, as of ${takenAt}`;
}

/** The exit code. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  const restoring = name === "restore";
  const help = restoring ? restoreHelp : backupHelp;
  try {
    const command = readBackupCommand(restoring ? "restore" : "backup", args);
    if (command === "help") console.log(help);
    else if (restoring) console.log(doneText("Restored", await restore(command)));
    else console.log(doneText(`Backup ${command.folder}`, await backup(command)));
    return 0;
  } catch (error) {
    // parseArgs throws TypeErrors.
    console.error(error instanceof TypeError ? `${error.message}\n\n${help}` : messageOf(error));
    return error instanceof TypeError ? 2 : 1;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

if (import.meta.main) Deno.exit(await main(Deno.args));
