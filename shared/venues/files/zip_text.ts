/** The one text inside a vendor's zip, inflated in pieces, and never more of it than is bearable. */

import { configure, Reader, ZipReader } from "@zip.js/zip.js";
import { SourceFileError } from "./source_file.ts";

/** Text in one zip: a year of ticks stays far below. */
export const inflatedBytesMax = 8 * 1024 ** 3;
/** Bytes of text in a byte of zip: text of prices reaches 20, a bomb a thousand. */
export const inflatedRatioMax = 200;
/** Stored as it is, deflate, and the deflate64 of files beyond 2 GB. */
const methods: readonly number[] = [0, 8, 9];
/** Entries of a zip of history; a vendor's holds one text, and perhaps a note beside it. */
const entriesMax = 16;

// Counts zips under way, not workers: one that waits for its reader must not hold up another.
const underWayMax = 1_000_000;

configure({ useWebWorkers: false, maxWorkers: underWayMax });

export interface ZipText {
  readonly name: string;
  /** Bytes of text, as the zip states them. */
  readonly bytes: number;
  /** @throws SourceFileError for a zip that is cut off, corrupt, or inflates beyond its word */
  read(signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/**
 * The entry that the first name fits which fits one, of a zip that may hold notes beside it but not a second one.
 * @throws SourceFileError
 */
export async function openZipText(
  path: string,
  names: readonly RegExp[],
  wanted: string,
): Promise<ZipText> {
  using file = await Deno.open(path);
  const reader = new ZipReader(new FileReader(file));
  const entries = await listEntries(path, reader);
  const fits = names.map((name) => entries.filter(({ filename }) => name.test(filename)))
    .find((found) => found.length > 0) ?? [];
  if (fits.length !== 1) {
    const held = entries.map(({ filename }) => filename).join(", ") || "nothing";
    throw new SourceFileError(path, `it holds ${held}, not one ${wanted}`);
  }
  const entry = fits[0]!;
  checkSize(path, entry);
  if (!methods.includes(entry.compressionMethod)) {
    const fault =
      `${entry.filename} is packed by method ${entry.compressionMethod}; deflate is read`;
    throw new SourceFileError(path, fault);
  }
  if (entry.encrypted) throw new SourceFileError(path, `${entry.filename} is encrypted`);
  return {
    name: entry.filename,
    bytes: entry.uncompressedSize,
    read: (signal) => inflate(path, entry.filename, signal),
  };
}

/** What a Mac puts beside each file of a zip, and other hidden files. */
const isHidden = (name: string): boolean =>
  name.startsWith("__MACOSX/") || /(^|\/)\.[^/]*$/.test(name);

async function listEntries(path: string, reader: ZipReader<Deno.FsFile>) {
  const entries = [];
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (isHidden(entry.filename)) continue;
      if (entries.length === entriesMax) {
        throw new SourceFileError(path, `it holds more than ${entriesMax} files`);
      }
      entries.push(entry);
    }
  } catch (cause) {
    throw asSourceError(path, cause, "it is not a zip, or is cut off");
  }
  return entries;
}

function checkSize(
  path: string,
  entry: { readonly uncompressedSize: number; readonly compressedSize: number },
): void {
  const { uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > inflatedBytesMax) {
    throw new SourceFileError(path, `it inflates to ${uncompressedSize} bytes, beyond any history`);
  }
  if (uncompressedSize > inflatedRatioMax * Math.max(compressedSize, 4_096)) {
    const ratio = Math.round(uncompressedSize / compressedSize);
    throw new SourceFileError(path, `it inflates ${ratio} times; text of prices does not`);
  }
}

async function* inflate(
  path: string,
  name: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  const reader = new ZipReader(new FileReader(file));
  const stop = new AbortController();
  const pipe = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  let count = 0;
  try {
    const entry = (await reader.getEntries()).find((one) => one.filename === name);
    if (entry === undefined || entry.directory) throw new Error(`${name} is gone`);
    const whole = entry.getData(pipe.writable, { checkSignature: true, signal: stop.signal });
    // A fault shows in the pipe as well, except one that comes before anything is written to it.
    whole.catch((cause) => pipe.writable.abort(cause).catch(() => {}));
    for await (const piece of pipe.readable) {
      signal?.throwIfAborted();
      count += piece.length;
      if (count > entry.uncompressedSize) {
        throw new SourceFileError(path, `${name} inflates beyond the size the zip states`);
      }
      yield piece;
    }
    await whole;
    if (count !== entry.uncompressedSize) throw new Error(`${name} ends early`);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw asSourceError(path, cause, `${name} is corrupt, or is cut off`);
  } finally {
    stop.abort();
  }
}

function asSourceError(path: string, cause: unknown, fault: string): SourceFileError {
  return cause instanceof SourceFileError ? cause : new SourceFileError(path, fault, { cause });
}

/** Reads a file where zip.js asks for it, so that no zip lies in memory. */
class FileReader extends Reader<Deno.FsFile> {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    super(file);
    this.#file = file;
  }

  override async init(): Promise<void> {
    await super.init?.();
    this.size = (await this.#file.stat()).size;
  }

  override async readUint8Array(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.#file.seek(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const count = await this.#file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }
}
