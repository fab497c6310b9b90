/** The options of `task import`. */

import { type BarSide, barSides } from "../../shared/domain/bar.ts";
import type { CreateImport } from "../../shared/sdk/mod.ts";
import { optionLines, readCommandLine } from "../profiles/command_line.ts";

const options = {
  given: [
    ["format", "format of the files (told from each; --formats lists the names)"],
    ["clock", "clock of times without a zone (told from the weekend opens)"],
    ["source", "name the history is kept under (each file's format)"],
    ["symbol", "the instrument, where no name and no column tells it"],
    ["symbols", "what the source calls symbols: GOLD=XAUUSD,*.m=*"],
    ["columns", "columns of generic CSV: time=stamp,bid=1,ask=2"],
    ["delimiter", 'its character between columns: ";", tab'],
    ["header", "its lines before the first row (1 where columns are named)"],
    ["time-format", "of its times; --formats lists them (iso)"],
    ["decimals", "its prices are whole numbers with so many decimals left out"],
    ["side", "of its bars: bid, ask or mid"],
    ["interval", "of its bars: 1s, 1m, 4h, 1d"],
    ["gates", `quality gates as JSON: '{"*":{"spike":{"action":"flag"}}}'`],
    ["unreadable", "stop, or quarantine: what a file that cannot be read does (stop)"],
    ["data", "the data folder (./data)"],
    ["database", "postgres://… instead of the data folder's store"],
    ["url", "the running platform (that of the data folder, if it runs)"],
    ["key", "its key (SPOTWIRE_KEY, else demo.key of the data folder)"],
  ],
  switches: [
    ["alone", "do not look for a running platform"],
    ["formats", "list the formats, clocks and time formats, and the quality gates"],
  ],
} as const;
type Given = (typeof options.given)[number][0];

export const importHelp = [
  "Loads history from a file or a folder of files; text may be packed, as .zip or .gz.",
  "",
  "  deno task import <path> [options]",
  "",
  ...optionLines(options),
  "",
  "With a platform running, the import runs there and goes on when this command is ended; without",
  "one, this command opens the data folder and does the same itself. Loading the same files again",
  "changes nothing. Rows that meet a quality gate are kept apart with their text and the reason,",
  "flagged, or stop the load; none is dropped. Give options after the path.",
].join("\n");

export interface ImportOptions extends Readonly<Partial<Record<Given, string>>> {
  readonly path: string;
  /** Whether a running platform is looked for. */
  readonly alone: boolean;
}

/**
 * `"help"` and `"formats"` where those are asked for.
 * @throws TypeError for a command line that cannot be used
 */
export function readImportOptions(args: readonly string[]): ImportOptions | "help" | "formats" {
  const { given, isOn, positionals } = readCommandLine(args, options);
  if (isOn("help")) return "help";
  if (isOn("formats")) return "formats";
  const [path, ...more] = positionals;
  if (path === undefined) throw new TypeError("Name the file or folder to import");
  if (more.length > 0) throw new TypeError(`Name one path, not ${positionals.length}`);
  return { path, alone: isOn("alone"), ...given };
}

/** The body of `POST /v1/imports`. @throws TypeError for a value that cannot be read */
export function importBody(options: ImportOptions, path: string): CreateImport {
  const { format, clock, source, symbol, unreadable } = options;
  const csv = csvOf(options);
  const body = {
    path,
    ...given({ format, clock, source, symbol, unreadable }),
    ...given({ symbols: symbolsOf(options.symbols) }),
    ...given({ columns: columnsOf(options.columns), gates: gatesOf(options.gates) }),
    ...(Object.keys(csv).length === 0 ? {} : { csv }),
  };
  // The platform checks every value, and says which ones there are.
  return body as CreateImport;
}

const given = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const csvOf = (options: ImportOptions): NonNullable<CreateImport["csv"]> =>
  given({
    delimiter: delimiterOf(options.delimiter),
    headerLines: wholeOf("header", options.header, 100),
    timeFormat: options["time-format"],
    priceDecimals: wholeOf("decimals", options.decimals, 9),
    side: sideOf(options.side),
    intervalMs: intervalOf(options.interval),
  });

function delimiterOf(text: string | undefined): string | undefined {
  if (text === "tab" || text === "\\t") return "\t";
  if (text === undefined || text.length === 1) return text;
  throw new TypeError(`Give one character as --delimiter, or tab, not "${text}"`);
}

function wholeOf(name: Given, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,3}$/.test(text) && Number(text) <= most) return Number(text);
  throw new TypeError(`Give a whole number up to ${most} as --${name}, not "${text}"`);
}

function sideOf(text: string | undefined): BarSide | undefined {
  const side = barSides.find((one) => one === text);
  if (side !== undefined || text === undefined) return side;
  throw new TypeError(`Give ${barSides.join(", ")} as --side, not "${text}"`);
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function intervalOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * unitMs[unit!]!;
  throw new TypeError(`Give 1s, 1m, 4h or 1d as --interval, not "${text}"`);
}

function symbolsOf(text: string | undefined): CreateImport["symbols"] | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.lastIndexOf("=");
      if (at < 1) throw new TypeError(`Write symbols as name=SYMBOL, not "${pair}"`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function columnsOf(text: string | undefined): CreateImport["columns"] | undefined {
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
