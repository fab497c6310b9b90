/**
 * The bytes of a block, written and read: numbers, byte planes, and the checksum at the end. The
 * reader trusts nothing: every length is checked against what is there before anything is allocated.
 * Layout: FORMAT.md.
 */

import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Rows of one block at most, whoever wrote it; bounds what a reader allocates. */
export const rowsMax = 65_536;
/** A whole block at most: eight planes of eight columns of a full block, and room for the rest. */
const blockBytesMax = 64 * rowsMax;

/** The bytes are no block, or a damaged one. */
export class BlockFormatError extends Error {
  override readonly name = "BlockFormatError";
}

/** How a plane is written. */
const plane = { constant: 0, raw: 1, zstd: 2 } as const;
/** Below this a frame of zstd costs more than it saves. */
const zstdBytesMin = 48;
/** Frames need no window beyond the longest plane; a frame that asks for more is refused. */
const windowLog = 16;
const compressOptions = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: windowLog },
};

/** Writes blocks one after another into the same buffer; `finish` copies the block out. */
export class BlockWriter {
  #bytes = new Uint8Array(65_536);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #plane = new Uint8Array(rowsMax);

  /** Forgets a block that was begun and failed. */
  clear(): void {
    this.#at = 0;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** A column of unsigned integers below 2^32 as byte planes, the lowest first. */
  planes(values: Uint32Array, count: number): void {
    let bits = 0;
    for (let i = 0; i < count; i++) bits |= values[i]!;
    const width = bytesOf(bits);
    this.u8(width);
    for (let at = 0; at < width; at++) this.#plane8(values, count, 8 * at);
  }

  /** A column of 64-bit values as byte planes. */
  widePlanes(low: Uint32Array, high: Uint32Array, count: number): void {
    let bits = 0;
    for (let i = 0; i < count; i++) bits |= high[i]!;
    if (bits === 0) return this.planes(low, count);
    const width = bytesOf(bits);
    this.u8(4 + width);
    for (let at = 0; at < 4; at++) this.#plane8(low, count, 8 * at);
    for (let at = 0; at < width; at++) this.#plane8(high, count, 8 * at);
  }

  /** The block so far with its checksum; the writer is empty again. */
  finish(): Uint8Array<ArrayBuffer> {
    this.u32(crc32(this.#bytes.subarray(0, this.#at)));
    const block = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return block;
  }

  #plane8(values: Uint32Array, count: number, shift: number): void {
    const into = this.#plane;
    const first = (values[0]! >>> shift) & 255;
    let other = 0;
    for (let i = 0; i < count; i++) {
      const byte = (values[i]! >>> shift) & 255;
      into[i] = byte;
      other |= byte ^ first;
    }
    if (other === 0) {
      this.u8(plane.constant);
      this.u8(first);
      return;
    }
    const raw = into.subarray(0, count);
    const packed = count < zstdBytesMin ? raw : zstdCompressSync(raw, compressOptions);
    if (packed.length < count) {
      this.u8(plane.zstd);
      this.u32(packed.length);
      this.#append(packed);
    } else {
      this.u8(plane.raw);
      this.#append(raw);
    }
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + count));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads one block; every method throws {@link BlockFormatError} where the bytes are wrong. */
export class BlockReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at = 0;

  /** Checks the checksum before anything else is believed. */
  constructor(bytes: Uint8Array) {
    if (bytes.length < 4 || bytes.length > blockBytesMax) {
      throw new BlockFormatError(`a block of ${bytes.length} bytes`);
    }
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length - 4;
    if (this.#view.getUint32(this.#end, true) !== crc32(bytes.subarray(0, this.#end))) {
      throw new BlockFormatError("the checksum does not match");
    }
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
    const width = this.u8();
    if (width > (high === null ? 4 : 8)) throw new BlockFormatError(`a column of ${width} planes`);
    low.fill(0, 0, count);
    high?.fill(0, 0, count);
    for (let at = 0; at < width; at++) {
      this.#plane(count, at < 4 ? low : high!, 8 * (at % 4));
    }
  }

  /** Nothing may follow the last column. */
  end(): void {
    if (this.#at !== this.#end) {
      throw new BlockFormatError(`${this.#end - this.#at} bytes too many`);
    }
  }

  #plane(count: number, into: Uint32Array, shift: number): void {
    const how = this.u8();
    if (how === plane.constant) {
      const value = this.u8() << shift;
      for (let i = 0; i < count; i++) into[i]! |= value;
      return;
    }
    const bytes = how === plane.raw ? this.#slice(count) : this.#unpack(how, count);
    if (shift === 0) {
      for (let i = 0; i < count; i++) into[i] = bytes[i]!;
    } else {
      for (let i = 0; i < count; i++) into[i]! |= bytes[i]! << shift;
    }
  }

  #unpack(how: number, count: number): Uint8Array {
    if (how !== plane.zstd) throw new BlockFormatError(`a plane written in way ${how}`);
    const packed = this.#slice(this.u32());
    let bytes: Uint8Array;
    try {
      bytes = zstdDecompressSync(packed, {
        chunkSize: Math.max(64, count),
        maxOutputLength: Math.max(64, count),
        params: { [constants.ZSTD_d_windowLogMax]: windowLog },
      });
    } catch (cause) {
      throw new BlockFormatError("a plane does not unpack", { cause });
    }
    if (bytes.length !== count) {
      throw new BlockFormatError(`a plane of ${bytes.length} bytes for ${count} rows`);
    }
    return bytes;
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

/** Bytes that hold an unsigned 32-bit value. */
const bytesOf = (bits: number): number => (32 - Math.clz32(bits) + 7) >>> 3;
