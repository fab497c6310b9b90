/** How times, prices and volumes become unsigned integers that planes hold, and back; exact. */

import { BlockFormatError, rowsMax } from "./block_bytes.ts";
import { type BlockReader, merge, zeros } from "./plane_reader.ts";
import type { BlockWriter } from "./plane_writer.ts";

/** Work space of the codec: one block is written or read at a time. */
const low = new Uint32Array(rowsMax);
const high = new Uint32Array(rowsMax);
const other = new Uint32Array(rowsMax);

const two32 = 4_294_967_296;
/** Beyond this a double misses integers. */
const timeMax = Number.MAX_SAFE_INTEGER;

export const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;
export const unzigzag = (value: number): number => (value >>> 1) ^ -(value & 1);

/**
 * Times that never fall: the first, the greatest common unit of the steps, and the steps in units.
 *
 * @throws RangeError for a time that falls or is no whole millisecond.
 */
export function writeTimes(writer: BlockWriter, time: Float64Array, rows: number): void {
  const { unit, most } = stepsOf(time, rows);
  const count = rows - 1;
  writer.f64(time[0]!);
  writer.f64(unit);
  const splits = most > 255 && most < two32;
  writer.u8(splits ? stepsAs.split : stepsAs.whole);
  if (!splits) {
    for (let i = 0; i < count; i++) {
      const step = (time[i + 1]! - time[i]!) / unit;
      low[i] = step;
      high[i] = step >= two32 ? step / two32 : 0;
    }
    return writer.widePlanes(low, high, count);
  }
  for (let i = 0; i < count; i++) {
    const step = unit === 1 ? time[i + 1]! - time[i]! : (time[i + 1]! - time[i]!) / unit;
    low[i] = step & 15;
    other[i] = step >>> 4;
  }
  writer.planes(low, count);
  writer.planes(other, count);
}

/** Steps of milliseconds cluster: their last four bits apart from the rest pack best. */
const stepsAs = { whole: 0, split: 1 } as const;

function stepsOf(time: Float64Array, rows: number): Steps {
  let unit = 0;
  let most = 0;
  let before = time[0]!;
  if (!Number.isSafeInteger(before)) throw new RangeError(`Cannot store the time ${before}`);
  for (let i = 1; i < rows; i++) {
    const at = time[i]!;
    const step = at - before;
    if (!(step >= 0 && step <= timeMax) || !Number.isSafeInteger(at)) {
      throw new RangeError(`Cannot store the time ${at} after ${before}`);
    }
    if (step > most) most = step;
    if (unit !== 1) unit = greatestCommon(unit, step);
    before = at;
  }
  if (unit === 0) unit = 1;
  return { unit, most: most / unit };
}

interface Steps {
  readonly unit: number;
  /** In units. */
  readonly most: number;
}

function greatestCommon(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

export function readTimes(reader: BlockReader, time: Float64Array): void {
  const rows = time.length;
  let at = reader.f64();
  const unit = reader.f64();
  const sane = Number.isSafeInteger(at) && Number.isSafeInteger(unit) && unit >= 1;
  if (!sane) throw new BlockFormatError("its times are out of range");
  const as = reader.u8();
  if (as > stepsAs.split) throw new BlockFormatError(`steps written in way ${as}`);
  time[0] = at;
  if (as === stepsAs.whole) {
    reader.planes(rows - 1, low, high);
    for (let i = 1; i < rows; i++) {
      at += (high[i - 1]! * two32 + low[i - 1]!) * unit;
      time[i] = at;
    }
  } else readSplitSteps(reader, time, unit);
  if (!Number.isSafeInteger(time[rows - 1])) {
    throw new BlockFormatError("its times are out of range");
  }
}

/** The hot loop of reading: from bytes to times in one pass, where steps are below 2^20 units. */
function readSplitSteps(reader: BlockReader, time: Float64Array, unit: number): void {
  const rows = time.length;
  const bits = reader.bytePlanes(rows - 1, 4);
  const rest = reader.bytePlanes(rows - 1, 4);
  let at = time[0]!;
  if (bits.length > 1 || rest.length > 2) {
    merge(bits, low, rows - 1);
    merge(rest, other, rows - 1);
    for (let i = 1; i < rows; i++) {
      at += (other[i - 1]! * 16 + low[i - 1]!) * unit;
      time[i] = at;
    }
    return;
  }
  const [first = zeros] = bits;
  const [second = zeros, third = zeros] = rest;
  for (let i = 1; i < rows; i++) {
    at += (first[i - 1]! + (second[i - 1]! << 4) + (third[i - 1]! << 12)) * unit;
    time[i] = at;
  }
}

/** Any 32-bit integers, each by its distance from another column's, zigzag. */
export function writeDistances(
  writer: BlockWriter,
  rows: number,
  distance: (row: number) => number,
): void {
  for (let i = 0; i < rows; i++) low[i] = zigzag(distance(i) | 0);
  writer.planes(low, rows);
}

/** Calls `take` for each row in order, so that a distance may lean on what was taken before. */
export function readDistances(
  reader: BlockReader,
  rows: number,
  take: (row: number, distance: number) => void,
): void {
  reader.planes(rows, low);
  for (let i = 0; i < rows; i++) take(i, unzigzag(low[i]!));
}

const volumeAs = { float64: 0, float32: 1, decimal64: 2, decimal32: 3 } as const;
const decimalsMax = 8;
const scales = Array.from({ length: decimalsMax + 1 }, (_, decimals) => 10 ** decimals);

/** Volumes bit for bit: as decimal counts where they are that exactly, else as the bits of floats. */
export function writeVolumes(writer: BlockWriter, volume: Float64Array, rows: number): void {
  const single = isFloat32(volume, rows);
  for (let decimals = 0; decimals <= decimalsMax; decimals++) {
    // A short value may be exact as a double though it came as a single: try the double first.
    for (const as of single ? [volumeAs.decimal64, volumeAs.decimal32] : [volumeAs.decimal64]) {
      if (!toDecimals(volume, rows, { scale: scales[decimals]!, as })) continue;
      writer.u8(as);
      writer.u8(decimals);
      writer.planes(low, rows);
      return;
    }
  }
  if (single) writeFloat32(writer, volume, rows);
  else writeFloat64(writer, volume, rows);
}

function isFloat32(volume: Float64Array, rows: number): boolean {
  for (let i = 0; i < rows; i++) if (!Object.is(Math.fround(volume[i]!), volume[i]!)) return false;
  return true;
}

function toDecimals(
  volume: Float64Array,
  rows: number,
  { scale, as }: { scale: number; as: number },
): boolean {
  for (let i = 0; i < rows; i++) {
    const value = volume[i]!;
    const count = Math.round(value * scale);
    if (!(count >= 0 && count < two32)) return false;
    const back = as === volumeAs.decimal32 ? Math.fround(count / scale) : count / scale;
    if (back !== value || (value === 0 && 1 / value < 0)) return false;
    low[i] = count;
  }
  return true;
}

function writeFloat32(writer: BlockWriter, volume: Float64Array, rows: number): void {
  const bits = new Uint32Array(Float32Array.from(volume.subarray(0, rows)).buffer);
  for (let i = 0; i < rows; i++) low[i] = bits[i]! ^ (i === 0 ? 0 : bits[i - 1]!);
  writer.u8(volumeAs.float32);
  writer.planes(low, rows);
}

function writeFloat64(writer: BlockWriter, volume: Float64Array, rows: number): void {
  const bits = new Uint32Array(volume.slice(0, rows).buffer);
  for (let i = 0; i < rows; i++) {
    low[i] = bits[2 * i]! ^ (i === 0 ? 0 : bits[2 * i - 2]!);
    high[i] = bits[2 * i + 1]! ^ (i === 0 ? 0 : bits[2 * i - 1]!);
  }
  writer.u8(volumeAs.float64);
  writer.widePlanes(low, high, rows);
}

export function readVolumes(reader: BlockReader, rows: number): Float64Array<ArrayBuffer> {
  const as = reader.u8();
  if (as === volumeAs.float64) return readFloat64(reader, rows);
  if (as === volumeAs.float32) return readFloat32(reader, rows);
  if (as > volumeAs.decimal32) throw new BlockFormatError(`volumes written in way ${as}`);
  const scale = scales[reader.u8()];
  if (scale === undefined) throw new BlockFormatError("volumes with too many decimals");
  reader.planes(rows, low);
  const volume = new Float64Array(rows);
  const single = as === volumeAs.decimal32;
  for (let i = 0; i < rows; i++) {
    const value = low[i]! / scale;
    volume[i] = single ? Math.fround(value) : value;
  }
  return volume;
}

function readFloat32(reader: BlockReader, rows: number): Float64Array<ArrayBuffer> {
  reader.planes(rows, low);
  const bits = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) bits[i] = low[i]! ^ (i === 0 ? 0 : bits[i - 1]!);
  return Float64Array.from(new Float32Array(bits.buffer));
}

function readFloat64(reader: BlockReader, rows: number): Float64Array<ArrayBuffer> {
  reader.planes(rows, low, high);
  const bits = new Uint32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    bits[2 * i] = low[i]! ^ (i === 0 ? 0 : bits[2 * i - 2]!);
    bits[2 * i + 1] = high[i]! ^ (i === 0 ? 0 : bits[2 * i - 1]!);
  }
  return new Float64Array(bits.buffer);
}
