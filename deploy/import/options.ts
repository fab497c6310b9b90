/** The options of `task import`. */

import { parseArgs } from "node:util";

const flags = [
  ["format", "format of the files (told from each; --formats lists the names)"],
  ["clock", "clock of times without a zone (told from the weekend opens)"],
  ["source", "name the history is kept under (named after the format)"],
  ["symbol", "the instrument, where no name and no column tells it"],
  ["columns", "columns of generic CSV: time=stamp,bid=1,ask=2"],
  ["gates", `quality gates as JSON: '{"*":{"spike":{"action":"flag"}}}'`],
  ["unreadable", "stop, or quarantine: what a file that cannot be read does (stop)"],
  ["data", "the data folder (./data)"],
  ["database", "postgres://… instead of the data folder's store"],
  ["url", "the running platform (http://localhost:8000, if it answers)"],
  ["key", "its key (SPOTWIRE_KEY, else demo.key of the data folder)"],
] as const;
type Flag = (typeof flags)[number][0];

export const importHelp = [
  "Loads history from a file or a folder of files.",
  "",
  "  deno task import <path> [options]",
  "",
  ...flags.map(([name, help]) => `  --${name.padEnd(11)} ${help}`),
  `  --${"alone".padEnd(11)} do not look for a running platform`,
  `  --${"formats".padEnd(11)} list the formats and clocks, and the quality gates`,
  `  --${"help".padEnd(11)} this page`,
  "",
  "With a platform running, the import runs there and goes on when this command is ended; without",
  "one, this command opens the data folder and does the same itself. Loading the same files again",
  "changes nothing. Rows that meet a quality gate are kept apart with their text and the reason,",
  "flagged, or stop the load; none is dropped. Give options after the path.",
].join("\n");

export interface ImportOptions extends Readonly<Partial<Record<Flag, string>>> {
  readonly path: string;
  /** Whether a running platform is looked for. */
  readonly alone: boolean;
}

/**
 * `"help"` and `"formats"` where those are asked for.
 * @throws TypeError for a command line that cannot be used
 */
export function readImportOptions(args: readonly string[]): ImportOptions | "help" | "formats" {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      formats: { type: "boolean" },
      alone: { type: "boolean" },
      ...Object.fromEntries(flags.map(([name]) => [name, { type: "string" as const }])),
    },
  });
  const { help, formats, alone, ...rest } = values as Record<string, string | boolean | undefined>;
  if (help === true) return "help";
  if (formats === true) return "formats";
  const [path, ...more] = positionals;
  if (path === undefined) throw new TypeError("Name the file or folder to import");
  if (more.length > 0) throw new TypeError(`Name one path, not ${positionals.length}`);
  return { path, alone: alone === true, ...(rest as Partial<Record<Flag, string>>) };
}

/** The body of `POST /v1/imports`. @throws TypeError for gates that are no JSON */
export function importBody(options: ImportOptions, path: string): Record<string, unknown> {
  const { format, clock, source, symbol, unreadable } = options;
  return {
    path,
    ...given({ format, clock, source, symbol, unreadable }),
    ...given({ columns: columnsOf(options.columns), gates: gatesOf(options.gates) }),
  };
}

const given = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

function columnsOf(text: string | undefined): Record<string, string | number> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new TypeError(`Write columns as role=name, not "${pair}"`);
      const column = pair.slice(at + 1);
      return [pair.slice(0, at), /^\d+$/.test(column) ? Number(column) : column];
    }),
  );
}

function gatesOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError("Write gates as JSON", { cause });
  }
}
