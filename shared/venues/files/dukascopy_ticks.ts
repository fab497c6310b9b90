/** Dukascopy's tick records: ms in the hour, ask, bid (in that order), ask and bid volume. */

import { gridOf } from "./dukascopy_grid.ts";
import type { RecordsOf } from "./dukascopy_records.ts";
import { hexOf, type RowFault, SourceFileError, type TickChunk } from "./source_file.ts";

const recordBytes = 20;
const hourMs = 3_600_000;
/** Ticks handed on at once. */
const chunkRows = 16_384;

export async function* readDukascopyTicks(
  of: RecordsOf,
  inflated: Promise<Uint8Array>,
): AsyncGenerator<TickChunk> {
  const records = await inflated;
  if (records.length % recordBytes !== 0) {
    const fault = `its ${records.length} bytes are not whole records of ${recordBytes}`;
    throw new SourceFileError(of.path, fault);
  }
  const count = records.length / recordBytes;
  for (let first = 0; first < count; first += chunkRows) {
    yield readChunk(of, records, { first, count: Math.min(chunkRows, count - first), of: count });
  }
}

function readChunk(
  of: RecordsOf,
  records: Uint8Array,
  rows: { readonly first: number; readonly count: number; readonly of: number },
): TickChunk {
  const { first, count } = rows;
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const grid = gridOf(of.instrument);
  const time = new Float64Array(count);
  const bid = new Int32Array(count);
  const ask = new Int32Array(count);
  const bidVolume = new Float64Array(count);
  const askVolume = new Float64Array(count);
  const at = new Int32Array(count);
  const faults: RowFault[] = [];
  const finer: number[] = [];
  let length = 0;
  for (let row = first; row < first + count; row++) {
    const offset = row * recordBytes;
    const ms = view.getUint32(offset);
    const [askCount, bidCount] = [view.getUint32(offset + 4), view.getUint32(offset + 8)];
    const askPoints = grid.points(askCount, "ask");
    const bidPoints = grid.points(bidCount, "bid");
    if (ms >= hourMs || askPoints === 0 || bidPoints === 0) {
      faults.push(faultOf(records, row));
      continue;
    }
    time[length] = of.from + ms;
    bid[length] = bidPoints;
    ask[length] = askPoints;
    askVolume[length] = view.getFloat32(offset + 12);
    bidVolume[length] = view.getFloat32(offset + 16);
    if (grid.isFiner(askCount) || grid.isFiner(bidCount)) finer.push(length);
    at[length++] = row + 1;
  }
  const ticks = {
    length,
    time: time.subarray(0, length),
    bid: bid.subarray(0, length),
    ask: ask.subarray(0, length),
    bidVolume: bidVolume.subarray(0, length),
    askVolume: askVolume.subarray(0, length),
  };
  return {
    symbol: of.instrument.symbol,
    ticks,
    firstRow: at[0] ?? first + 1,
    rows: faults.length === 0 ? null : at.subarray(0, length),
    original: (index) => hexOf(records, (at[index]! - 1) * recordBytes, recordBytes),
    faults,
    ...(finer.length > 0 ? { finer } : {}),
    bytesRead: Math.round((of.bytes * (first + count)) / rows.of),
  };
}

function faultOf(records: Uint8Array, row: number): RowFault {
  const view = new DataView(records.buffer, records.byteOffset + row * recordBytes, recordBytes);
  const [ms, ask, bid] = [0, 4, 8].map((offset) => view.getUint32(offset));
  return {
    row: row + 1,
    original: hexOf(records, row * recordBytes, recordBytes),
    reason: `${ms} ms in the hour, ask ${ask}, bid ${bid} is no tick`,
  };
}
