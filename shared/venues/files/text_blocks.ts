/** Text files in blocks of whole lines, however long the file and however it is cut in pieces. */

import { SourceFileError } from "./source_file.ts";

/** No file of history has a longer line; a longer one is no such file. */
export const lineBytesMax = 65_536;

/** Bytes read from a file at once. */
const pieceBytes = 262_144;

export interface TextBlock {
  readonly bytes: Uint8Array;
  /** Whole lines begin at 0 and end here. */
  readonly end: number;
  /** Of the text, at the block's end. */
  readonly bytesRead: number;
}

/**
 * Cuts pieces of bytes after line breaks. Memory stays below two pieces and a line.
 * @param lines the lines taken so far, to name the row of a fault
 * @throws SourceFileError for a line longer than {@link lineBytesMax}
 */
export async function* textBlocks(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  lines: () => number,
): AsyncGenerator<TextBlock> {
  let rest = new Uint8Array();
  let bytesRead = 0;
  for await (const piece of pieces) {
    bytesRead += piece.length;
    const bytes = joined(rest, piece);
    const end = wholeLines(bytes);
    if (end > 0) yield { bytes, end, bytesRead };
    if (bytes.length - end > lineBytesMax) throw lineTooLong(path, lines() + 1);
    rest = bytes.slice(end);
  }
  if (rest.length > 0) yield { bytes: rest, end: rest.length, bytesRead };
}

export const lineTooLong = (path: string, row: number): SourceFileError =>
  new SourceFileError(path, `its line is longer than ${lineBytesMax} bytes`, { row });

function joined(rest: Uint8Array, piece: Uint8Array): Uint8Array {
  if (rest.length === 0) return piece;
  const bytes = new Uint8Array(rest.length + piece.length);
  bytes.set(rest);
  bytes.set(piece, rest.length);
  return bytes;
}

/** Where the last whole line ends; a `\r` at the very end may be half of a line break. */
function wholeLines(bytes: Uint8Array): number {
  const newline = bytes.lastIndexOf(10) + 1;
  return newline > 0 ? newline : bytes.subarray(0, -1).lastIndexOf(13) + 1;
}

/** A file's bytes, a piece at a time. */
export async function* fileBytes(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  for (;;) {
    signal?.throwIfAborted();
    // A fresh array each time: chunks keep theirs, to show the rows as they are.
    const bytes = new Uint8Array(pieceBytes);
    const count = await file.read(bytes);
    if (count === null) return;
    yield bytes.subarray(0, count);
  }
}

/** The whole lines among a file's last `count` bytes. */
export async function* lastLines(path: string, count: number): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(-count, Deno.SeekMode.End);
  let isCut = true;
  for (let bytes = new Uint8Array(pieceBytes);; bytes = new Uint8Array(pieceBytes)) {
    const read = await file.read(bytes);
    if (read === null) return;
    const piece = bytes.subarray(0, read);
    const from = isCut ? piece.indexOf(10) + 1 : 0;
    if (isCut && from === 0) continue;
    isCut = false;
    yield piece.subarray(from);
  }
}
