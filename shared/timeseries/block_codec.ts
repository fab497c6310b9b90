/**
 * Ticks and bars as compressed columnar blocks and back, bit for bit. The layout is FORMAT.md's,
 * byte by byte; a block that is damaged, or is none, is a {@link BlockFormatError}, never wrong rows.
 */

import { BlockFormatError, type BlockHead, rowsMax } from "./block_bytes.ts";
import {
  readDistances,
  readTimes,
  readVolumes,
  writeDistances,
  writeTimes,
  writeVolumes,
} from "./column_codec.ts";
import type { BarColumns, TickColumns } from "./columns.ts";
import { BlockReader } from "./plane_reader.ts";
import { BlockWriter } from "./plane_writer.ts";
import { readPrices, writePrices } from "./price_codec.ts";

export { BlockFormatError, rowsMax } from "./block_bytes.ts";

const blockKind = { ticks: 1, bars: 2 } as const;

/** Which volume columns a block has; bars use the first bit. */
const flag = { bidVolume: 1, askVolume: 2 } as const;

const writer = new BlockWriter();

/** @throws RangeError for no rows, more than {@link rowsMax}, or times that fall. */
export function encodeTicks(ticks: TickColumns): Uint8Array<ArrayBuffer> {
  const { length: rows, bidVolume, askVolume } = ticks;
  const flags = (bidVolume === null ? 0 : flag.bidVolume) |
    (askVolume === null ? 0 : flag.askVolume);
  return encode({ kind: blockKind.ticks, flags, rows }, () => {
    writeTimes(writer, ticks.time, rows);
    writePrices(writer, ticks);
    if (bidVolume !== null) writeVolumes(writer, bidVolume, rows);
    if (askVolume !== null) writeVolumes(writer, askVolume, rows);
  });
}

/** Memory that blocks are decoded into, one after another, where each is used before the next. */
export class TickRoom {
  readonly time = new Float64Array(rowsMax);
  readonly bid = new Int32Array(rowsMax);
  readonly ask = new Int32Array(rowsMax);
}

/** Into `room` where it is given, else into memory of its own. @throws BlockFormatError */
export function decodeTicks(bytes: Uint8Array, room?: TickRoom): TickColumns {
  const reader = new BlockReader(bytes, blockKind.ticks);
  const { flags, rows } = reader.head;
  if (flags > (flag.bidVolume | flag.askVolume)) throw new BlockFormatError(`flags ${flags}`);
  const time = room?.time.subarray(0, rows) ?? new Float64Array(rows);
  const bid = room?.bid.subarray(0, rows) ?? new Int32Array(rows);
  const ask = room?.ask.subarray(0, rows) ?? new Int32Array(rows);
  readTimes(reader, time);
  readPrices(reader, { bid, ask, length: rows });
  const bidVolume = (flags & flag.bidVolume) !== 0 ? readVolumes(reader, rows) : null;
  const askVolume = (flags & flag.askVolume) !== 0 ? readVolumes(reader, rows) : null;
  reader.end();
  return { length: rows, time, bid, ask, bidVolume, askVolume };
}

/** @throws RangeError for no rows, more than {@link rowsMax}, or open times that fall. */
export function encodeBars(bars: BarColumns): Uint8Array<ArrayBuffer> {
  const { length: rows, open, high, low, close, ticks, volume } = bars;
  const flags = volume === null ? 0 : flag.bidVolume;
  return encode({ kind: blockKind.bars, flags, rows }, () => {
    writeTimes(writer, bars.openTime, rows);
    writer.u32(open[0]! >>> 0);
    writeDistances(writer, rows, (i) => i === 0 ? 0 : open[i]! - close[i - 1]!);
    writeDistances(writer, rows, (i) => close[i]! - open[i]!);
    writeDistances(writer, rows, (i) => high[i]! - Math.max(open[i]!, close[i]!));
    writeDistances(writer, rows, (i) => Math.min(open[i]!, close[i]!) - low[i]!);
    writeDistances(writer, rows, (i) => ticks[i]!);
    if (volume !== null) writeVolumes(writer, volume, rows);
  });
}

/** @throws BlockFormatError */
export function decodeBars(bytes: Uint8Array): BarColumns {
  const reader = new BlockReader(bytes, blockKind.bars);
  const { flags, rows } = reader.head;
  if (flags > flag.bidVolume) throw new BlockFormatError(`flags ${flags}`);
  const openTime = new Float64Array(rows);
  readTimes(reader, openTime);
  const open = new Int32Array(rows);
  const high = new Int32Array(rows);
  const low = new Int32Array(rows);
  const close = new Int32Array(rows);
  const ticks = new Int32Array(rows);
  const first = reader.u32() | 0;
  // Open leans on the close before it, which is read after: the gaps wait in `open` until then.
  readDistances(reader, rows, (i, gap) => open[i] = gap);
  readDistances(reader, rows, (i, body) => {
    open[i]! += i === 0 ? first : close[i - 1]!;
    close[i] = open[i]! + body;
  });
  readDistances(reader, rows, (i, above) => high[i] = Math.max(open[i]!, close[i]!) + above);
  readDistances(reader, rows, (i, below) => low[i] = Math.min(open[i]!, close[i]!) - below);
  readDistances(reader, rows, (i, count) => ticks[i] = count);
  const volume = (flags & flag.bidVolume) !== 0 ? readVolumes(reader, rows) : null;
  reader.end();
  return { length: rows, openTime, open, high, low, close, ticks, volume };
}

function encode(head: BlockHead, writeColumns: () => void): Uint8Array<ArrayBuffer> {
  const { rows } = head;
  if (rows < 1 || rows > rowsMax) {
    throw new RangeError(`Cannot store ${rows} rows in a block, expected 1 to ${rowsMax}`);
  }
  writer.clear();
  writeColumns();
  return writer.finish(head);
}
