/** The options of `task backup` and `task restore`. */

import { optionLines, readCommandLine } from "../profiles/command_line.ts";

const restoreOptions = {
  given: [
    ["data", "the data folder (./data)"],
    ["database", "postgres://… instead of the data folder's store"],
  ],
  switches: [["replace", "drop what the store holds; else it has to be empty"]],
} as const;
const backupOptions = { ...restoreOptions, switches: [] } as const;

export const backupHelp = [
  "Writes everything the store holds into a new folder: accounts, orders, ledger, imports, history.",
  "",
  "  deno task backup <folder> [options]",
  "",
  ...optionLines(backupOptions),
  "",
  "One snapshot, checked by reading it back. A served Postgres is backed up while the platform runs;",
  "the embedded store belongs to one process, so stop the platform first. Keys and settings are not",
  "part of it.",
].join("\n");

export const restoreHelp = [
  "Puts a backup into a store, embedded or served, whichever it was made of.",
  "",
  "  deno task restore <folder> [options]",
  "",
  ...optionLines(restoreOptions),
  "",
  "The backup is checked whole before the store is touched, and the store row by row before anything",
  "is kept; what fails changes nothing. Stop the platform first. Blocks that lay in a depot come back",
  "into the store.",
].join("\n");

export interface BackupCommand {
  readonly folder: string;
  readonly data: string;
  readonly database: string | undefined;
  readonly replace: boolean;
}

/** `"help"` where that is asked for. @throws TypeError for a command line that cannot be used */
export function readBackupCommand(
  command: "backup" | "restore",
  args: readonly string[],
): BackupCommand | "help" {
  const options = command === "restore" ? restoreOptions : backupOptions;
  const { given, isOn, positionals } = readCommandLine(args, options);
  if (isOn("help")) return "help";
  const [folder, ...more] = positionals;
  if (folder === undefined) throw new TypeError("Name the backup's folder");
  if (more.length > 0) throw new TypeError(`Name one folder, not ${positionals.length}`);
  return {
    folder,
    data: given.data ?? "./data",
    database: given.database,
    replace: isOn("replace"),
  };
}
