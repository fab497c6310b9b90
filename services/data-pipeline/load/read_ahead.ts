/** Begins to read the next files while one is being checked: archives inflate on other threads. */

import type { BarChunk, TickChunk } from "../../../shared/venues/files/source_file.ts";
import type { LoadFile } from "./piece.ts";

/** Files begun at most, besides the one in hand; of each, one chunk is held. */
const aheadMax = 3;

type Chunk = TickChunk | BarChunk;

interface Begun {
  readonly chunks: AsyncIterator<Chunk>;
  readonly first: Promise<IteratorResult<Chunk>>;
}

export class ReadAhead {
  readonly #files: readonly LoadFile[];
  readonly #begun = new Map<number, Begun>();

  constructor(files: readonly LoadFile[]) {
    this.#files = files;
  }

  /** The chunks of a file; those after it are begun. @throws SourceFileError */
  async *read(of: LoadFile, signal: AbortSignal): AsyncGenerator<Chunk> {
    for (let n = of.position; n <= of.position + aheadMax; n++) this.#begin(n, signal);
    const { chunks, first } = this.#begun.get(of.position)!;
    this.#begun.delete(of.position);
    try {
      for (let one = await first; one.done !== true; one = await chunks.next()) yield one.value;
    } finally {
      await chunks.return?.();
    }
  }

  /** Ends what was begun and is not wanted any more. */
  async close(): Promise<void> {
    const begun = [...this.#begun.values()];
    this.#begun.clear();
    for (const { chunks, first } of begun) {
      await first.catch(() => {});
      await chunks.return?.();
    }
  }

  #begin(position: number, signal: AbortSignal): void {
    const of = this.#files[position];
    if (of === undefined || this.#begun.has(position)) return;
    const chunks: AsyncIterator<Chunk> = of.file.read(signal)[Symbol.asyncIterator]();
    const first = chunks.next();
    // Whoever reads the file hears of it; until then it is nobody's.
    first.catch(() => {});
    this.#begun.set(position, { chunks, first });
  }
}
