/** How far a load is, and how fast: what its heartbeat tells. */

/** Seconds the rate looks back over. */
const windowMs = 5_000;

export class LoadProgress {
  bytesDone = 0;
  currentFile: string | null = null;
  rowsRead = 0;
  #marks: { readonly at: number; readonly rows: number }[] = [];

  /** Rows a second over the last five, at `now` in milliseconds of any clock that runs evenly. */
  rateAt(now: number): number {
    this.#marks.push({ at: now, rows: this.rowsRead });
    while (this.#marks.length > 2 && now - this.#marks[1]!.at >= windowMs) this.#marks.shift();
    const first = this.#marks[0]!;
    return now === first.at ? 0 : (this.rowsRead - first.rows) / (now - first.at) * 1_000;
  }
}
