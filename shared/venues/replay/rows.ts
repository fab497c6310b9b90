/** Ticks from lines of text. */

import type { Tick } from "../venue.ts";
import { TickFileError } from "./tick_file.ts";

export interface RowFormat {
  /** Lines before the first row. */
  readonly headerLines: number;
  /** The tick of a line, or what is wrong with it. */
  readonly parse: (line: string) => Tick | string;
}

/**
 * Gives the ticks of a text piece by piece. Blank lines are passed over. At the first line that is
 * no tick, or that goes back in time, giving ends; the rest is only checked, so that the error can
 * tell how many lines are wrong.
 */
export async function* readRows(
  path: string,
  text: AsyncIterable<string> | Iterable<string>,
  format: RowFormat,
): AsyncGenerator<readonly Tick[]> {
  const rows = new Rows(format);
  let rest = "";
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    const ticks = rows.take(lines);
    if (rows.fault === null && ticks.length > 0) yield ticks;
  }
  const last = rows.take([rest]);
  if (rows.fault !== null) {
    const { row, text } = rows.fault;
    throw new TickFileError(path, `row ${row}: ${text} (${rows.faults} of ${rows.count} rows)`);
  }
  if (last.length > 0) yield last;
}

class Rows {
  readonly #format: RowFormat;
  #line = 0;
  #lastTime = -Infinity;
  count = 0;
  faults = 0;
  fault: { readonly row: number; readonly text: string } | null = null;

  constructor(format: RowFormat) {
    this.#format = format;
  }

  take(lines: readonly string[]): Tick[] {
    const ticks: Tick[] = [];
    for (const raw of lines) {
      this.#line++;
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (this.#line <= this.#format.headerLines || line === "") continue;
      this.count++;
      const tick = this.#read(line);
      if (typeof tick === "string") this.#note(tick);
      else ticks.push(tick);
    }
    return ticks;
  }

  #read(line: string): Tick | string {
    const tick = this.#format.parse(line);
    if (typeof tick === "string") return tick;
    if (tick.venueTime < this.#lastTime) return "its time lies before the row above";
    this.#lastTime = tick.venueTime;
    return tick;
  }

  #note(text: string): void {
    this.faults++;
    this.fault ??= { row: this.#line, text };
  }
}
