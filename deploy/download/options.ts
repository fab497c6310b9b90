/** The options of `task download`. */

import type { Instrument } from "../../shared/domain/instrument.ts";
import type { EpochMs } from "../../shared/domain/time.ts";
import { type DukascopyKind, dukascopyUrl } from "../../shared/venues/files/dukascopy_download.ts";
import { readInstrument } from "../../shared/venues/files/symbol_names.ts";
import { optionLines, readCommandLine, readMoment } from "../profiles/command_line.ts";

/** Below the data folder, where a running platform may read. */
export const defaultFolder = "./data/import/dukascopy";

const options = {
  given: [["url", `another server of the same files (${dukascopyUrl})`]],
  switches: [["bars", "bars of a minute, bid and ask, instead of ticks"]],
} as const;

export const downloadHelp = [
  "Fetches Dukascopy's history of a symbol, to be imported.",
  "",
  "  deno task download <symbol> <from> <to> [folder] [options]",
  "",
  "  deno task download EURUSD 2024-01-01 2024-02-01     January 2024, tick by tick",
  "",
  "  from, to    days, or times such as 2024-01-01T08:00:00Z, in UTC; `to` itself is left out",
  `  folder      where the files go (${defaultFolder})`,
  "",
  ...optionLines(options),
  "",
  "Two requests at once, a quarter of a second apart: a month of ticks takes some three minutes.",
  "Ctrl-C stops it; the same command goes on where it stopped, and fetches no file twice.",
].join("\n");

export interface DownloadRequest {
  readonly instrument: Instrument;
  readonly kinds: readonly [DukascopyKind, ...DukascopyKind[]];
  /** `[from, to)`, no later than now. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly folder: string;
  readonly url: string;
}

/**
 * `"help"` where that is asked for.
 * @throws TypeError for a command line that cannot be used
 */
export function readDownloadOptions(
  args: readonly string[],
  now: EpochMs,
): DownloadRequest | "help" {
  const { given, isOn, positionals } = readCommandLine(args, options);
  if (isOn("help")) return "help";
  const [symbol, fromText, toText, folder = defaultFolder, ...more] = positionals;
  if (symbol === undefined || fromText === undefined || toText === undefined || more.length > 0) {
    throw new TypeError("Name a symbol, from and to, and at most a folder");
  }
  const instrument = readInstrument(symbol);
  if (instrument === undefined) throw new TypeError(`"${symbol}" is not listed`);
  const from = readMoment("from", fromText);
  const end = readMoment("to", toText);
  const to = end < now ? end : now;
  if (from >= to) throw new TypeError(`From ${fromText} to ${toText} nothing has happened yet`);
  return {
    instrument,
    kinds: isOn("bars") ? ["bid-bars", "ask-bars"] : ["ticks"],
    from,
    to,
    folder: folder.replace(/(?<=.)\/+$/, ""),
    url: (given.url ?? dukascopyUrl).replace(/\/+$/, ""),
  };
}
