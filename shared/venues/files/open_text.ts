/** The text of a file, plain, in a zip or a gzip, as UTF-8 whatever it is written in. */

import { GzipText } from "./gzip_text.ts";
import { fileBytes, lastLines } from "./text_blocks.ts";
import { openZipText } from "./zip_text.ts";

/** Enough for the header and the first rows of any file of history. */
const headBytes = 16_384;
/** Enough for its last rows. */
const tailBytes = 131_072;

export interface SourceText {
  /** First lines, whole ones only unless the file has no more. */
  readonly head: readonly string[];
  /** Its name inside a zip; `null` of a plain file. */
  readonly innerName: string | null;
  /** @throws SourceFileError */
  read(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** The last lines alone, where they can be had without the rest and are not nearly all. */
  readonly tail: (() => AsyncIterable<Uint8Array>) | null;
  /** Bytes of the file behind so many bytes of text. */
  bytesOf(textBytes: number): number;
}

/** Of the text in a zip: a CSV, beside which a note may lie; without one, a text such as the CFTC's. */
const textNames = [/\.csv$/i, /\.txt$/i];

/** @throws SourceFileError for a zip or gzip that is none, or a zip without one text in it */
export async function openText(path: string, bytes: number): Promise<SourceText> {
  const zip = /\.zip$/i.test(path) ? await openZipText(path, textNames, "text") : null;
  const gzip = /\.gz$/i.test(path) ? new GzipText(path) : null;
  const packed = zip ?? gzip;
  const raw = (signal?: AbortSignal) => packed?.read(signal) ?? fileBytes(path, signal);
  const read = (signal?: AbortSignal) => asUtf8(raw(signal));
  const { lines, encoding } = await readHead(raw);
  // Prices and times are ASCII: a character is one byte of UTF-8 and two of UTF-16.
  const perCharacter = encoding === "utf-8" ? 1 : 2;
  const ofZip = zip === null ? 1 : bytes / Math.max(1, zip.bytes);
  const bytesOf = (count: number) =>
    Math.min(bytes, Math.round(count * perCharacter * (gzip?.perByte ?? ofZip)));
  const hasTail = packed === null && encoding === "utf-8" && bytes > 2 * tailBytes;
  const tail = hasTail ? () => lastLines(path, tailBytes) : null;
  return { head: lines, innerName: zip?.name ?? null, read, tail, bytesOf };
}

type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** By the byte order mark, or the zeros beside ASCII; MetaTrader also writes UTF-16. */
function encodingOf(first: Uint8Array): Encoding {
  const [a, b, c, d] = first;
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0 && c !== 0 && d === 0)) return "utf-16le";
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0 && c === 0 && d !== 0)) return "utf-16be";
  return "utf-8";
}

async function readHead(read: () => AsyncIterable<Uint8Array>) {
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
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, headBytes));
  const lines = text.split(/\r\n|\r|\n/);
  return { lines: isWhole ? lines : lines.slice(0, -1), encoding };
}

/** UTF-8 without a byte order mark. */
async function* asUtf8(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | null = null;
  let isFirst = true;
  const encoder = new TextEncoder();
  for await (const piece of pieces) {
    let rest = piece;
    if (isFirst) {
      isFirst = false;
      const encoding = encodingOf(piece);
      if (encoding !== "utf-8") decoder = new TextDecoder(encoding);
      if (piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf) rest = piece.subarray(3);
    }
    yield decoder === null ? rest : encoder.encode(decoder.decode(rest, { stream: true }));
  }
  if (decoder !== null) yield encoder.encode(decoder.decode());
}
