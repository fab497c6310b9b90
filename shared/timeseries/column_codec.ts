/** How times, prices and volumes become unsigned integers that planes hold, and back; exact. */

import { BlockFormatError, type BlockReader, type BlockWriter, rowsMax } from "./block_bytes.ts";

/** Work space of the codec: one block is written or read at a time. */
const low = new Uint32Array(rowsMax);
const high = new Uint32Array(rowsMax);
const spread = new Uint32Array(rowsMax);

const two32 = 4_294_967_296;
/** Beyond this a double misses integers. */
const timeMax = Number.MAX_SAFE_INTEGER;

export const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;
export const unzigzag = (value: number): number => (value >>> 1) ^ -(value & 1);

/**
 * Times that never fall: the first, the greatest common unit of the steps, the smallest step, and
 * what each step has above that, in units.
 *
 * @throws RangeError for a time that falls or is no whole millisecond.
 */
export function writeTimes(writer: BlockWriter, time: Float64Array, rows: number): void {
  const { unit, least } = stepsOf(time, rows);
  writer.f64(time[0]!);
  writer.f64(unit);
  writer.f64(least);
  for (let i = 1; i < rows; i++) {
    const step = (time[i]! - time[i - 1]!) / unit - least;
    low[i - 1] = step;
    high[i - 1] = step >= two32 ? step / two32 : 0;
  }
  writer.widePlanes(low, high, rows - 1);
}

function stepsOf(time: Float64Array, rows: number): { unit: number; least: number } {
  let unit = 0;
  let least = Infinity;
  let before = time[0]!;
  if (!Number.isSafeInteger(before)) throw new RangeError(`Cannot store the time ${before}`);
  for (let i = 1; i < rows; i++) {
    const at = time[i]!;
    const step = at - before;
    if (!(step >= 0 && step <= timeMax) || !Number.isSafeInteger(at)) {
      throw new RangeError(`Cannot store the time ${at} after ${before}`);
    }
    if (step < least) least = step;
    if (unit !== 1) unit = greatestCommon(unit, step);
    before = at;
  }
  if (unit === 0) unit = 1;
  return { unit, least: rows === 1 ? 0 : least / unit };
}

function greatestCommon(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

export function readTimes(reader: BlockReader, rows: number): Float64Array<ArrayBuffer> {
  let at = reader.f64();
  const unit = reader.f64();
  const least = reader.f64();
  const sane = Number.isSafeInteger(at) && Number.isSafeInteger(unit) && unit >= 1 &&
    Number.isSafeInteger(least) && least >= 0;
  if (!sane) throw new BlockFormatError("its times are out of range");
  reader.planes(rows - 1, low, high);
  const time = new Float64Array(rows);
  time[0] = at;
  for (let i = 1; i < rows; i++) {
    at += (high[i - 1]! * two32 + low[i - 1]! + least) * unit;
    time[i] = at;
  }
  if (!Number.isSafeInteger(at)) throw new BlockFormatError("its times are out of range");
  return time;
}

/** The first price, then each change, zigzag. */
export function writePrices(writer: BlockWriter, prices: Int32Array, rows: number): void {
  writer.u32(prices[0]! >>> 0);
  for (let i = 1; i < rows; i++) low[i - 1] = zigzag((prices[i]! - prices[i - 1]!) | 0);
  writer.planes(low, rows - 1);
}

export function readPrices(reader: BlockReader, rows: number): Int32Array<ArrayBuffer> {
  const prices = new Int32Array(rows);
  let at = reader.u32() | 0;
  reader.planes(rows - 1, low);
  prices[0] = at;
  for (let i = 1; i < rows; i++) prices[i] = at = (at + unzigzag(low[i - 1]!)) | 0;
  return prices;
}

const askBy = { change: 0, spread: 1 } as const;

/** The ask by its own changes or by those of the spread, whichever has fewer bits. */
export function writeAsks(
  writer: BlockWriter,
  { bid, ask, length: rows }: { bid: Int32Array; ask: Int32Array; length: number },
): void {
  let bits = 0;
  let spreadBefore = ask[0]! - bid[0]!;
  for (let i = 1; i < rows; i++) {
    const at = ask[i]!;
    const change = zigzag((at - ask[i - 1]!) | 0);
    const width = at - bid[i]!;
    const widened = zigzag((width - spreadBefore) | 0);
    spreadBefore = width;
    low[i - 1] = change;
    spread[i - 1] = widened;
    bits += Math.clz32(change) - Math.clz32(widened);
  }
  writer.u8(bits < 0 ? askBy.change : askBy.spread);
  writer.u32(ask[0]! >>> 0);
  writer.planes(bits < 0 ? low : spread, rows - 1);
}

export function readAsks(reader: BlockReader, bid: Int32Array): Int32Array<ArrayBuffer> {
  const by = reader.u8();
  if (by === askBy.change) return readPrices(reader, bid.length);
  if (by !== askBy.spread) throw new BlockFormatError(`asks written in way ${by}`);
  const rows = bid.length;
  const ask = new Int32Array(rows);
  ask[0] = reader.u32();
  let width = ask[0]! - bid[0]!;
  reader.planes(rows - 1, low);
  for (let i = 1; i < rows; i++) {
    width = (width + unzigzag(low[i - 1]!)) | 0;
    ask[i] = bid[i]! + width;
  }
  return ask;
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
