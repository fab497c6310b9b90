/** How far a load is, and how fast: what its heartbeat tells. */

import type { Downloaded, Told } from "../imports/import_store.ts";

/** Milliseconds that the rates look back over. */
const windowMs = 10_000;

export class LoadProgress {
  bytesDone = 0;
  bytesTotal = 0;
  currentFile: string | null = null;
  rowsRead = 0;
  download: Downloaded | null = null;
  #marks: { readonly at: number; readonly rows: number; readonly bytes: number }[] = [];

  /** At `now` in milliseconds of any clock that runs evenly. */
  tell(now: number): Told {
    const { bytesDone, bytesTotal, currentFile, rowsRead, download } = this;
    this.#marks.push({ at: now, rows: rowsRead, bytes: bytesDone });
    while (this.#marks.length > 2 && now - this.#marks[1]!.at >= windowMs) this.#marks.shift();
    const first = this.#marks[0]!;
    const seconds = (now - first.at) / 1_000;
    const bytesPerSecond = seconds > 0 ? (bytesDone - first.bytes) / seconds : 0;
    return {
      bytesDone,
      currentFile,
      rowsPerSecond: seconds > 0 ? (rowsRead - first.rows) / seconds : 0,
      secondsLeft: bytesPerSecond > 0
        ? Math.ceil(Math.max(0, bytesTotal - bytesDone) / bytesPerSecond)
        : null,
      download,
    };
  }
}
