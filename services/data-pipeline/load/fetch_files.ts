/** What comes before the load of a download: Dukascopy's files, fetched into the import folder. */

import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import {
  downloadDukascopy,
  type DownloadOptions,
} from "../../../shared/venues/files/dukascopy_download.ts";
import type { DownloadRequest } from "../imports/import_store.ts";
import type { LoadProgress } from "./progress.ts";

export interface FetchDeps {
  /** The absolute path of a path below the import folder. @throws SourceFileError */
  resolve(path: string): Promise<string>;
  readonly hours: TradingHours;
  /** Where Dukascopy's files are, and when it is asked. */
  readonly dukascopy: Pick<DownloadOptions, "pauseMs" | "timer" | "random"> & {
    readonly url: string;
  };
}

/** The vendor, or the way to it, gave no answer that could be used. What was fetched stays. */
export class DownloadFailed extends Error {
  override readonly name = "DownloadFailed";
}

/** Ends at once where all is there. @throws DownloadFailed, SourceFileError, or the signal's reason */
export async function fetchFiles(
  { resolve, hours, dukascopy }: FetchDeps,
  { folder, symbol, from, to, kinds }: DownloadRequest,
  { progress, signal }: { readonly progress: LoadProgress; readonly signal: AbortSignal },
): Promise<void> {
  const path = await resolve(folder);
  const end = Math.min(Date.parse(to), dukascopy.timer.now());
  const range = { from: epochMs(Date.parse(from)), to: epochMs(end) };
  if (range.from >= range.to) throw new DownloadFailed(`Nothing has happened yet after ${from}`);
  const before = { files: 0, done: 0, bytes: 0 };
  for (const kind of kinds) {
    const wanted = { url: dukascopy.url, folder: path, kind, ...range };
    const instrument = instrumentOf(symbol as Symbol);
    const told = await withReason(signal, () =>
      downloadDukascopy({ ...wanted, instrument }, {
        ...dukascopy,
        hours,
        signal,
        onProgress({ files, done, bytes }) {
          progress.download = {
            filesDone: before.done + done,
            filesTotal: before.files + files,
            bytes: before.bytes + bytes,
          };
        },
      }));
    before.files += told.files;
    before.done += told.done;
    before.bytes += told.bytes;
  }
}

async function withReason<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DownloadFailed(reason, { cause });
  }
}
