/** The bytes of a block, written: numbers, byte planes, and the checksum at the end. */

import { constants, crc32, zstdCompressSync } from "node:zlib";
import {
  type BlockHead,
  formatVersion,
  plane,
  rowsMax,
  slotLog,
  slotsMax,
  windowLogMax,
} from "./block_bytes.ts";

/** Below this a frame of zstd costs more than it saves. */
const zstdBytesMin = 48;
/** Shorter planes are packed alone: a slot would be mostly empty. */
const slotBytesMin = 1_024;

const packOptions = (windowLog: number) => ({
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: windowLog },
});
const planeOptions = packOptions(windowLogMax);

/** A plane that goes to the body. */
interface SlotPlane {
  /** Where the columns name its slot. */
  readonly namedAt: number;
  /** Its bytes, by where they begin in what waits for the body. */
  readonly from: number;
  readonly count: number;
  readonly filled: number;
}

/** Writes blocks one after another into the same buffers; `finish` copies the block out. */
export class BlockWriter {
  #bytes = new Uint8Array(65_536);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #plane = new Uint8Array(rowsMax);
  #slots: SlotPlane[] = [];
  #waiting = new Uint8Array(4 * rowsMax);
  #waits = 0;

  /** Forgets a block that was begun and failed. */
  clear(): void {
    this.#at = 0;
    this.#slots = [];
    this.#waits = 0;
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

  /** The columns so far as a block with head, body and checksum; the writer is empty again. */
  finish({ kind, flags, rows }: BlockHead): Uint8Array<ArrayBuffer> {
    const body = this.#body(rows);
    const columns = this.#bytes.subarray(0, this.#at);
    const bodyBytes = body === null ? 0 : 4 + body.length;
    const block = new Uint8Array(8 + bodyBytes + columns.length + 4);
    const view = new DataView(block.buffer);
    block.set([formatVersion, kind, flags, this.#slots.length]);
    view.setUint32(4, rows, true);
    if (body !== null) {
      view.setUint32(8, body.length, true);
      block.set(body, 12);
    }
    block.set(columns, 8 + bodyBytes);
    const end = block.length - 4;
    view.setUint32(end, crc32(block.subarray(0, end)), true);
    this.clear();
    return block;
  }

  /**
   * One frame of all planes that wait. The sparsest goes first: behind another plane's entropy table
   * zstd leaves the few bytes of a sparse one unpacked.
   */
  #body(rows: number): Uint8Array | null {
    if (this.#slots.length === 0) return null;
    const log = slotLog(rows);
    const body = new Uint8Array(this.#slots.length << log);
    this.#slots.sort((a, b) => a.filled - b.filled);
    this.#slots.forEach(({ namedAt, from, count }, slot) => {
      body.set(this.#waiting.subarray(from, from + count), slot << log);
      this.#bytes[namedAt] = slot;
    });
    return zstdCompressSync(body, packOptions(log));
  }

  #plane8(values: Uint32Array, count: number, shift: number): void {
    const into = this.#plane;
    const first = (values[0]! >>> shift) & 255;
    let other = 0;
    let filled = 0;
    for (let i = 0; i < count; i++) {
      const byte = (values[i]! >>> shift) & 255;
      into[i] = byte;
      other |= byte ^ first;
      filled += (byte + 255) >>> 8; // 1 where it is not zero, without a branch to guess
    }
    if (other === 0) {
      this.u8(plane.constant);
      this.u8(first);
    } else if (count >= slotBytesMin && this.#slots.length < slotsMax) {
      this.#toSlot(count, filled);
    } else this.#here(into.subarray(0, count));
  }

  #toSlot(count: number, filled: number): void {
    this.u8(plane.slot);
    this.#slots.push({ namedAt: this.#at, from: this.#waits, count, filled });
    this.u8(0);
    this.#waiting = withRoom(this.#waiting, this.#waits, count);
    this.#waiting.set(this.#plane.subarray(0, count), this.#waits);
    this.#waits += count;
  }

  #here(raw: Uint8Array): void {
    const packed = raw.length < zstdBytesMin ? raw : zstdCompressSync(raw, planeOptions);
    if (packed.length < raw.length) {
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
    const grown = withRoom(this.#bytes, this.#at, count);
    if (grown === this.#bytes) return;
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The bytes themselves, or a longer copy where `count` more do not fit behind `used`. */
function withRoom(
  bytes: Uint8Array<ArrayBuffer>,
  used: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  if (used + count <= bytes.length) return bytes;
  const grown = new Uint8Array(Math.max(2 * bytes.length, used + count));
  grown.set(bytes.subarray(0, used));
  return grown;
}

/** Bytes that hold an unsigned 32-bit value. */
const bytesOf = (bits: number): number => (32 - Math.clz32(bits) + 7) >>> 3;
