/** Dukascopy's minute bars of a day: second of the day, open, close, low, high (in that order), volume. */

import type { BarColumns } from "../../timeseries/columns.ts";
import { gridOf } from "./dukascopy_grid.ts";
import type { RecordsOf } from "./dukascopy_records.ts";
import { type BarChunk, hexOf, type RowFault, SourceFileError } from "./source_file.ts";

const recordBytes = 24;
const intervalMs = 60_000;
const daySeconds = 86_400;
/** Bars of a day; more are no day. */
const rowsMax = 1_440;

export async function* readDukascopyBars(
  of: RecordsOf,
  side: "bid" | "ask",
  inflated: Promise<Uint8Array>,
): AsyncGenerator<BarChunk> {
  const records = await inflated;
  const count = records.length / recordBytes;
  if (!Number.isInteger(count) || count > rowsMax) {
    const fault = `its ${records.length} bytes are not up to ${rowsMax} records of ${recordBytes}`;
    throw new SourceFileError(of.path, fault);
  }
  if (count === 0) return;
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const grid = gridOf(of.instrument);
  const prices = Array.from({ length: 4 }, () => new Int32Array(count)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const openTime = new Float64Array(count);
  const volume = new Float64Array(count);
  const at = new Int32Array(count);
  const faults: RowFault[] = [];
  const finer: number[] = [];
  let length = 0;
  for (let row = 0; row < count; row++) {
    const offset = row * recordBytes;
    const second = view.getUint32(offset);
    let isFiner = false;
    let isBar = second < daySeconds && second % 60 === 0;
    for (let price = 0; price < 4; price++) {
      const count = view.getUint32(offset + 4 + 4 * price);
      const points = grid.points(count, side);
      isFiner ||= grid.isFiner(count);
      prices[price]![length] = points;
      isBar &&= points > 0;
    }
    if (!isBar) {
      const original = hexOf(records, offset, recordBytes);
      faults.push({ row: row + 1, original, reason: `second ${second} of the day is no bar` });
      continue;
    }
    if (isFiner) finer.push(length);
    openTime[length] = of.from + second * 1_000;
    volume[length] = view.getFloat32(offset + 20);
    at[length++] = row + 1;
  }
  yield {
    symbol: of.instrument.symbol,
    side,
    intervalMs,
    bars: barsOf(length, { openTime, prices, volume }),
    firstRow: at[0] ?? 1,
    rows: faults.length === 0 ? null : at.subarray(0, length),
    original: (index) => hexOf(records, (at[index]! - 1) * recordBytes, recordBytes),
    faults,
    ...(finer.length > 0 ? { finer } : {}),
    bytesRead: of.bytes,
  };
}

/** Prices come as the records have them: open, close, low, high. */
function barsOf(
  length: number,
  { openTime, prices, volume }: {
    openTime: Float64Array;
    prices: readonly [Int32Array, Int32Array, Int32Array, Int32Array];
    volume: Float64Array;
  },
): BarColumns {
  const [open, close, low, high] = prices.map((column) => column.subarray(0, length)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  return {
    length,
    openTime: openTime.subarray(0, length),
    ...{ open, high, low, close },
    ticks: new Int32Array(length).fill(-1),
    volume: volume.subarray(0, length),
  };
}
