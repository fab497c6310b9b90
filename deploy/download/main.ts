/** `deno task download <symbol> <from> <to> [folder]`: Dukascopy's files, ready to be imported. */

import { TradingHours } from "../../shared/domain/fx_week.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import {
  downloadDukascopy,
  type DownloadProgress,
} from "../../shared/venues/files/dukascopy_download.ts";
import { openDataFolder } from "../profiles/data_folder.ts";
import {
  defaultFolder,
  downloadHelp,
  type DownloadRequest,
  readDownloadOptions,
} from "./options.ts";
import { doneText, downloadText } from "./progress.ts";

/** Where nobody looks at a terminal, a line at most this often. */
const lineEveryMs = 5_000;

/** Shows progress: on a terminal a line that is written over, elsewhere a line now and then. */
function progressLine() {
  const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : null;
  const write = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));
  const startedAt = performance.now();
  let shownAt = -Infinity;
  return {
    show(progress: DownloadProgress) {
      const now = performance.now();
      const text = downloadText(progress, now - startedAt);
      if (columns !== null) write(`\r\x1b[2K${text.slice(0, columns - 1)}`);
      else if (now - shownAt >= lineEveryMs) {
        write(`${text}\n`);
        shownAt = now;
      }
    },
    end: () => columns === null ? undefined : write("\r\x1b[2K"),
  };
}

async function downloadAll(
  request: DownloadRequest,
  signal: AbortSignal,
): Promise<DownloadProgress[]> {
  const all: DownloadProgress[] = [];
  for (const kind of request.kinds) {
    const line = progressLine();
    try {
      const options = {
        timer: systemTimer,
        random: { next: Math.random },
        hours: new TradingHours(),
        signal,
        onProgress: line.show,
      };
      all.push(await downloadDukascopy({ ...request, kind }, options));
    } finally {
      line.end();
    }
  }
  return all;
}

/** The exit code. */
async function run(request: DownloadRequest): Promise<number> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => stop.abort(new Error("Stopped")));
  }
  try {
    // What the platform makes private is private from the first file on.
    if (request.folder === defaultFolder) await openDataFolder("./data");
    console.log(doneText(request, await downloadAll(request, stop.signal)));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error("What was fetched stays; the same command goes on where this one stood.");
    return stop.signal.aborted ? 130 : 1;
  }
}

async function main(): Promise<number> {
  try {
    const request = readDownloadOptions(Deno.args, systemTimer.now());
    if (request !== "help") return await run(request);
    console.log(downloadHelp);
    return 0;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${downloadHelp}`);
    return 2;
  }
}

if (import.meta.main) Deno.exit(await main());
