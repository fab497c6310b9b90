/** Several files in order, the next one already being opened and inflated while one is read. */

import type { BarChunk, SourceFile, TickChunk } from "./source_file.ts";

/** Files under way at once: the one that is read and those behind it. */
const aheadMax = 3;

export interface FileChunk {
  readonly file: SourceFile;
  readonly chunk: TickChunk | BarChunk;
}

/**
 * The chunks of all files, file by file. Of a file that is ahead only the first chunk is held.
 * @throws SourceFileError when the faulty file's turn comes, after all that stands before it
 */
export async function* readAhead(
  files: Iterable<SourceFile>,
  signal?: AbortSignal,
): AsyncGenerator<FileChunk> {
  const queue = files[Symbol.iterator]();
  const opened: OpenedFile[] = [];
  const open = (): void => {
    while (opened.length < aheadMax) {
      const next = queue.next();
      if (next.done === true) return;
      opened.push(new OpenedFile(next.value, signal));
    }
  };
  try {
    for (open(); opened.length > 0; opened.shift(), open()) {
      const { file, chunks, first } = opened[0]!;
      for (let next = await first; next.done !== true; next = await chunks.next()) {
        yield { file, chunk: next.value };
      }
    }
  } finally {
    await Promise.allSettled(opened.map((one) => one.close()));
  }
}

class OpenedFile {
  readonly file: SourceFile;
  readonly chunks: AsyncIterator<TickChunk | BarChunk>;
  readonly first: Promise<IteratorResult<TickChunk | BarChunk>>;

  constructor(file: SourceFile, signal: AbortSignal | undefined) {
    this.file = file;
    this.chunks = file.read(signal)[Symbol.asyncIterator]();
    this.first = this.chunks.next();
    // Heard when its turn comes.
    this.first.catch(() => {});
  }

  async close(): Promise<void> {
    await this.first.catch(() => {});
    await this.chunks.return?.();
  }
}
