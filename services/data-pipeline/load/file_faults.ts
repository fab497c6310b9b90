/**
 * Counts what of a file could be read. A file of which nothing can be is no file of what it is taken
 * for: its columns are others, or its numbers are written another way.
 */

import {
  type BarChunk,
  type RowFault,
  SourceFileError,
  type TickChunk,
} from "../../../shared/venues/files/source_file.ts";
import type { LoadFile } from "./piece.ts";

/** Rows that are looked at before nothing else is expected of a file. */
const wrongRowsMin = 10;
/** Rows that cannot be read, of a file of which most cannot be. */
const wrongRowsMax = 50_000;

export class FileFaults {
  readonly #of: LoadFile;
  #read = 0;
  #faults = 0;
  #first: RowFault | null = null;

  constructor(of: LoadFile) {
    this.#of = of;
  }

  /** @throws SourceFileError where too many rows cannot be read to go on */
  see(chunk: TickChunk | BarChunk): void {
    this.#read += "ticks" in chunk ? chunk.ticks.length : chunk.bars.length;
    this.#faults += chunk.faults.length;
    this.#first ??= chunk.faults[0] ?? null;
    if (this.#faults <= wrongRowsMax || this.#faults <= this.#read) return;
    throw this.#error(`more than ${wrongRowsMax} of its rows cannot be read`);
  }

  /** The file is read to its end. @throws SourceFileError where no row of it could be read */
  expectAny(): void {
    if (this.#read > 0 || this.#faults < wrongRowsMin) return;
    throw this.#error(`none of its ${this.#faults} rows can be read`);
  }

  #error(fault: string): SourceFileError {
    const { row, reason } = this.#first!;
    return new SourceFileError(this.#of.file.path, `${fault}: ${reason}`, { row });
  }
}
