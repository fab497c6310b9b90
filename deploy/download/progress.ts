/** What `task download` tells while it runs and at its end. */

import type { DownloadProgress } from "../../shared/venues/files/dukascopy_download.ts";
import { timeText } from "../import/progress_bar.ts";
import type { DownloadRequest } from "./options.ts";

const megabyte = 1_000_000;
const count = (value: number): string => value.toLocaleString("en");

/** `elapsedMs` since the first request. */
export function downloadText(progress: DownloadProgress, elapsedMs: number): string {
  const { files, done, fetched, kept, bytes } = progress;
  const asked = done - kept;
  // Files that are there cost nothing, so only the others tell how long the rest takes.
  const seconds = asked === 0 ? null : (files - done) * elapsedMs / asked / 1_000;
  return `${(100 * done / files).toFixed(1).padStart(5)} %  ` +
    `${count(done)} of ${count(files)} files, ${count(fetched)} fetched, ` +
    `${(bytes / megabyte).toFixed(1)} MB` +
    (seconds === null || done === files ? "" : `, ${timeText(seconds)} left`);
}

/** The end of a download of one or more kinds, and what to do with it. */
export function doneText(
  { instrument, folder }: DownloadRequest,
  all: readonly DownloadProgress[],
): string {
  const sum = (name: keyof DownloadProgress) => all.reduce((so, one) => so + one[name], 0);
  const told = `${count(sum("fetched"))} files fetched, ${count(sum("kept"))} were there, ` +
    `${count(sum("empty"))} the vendor has nothing for`;
  if (sum("bytes") === 0) return `${told}: there is nothing to import`;
  return `${told}\n\nImport them next:\n\n  deno task import ${
    quoted(`${folder}/${instrument.symbol}`)
  }`;
}

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
