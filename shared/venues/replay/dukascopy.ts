/**
 * Dukascopy's hour files: `<SYMBOL>/<year>/<month from 00>/<day>/<hour>h_ticks.bi5`, LZMA-alone over
 * big-endian records of ms in the hour, ask, bid (in that order) and two volumes. An empty file is
 * an hour without ticks.
 */

import { decompress } from "lzma1";
import type { Instrument } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import { type EpochMs, epochMs } from "../../domain/time.ts";
import type { Tick } from "../venue.ts";
import { type TickFile, TickFileError, toGrid } from "./tick_file.ts";
import { utcDate } from "./tick_time.ts";

const pathPattern = /\/([A-Z0-9]{6,12})\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)h_ticks\.bi5$/i;
const recordBytes = 20;
const hourMs = 3_600_000;

/** The tick file at a path, or `null` where the path is none or its symbol is not listed. */
export function dukascopyFile(path: string): TickFile | null {
  const match = pathPattern.exec(path);
  const instrument = findInstrument(match?.[1]?.toUpperCase() ?? "");
  if (match === null || instrument === undefined) return null;
  const [year, month, day, hour] = match.slice(2).map(Number) as [number, number, number, number];
  const midnight = utcDate(year, month + 1, day);
  if (midnight === null || month > 11 || hour > 23) {
    throw new TickFileError(path, "its folders are no date; months run from 00 to 11");
  }
  const from = epochMs(midnight + hour * hourMs);
  return {
    path,
    from,
    async *read() {
      yield readTicks(path, await Deno.readFile(path), { instrument, from });
    },
  };
}

/** Dukascopy keeps 3 decimals for the yen and metals, 5 for the rest. */
const precisionOf = ({ base, quote }: Instrument): number =>
  quote === "JPY" || base === "XAU" || base === "XAG" ? 3 : 5;

function readTicks(
  path: string,
  file: Uint8Array,
  of: { instrument: Instrument; from: EpochMs },
): Tick[] {
  const records = unpack(path, file);
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const precision = precisionOf(of.instrument);
  const ticks: Tick[] = [];
  let last = 0;
  for (let at = 0; at < records.length; at += recordBytes) {
    const ms = view.getUint32(at);
    const ask = view.getUint32(at + 4);
    const bid = view.getUint32(at + 8);
    if (ms < last || ms >= hourMs || ask === 0 || bid === 0) {
      const row = at / recordBytes + 1;
      throw new TickFileError(path, `row ${row}: ${ms} ms, ask ${ask}, bid ${bid} is no tick`);
    }
    last = ms;
    ticks.push({
      symbol: of.instrument.symbol,
      bid: toGrid(bid, precision, { instrument: of.instrument, side: "bid" }),
      ask: toGrid(ask, precision, { instrument: of.instrument, side: "ask" }),
      venueTime: epochMs(of.from + ms),
    });
  }
  return ticks;
}

function unpack(path: string, file: Uint8Array): Uint8Array {
  if (file.length === 0) return file;
  let records: Uint8Array;
  try {
    records = decompress(file) as Uint8Array;
  } catch (cause) {
    throw new TickFileError(path, "it is not LZMA, or is cut off", { cause });
  }
  const wanted = statedBytes(file);
  if ((wanted !== null && records.length !== wanted) || records.length % recordBytes !== 0) {
    throw new TickFileError(path, `it holds ${records.length} bytes and should hold ${wanted}`);
  }
  return records;
}

/** What the LZMA header says the contents measure; all ones mean that it does not say. */
function statedBytes(file: Uint8Array): number | null {
  if (file.length < 13) return null;
  const size = new DataView(file.buffer, file.byteOffset).getBigInt64(5, true);
  return size === -1n ? null : Number(size);
}
