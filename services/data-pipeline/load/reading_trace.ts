/**
 * Follows a load's files as they are read, to tell between which rows something could not be: a row
 * that is none, the rest of a file that ended early, a whole file.
 */

import type { BarChunk, TickChunk } from "../../../shared/venues/files/source_file.ts";
import type { LoadFile } from "./piece.ts";

type Chunk = TickChunk | BarChunk;

/** Where the rows of a series stand that were read last. */
interface Mark {
  readonly of: LoadFile;
  readonly name: string;
  readonly row: number;
  /** Something after them could not be read. */
  readonly broken: boolean;
}

/** Faults of a file: those of the chunks that came with the latest one, and the last before them. */
interface FileFaults {
  bytesRead: number;
  before: number;
  rows: number[];
}

export class ReadingTrace {
  readonly #marks = new Map<string, Mark>();
  readonly #faults = new Map<string, FileFaults>();
  readonly #readTo = new Map<string, number>();
  #of: LoadFile | null = null;

  /** The last row read of each file, by its name. */
  get readTo(): Map<string, number> {
    return this.#readTo;
  }

  /** Takes a chunk of a series; the indices of rows that something unread lies before. */
  see(of: LoadFile, name: string, { key, chunk }: { key: string; chunk: Chunk }): number[] {
    if (of !== this.#of) this.endFile();
    this.#of = of;
    const faults = this.#faultsOf(name, chunk);
    const { length } = "ticks" in chunk ? chunk.ticks : chunk.bars;
    const rowAt = (index: number) => chunk.rows?.[index] ?? chunk.firstRow + index;
    const last = Math.max(length === 0 ? 0 : rowAt(length - 1), faults.rows.at(-1) ?? 0);
    this.#readTo.set(name, Math.max(last, this.#readTo.get(name) ?? 0));
    if (length === 0) return [];
    const mark = this.#marks.get(key);
    const above = mark?.name === name ? mark.row : 0;
    const breaks: number[] = [];
    if (mark?.broken === true || faults.before > above) breaks.push(0);
    for (let at = 0, index = 0; at < faults.rows.length && index < length; at++) {
      const row = faults.rows[at]!;
      if (row <= above) continue;
      while (index < length && rowAt(index) < row) index++;
      if (index < length && breaks.at(-1) !== index) breaks.push(index);
    }
    this.#marks.set(key, { of, name, row: rowAt(length - 1), broken: false });
    return breaks;
  }

  /** The file in hand is read to its end, or as far as it goes. */
  endFile(): void {
    for (const [key, mark] of this.#marks) {
      const faults = this.#faults.get(mark.name);
      const last = faults === undefined ? 0 : faults.rows.at(-1) ?? faults.before;
      if (last > mark.row) this.#marks.set(key, { ...mark, broken: true });
    }
    this.#faults.clear();
  }

  /** The file in hand, or one that gave nothing, could not be read to its end. */
  breakOff(): void {
    for (const [key, mark] of this.#marks) this.#marks.set(key, { ...mark, broken: true });
  }

  /** Whether something after a series' last row could not be read. */
  isBroken(key: string): boolean {
    return this.#marks.get(key)?.broken === true;
  }

  /** Chunks of several series that were read together share their faults; the first one tells them. */
  #faultsOf(name: string, { bytesRead, faults: found }: Chunk): FileFaults {
    let faults = this.#faults.get(name);
    if (faults === undefined) {
      faults = { bytesRead, before: 0, rows: [] };
      this.#faults.set(name, faults);
    }
    if (faults.bytesRead !== bytesRead) {
      faults.before = faults.rows.at(-1) ?? faults.before;
      faults.rows = [];
      faults.bytesRead = bytesRead;
    }
    for (const { row } of found) faults.rows.push(row);
    return faults;
  }
}
