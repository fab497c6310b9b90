/** The text of a file, plain or in a zip, as UTF-8 whatever it is written in. */

import { fileBytes } from "./text_blocks.ts";
import { openZipText } from "./zip_text.ts";

/** Enough for the header and the first rows of any file of history. */
const headBytes = 16_384;

export interface SourceText {
  /** First lines, whole ones only unless the file has no more. */
  readonly head: readonly string[];
  /** Its name inside a zip; `null` of a plain file. */
  readonly innerName: string | null;
  /** @throws SourceFileError */
  read(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Bytes of the file behind so many bytes of text. */
  bytesOf(textBytes: number): number;
}

/** @throws SourceFileError for a zip that is none, or without one CSV in it */
export async function openText(path: string, bytes: number): Promise<SourceText> {
  if (!/\.zip$/i.test(path)) {
    const read = (signal?: AbortSignal) => asUtf8(fileBytes(path, signal));
    return { head: await readHead(read), innerName: null, read, bytesOf: (count) => count };
  }
  const text = await openZipText(path, /\.csv$/i, "CSV");
  const read = (signal?: AbortSignal) => asUtf8(text.read(signal));
  const bytesOf = (count: number) => Math.round((bytes * count) / Math.max(1, text.bytes));
  return { head: await readHead(read), innerName: text.name, read, bytesOf };
}

async function readHead(read: () => AsyncIterable<Uint8Array>): Promise<string[]> {
  let bytes = new Uint8Array();
  let isWhole = true;
  for await (const piece of read()) {
    const joined = new Uint8Array(bytes.length + piece.length);
    joined.set(bytes);
    joined.set(piece, bytes.length);
    bytes = joined;
    if (bytes.length < headBytes) continue;
    isWhole = false;
    break;
  }
  const lines = new TextDecoder().decode(bytes.subarray(0, headBytes)).split(/\r\n|\r|\n/);
  return isWhole ? lines : lines.slice(0, -1);
}

/** UTF-8 without a byte order mark; MetaTrader also writes UTF-16. */
async function* asUtf8(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | null = null;
  let isFirst = true;
  const encoder = new TextEncoder();
  for await (const piece of pieces) {
    if (isFirst) {
      isFirst = false;
      const [a, b, c] = piece;
      if (a === 0xff && b === 0xfe) decoder = new TextDecoder("utf-16le");
      else if (a === 0xfe && b === 0xff) decoder = new TextDecoder("utf-16be");
      else if (a === 0xef && b === 0xbb && c === 0xbf) {
        yield piece.subarray(3);
        continue;
      }
    }
    yield decoder === null ? piece : encoder.encode(decoder.decode(piece, { stream: true }));
  }
  if (decoder !== null) yield encoder.encode(decoder.decode());
}
