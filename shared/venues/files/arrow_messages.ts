/**
 * The messages of Arrow's IPC formats, one after another, without the rest of the file: a mark, the
 * length of the metadata, the metadata (a flatbuffer) and a body. The file format is a stream between
 * two magic words, with an index before the last.
 */

import { readMetadata, schemaOfFooter } from "./arrow_metadata.ts";
import { SourceFileError } from "./source_file.ts";

/** Of one batch's body: one that writers give is some megabytes. */
const bodyBytesMax = 1024 ** 3;
const metadataBytesMax = 16 * 1024 ** 2;
/** Rows of one batch. */
const batchRowsMax = 4_194_304;

const magic = "ARROW1";
/** The first magic word, and what fills it up. */
const magicBytes = 8;
/** The length of the footer, and the last magic word. */
const tailBytes = 4 + magic.length;
const prefixBytes = 8;
const continuation = 0xffff_ffff;

export interface ArrowMessage {
  readonly kind: "schema" | "dictionary" | "batch";
  /** Prefix, metadata and body. */
  readonly bytes: Uint8Array;
  /** Of a batch; 0 of others. */
  readonly rows: number;
}

export class ArrowMessages implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #size = 0;
  /** Where the messages end; `Infinity` where only a mark tells. */
  #end = Infinity;
  #place = 0;
  #count = 0;
  /** The schema of a file's footer, to be given first. */
  #schema: Uint8Array | null = null;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws SourceFileError for what is no Arrow IPC */
  static async open(path: string): Promise<ArrowMessages> {
    const messages = new ArrowMessages(path, await Deno.open(path));
    try {
      await messages.#begin();
      return messages;
    } catch (error) {
      messages[Symbol.dispose]();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const { size } = await this.#file.stat();
    this.#size = size;
    if (size < magicBytes || await this.#text(magic.length) !== magic) return await this.#seek(0);
    if (size < magicBytes + tailBytes) throw this.#cutOff();
    await this.#seek(size - tailBytes);
    const length = new DataView((await this.#read(4)).buffer).getInt32(0, true);
    if (await this.#text(magic.length) !== magic) throw this.#cutOff();
    this.#end = size - tailBytes - length;
    if (length <= 0 || length > metadataBytesMax || this.#end < magicBytes) throw this.#cutOff();
    await this.#seek(this.#end);
    const footer = await this.#read(length);
    try {
      this.#schema = schemaOfFooter(footer);
    } catch (cause) {
      throw new SourceFileError(this.#path, "its footer is corrupt", { cause });
    }
    await this.#seek(magicBytes);
  }

  /** Bytes of the file read so far. */
  get place(): number {
    return this.#place;
  }

  /** `null` at the mark of the end. @throws SourceFileError */
  async next(): Promise<ArrowMessage | null> {
    const schema = this.#schema;
    if (schema === null) return await this.#readNext();
    this.#schema = null;
    const prefix = new Uint8Array(prefixBytes);
    const view = new DataView(prefix.buffer);
    view.setUint32(0, continuation, true);
    view.setInt32(4, schema.length, true);
    const told = this.#tell(schema);
    this.#count++;
    return { ...told, bytes: joined([prefix, schema]) };
  }

  async #readNext(): Promise<ArrowMessage | null> {
    if (this.#place >= this.#end) return null;
    const isFirstOfFile = this.#end < Infinity && this.#place === magicBytes;
    const prefix = await this.#read(prefixBytes);
    const view = new DataView(prefix.buffer);
    const length = view.getInt32(4, true);
    if (view.getUint32(0, true) !== continuation) {
      throw this.#fault(this.#count === 0 ? "it is not Arrow IPC" : "is corrupt: it has no mark");
    }
    if (length === 0) return null;
    if (length < 0 || length > metadataBytesMax) {
      throw this.#fault(`says its metadata measure ${length} bytes`);
    }
    const metadata = await this.#read(length);
    const told = this.#tell(metadata);
    const body = await this.#read(told.bodyBytes);
    // A file's schema was told by its footer.
    if (told.kind === "schema" && isFirstOfFile) return await this.#readNext();
    this.#count++;
    return { ...told, bytes: joined([prefix, metadata, body]) };
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #tell(metadata: Uint8Array) {
    let told;
    try {
      told = readMetadata(metadata);
    } catch (cause) {
      throw this.#fault(`is corrupt: ${(cause as Error).message}`, cause);
    }
    const { kind, bodyBytes, rows } = told;
    if (kind === null) throw this.#fault("is none of ticks or bars");
    if (!(bodyBytes >= 0 && bodyBytes <= bodyBytesMax && rows >= 0 && rows <= batchRowsMax)) {
      const fault = `has ${rows} rows in ${bodyBytes} bytes; write batches of a million rows`;
      throw this.#fault(fault);
    }
    return { ...told, kind };
  }

  async #seek(place: number): Promise<void> {
    this.#place = await this.#file.seek(place, Deno.SeekMode.Start);
  }

  async #text(count: number): Promise<string> {
    return new TextDecoder().decode(await this.#read(count));
  }

  #cutOff(): SourceFileError {
    return new SourceFileError(this.#path, "it is an Arrow file that is cut off");
  }

  async #read(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const left = this.#size - this.#place;
    // Asked before there is room for it: a length is believed only where the file has the bytes.
    if (count > left) {
      throw this.#fault(left === 0 ? "is missing, and so is the mark of the end" : "is cut off");
    }
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const read = await this.#file.read(bytes.subarray(filled));
      if (read === null) throw this.#fault("is cut off");
      filled += read;
    }
    this.#place += count;
    return bytes;
  }

  /** The first message is the schema; those after it are numbered from 1. */
  #fault(fault: string, cause?: unknown): SourceFileError {
    const what = fault.startsWith("it ")
      ? fault
      : `${this.#count === 0 ? "its schema" : `batch ${this.#count}`} ${fault}`;
    return new SourceFileError(this.#path, what, { cause });
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
