/**
 * The bytes of a block, read. The reader trusts nothing: every length is checked against what is there
 * before anything is allocated.
 */

import { constants, crc32, zstdDecompressSync } from "node:zlib";
import {
  blockBytesMax,
  BlockFormatError,
  type BlockHead,
  formatVersion,
  plane,
  rowsMax,
  slotLog,
  slotsMax,
  windowLogMax,
} from "./block_bytes.ts";

const noBytes = new Uint8Array(0);
/** The plane that a column lacks. */
export const zeros = new Uint8Array(rowsMax);

/** Whether the bytes are a block as it was written, of any kind. @throws BlockFormatError */
export function checkSum(bytes: Uint8Array): void {
  if (bytes.length < 4 || bytes.length > blockBytesMax) {
    throw new BlockFormatError(`a block of ${bytes.length} bytes`);
  }
  const end = bytes.length - 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
    throw new BlockFormatError("the checksum does not match");
  }
}

/** Reads one block; every method throws {@link BlockFormatError} where the bytes are wrong. */
export class BlockReader {
  readonly head: BlockHead;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at = 0;
  #body: Uint8Array = noBytes;
  #slots = 0;

  /** Checks the checksum before anything else is believed, and reads the head and the body. */
  constructor(bytes: Uint8Array, kind: number) {
    checkSum(bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length - 4;
    this.head = this.#readHead(kind);
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** The planes of a column into `low`, and into `high` where it may have more than four. */
  planes(count: number, low: Uint32Array, high: Uint32Array | null = null): void {
    const bytes = this.bytePlanes(count, high === null ? 4 : 8);
    merge(bytes.slice(0, 4), low, count);
    if (high !== null) merge(bytes.slice(4), high, count);
  }

  /** The planes of a column as they are, the lowest first. */
  bytePlanes(count: number, widthMax: number): Uint8Array[] {
    const width = this.u8();
    if (width > widthMax) throw new BlockFormatError(`a column of ${width} planes`);
    const planes: Uint8Array[] = [];
    for (let at = 0; at < width; at++) planes.push(this.#plane(count));
    return planes;
  }

  /** Nothing may follow the last column. */
  end(): void {
    if (this.#at !== this.#end) {
      throw new BlockFormatError(`${this.#end - this.#at} bytes too many`);
    }
  }

  #readHead(kind: number): BlockHead {
    const version = this.u8();
    if (version < 1 || version > formatVersion) {
      throw new BlockFormatError(`format version ${version}`);
    }
    const found = this.u8();
    if (found !== kind) throw new BlockFormatError(`a block of kind ${found}, expected ${kind}`);
    const flags = this.u8();
    const slots = this.u8();
    if (slots > (version === 1 ? 0 : slotsMax)) throw new BlockFormatError(`${slots} slots`);
    const rows = this.u32();
    if (rows < 1 || rows > rowsMax) throw new BlockFormatError(`${rows} rows`);
    if (slots > 0) this.#body = this.#unpack(slots << slotLog(rows));
    this.#slots = slots;
    return { kind, flags, rows };
  }

  #plane(count: number): Uint8Array {
    const how = this.u8();
    switch (how) {
      case plane.constant:
        return new Uint8Array(count).fill(this.u8());
      case plane.raw:
        return this.#slice(count);
      case plane.zstd:
        return this.#unpack(count);
      case plane.slot:
        return this.#slot(this.u8(), count);
      default:
        throw new BlockFormatError(`a plane written in way ${how}`);
    }
  }

  #slot(slot: number, count: number): Uint8Array {
    if (slot >= this.#slots) throw new BlockFormatError(`slot ${slot} of ${this.#slots}`);
    const from = slot * (this.#body.length / this.#slots);
    return this.#body.subarray(from, from + count);
  }

  /** The frame that follows, which must hold as many bytes. */
  #unpack(count: number): Uint8Array {
    const packed = this.#slice(this.u32());
    const most = Math.max(64, count);
    let bytes: Uint8Array;
    try {
      bytes = zstdDecompressSync(packed, {
        // A buffer that is filled to its end makes zlib ask for another.
        chunkSize: most + 1,
        maxOutputLength: most,
        params: { [constants.ZSTD_d_windowLogMax]: windowLogMax },
      });
    } catch (cause) {
      throw new BlockFormatError("a frame does not unpack", { cause });
    }
    if (bytes.length !== count) {
      throw new BlockFormatError(`a frame of ${bytes.length} bytes, expected ${count}`);
    }
    // As what all other planes are: code that met one kind of array only is faster.
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  }

  #slice(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#end - at) throw new BlockFormatError("it is cut off");
    this.#at = at + count;
    return at;
  }
}

/** Up to four planes as the unsigned integers they are of. */
export function merge(planes: readonly Uint8Array[], into: Uint32Array, count: number): void {
  into.fill(0, 0, count);
  planes.forEach((bytes, at) => {
    const shift = 8 * at;
    for (let i = 0; i < count; i++) into[i]! |= bytes[i]! << shift;
  });
}
