/** The text of a gzip, inflated in pieces, member after member, and never more of it than is bearable. */

import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { SourceFileError } from "./source_file.ts";
import { fileBytes } from "./text_blocks.ts";
import { inflatedBytesMax, inflatedRatioMax } from "./zip_text.ts";

/** Before so much of the file is read, no ratio is looked at. */
const readBytesMin = 4_096;

export class GzipText {
  readonly #path: string;
  #read = 0;
  #inflated = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes of the file that gave a byte of text, as far as the latest reading came. */
  get perByte(): number {
    return this.#inflated === 0 ? 0 : this.#read / this.#inflated;
  }

  /** @throws SourceFileError for a gzip that is cut off, corrupt, or inflates beyond any history */
  async *read(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#read = this.#inflated = 0;
    const gunzip = createGunzip();
    const source = Readable.from(this.#bytes(signal));
    source.on("error", (error) => gunzip.destroy(error));
    source.pipe(gunzip);
    try {
      for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
        signal?.throwIfAborted();
        this.#inflated += piece.length;
        this.#check();
        yield piece;
      }
    } catch (cause) {
      if (signal?.aborted || cause instanceof SourceFileError) throw cause;
      throw new SourceFileError(this.#path, "it is no gzip, is corrupt, or is cut off", { cause });
    } finally {
      source.destroy();
      gunzip.destroy();
    }
  }

  async *#bytes(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    for await (const piece of fileBytes(this.#path, signal)) {
      this.#read += piece.length;
      yield piece;
    }
  }

  #check(): void {
    const fault = this.#inflated > inflatedBytesMax
      ? `it inflates to more than ${inflatedBytesMax} bytes, beyond any history`
      : this.#inflated > inflatedRatioMax * Math.max(this.#read, readBytesMin)
      ? `it inflates more than ${inflatedRatioMax} times; text of prices does not`
      : null;
    if (fault !== null) throw new SourceFileError(this.#path, fault);
  }
}
