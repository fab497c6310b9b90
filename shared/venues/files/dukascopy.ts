/**
 * Dukascopy's files: `<SYMBOL>/<year>/<month from 00>/<day>/` with hours of ticks,
 * `<hour>h_ticks.bi5`, and days of minute bars, `BID_candles_min_1.bi5` and its ask. LZMA-alone over
 * big-endian records; an empty file is a time without ticks.
 */

import { decompress } from "@napi-rs/lzma/lzma";
import { epochMs } from "../../domain/time.ts";
import { readDukascopyBars } from "./dukascopy_bars.ts";
import { readDukascopyTicks } from "./dukascopy_ticks.ts";
import { type SourceFile, SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";
import { readInstrument } from "./symbol_names.ts";
import { checkAsked } from "./symbol_in_name.ts";
import { utcDate } from "./wall_time.ts";
import type { RecordsOf } from "./dukascopy_records.ts";

const pathPattern =
  /\/([A-Z0-9]{6,12})\/(\d{4})\/(\d\d)\/(\d\d)\/(?:(\d\d)h_ticks|(BID|ASK)_candles_min_1)\.bi5$/i;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Records of one file: an hour has some ten thousand ticks, a day 1,440 bars. */
const inflatedBytesMax = 64 * 1024 ** 2;
/** The LZMA header: properties, size of the dictionary, size of the contents. */
const headerBytes = 13;

/** The Dukascopy file at a path, or `null` where the path is none or its symbol is not listed. */
export function dukascopyFile(
  path: string,
  bytes: number,
  { symbol, symbols }: SourceOptions = {},
): SourceFile | null {
  const match = pathPattern.exec(path);
  const instrument = readInstrument(match?.[1] ?? "", symbols);
  if (match === null || instrument === undefined) return null;
  checkAsked(path, instrument, symbol);
  const [year, month, day, hour] = match.slice(2, 6).map((text) => Number(text ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  const midnight = utcDate(year, month + 1, day);
  if (midnight === null || month > 11 || hour > 23) {
    throw new SourceFileError(path, "its folders are no date; months run from 00 to 11");
  }
  const from = epochMs(midnight + hour * hourMs);
  const of: RecordsOf = { path, instrument, from, bytes };
  const covers = { from, to: from + (match[5] === undefined ? dayMs : hourMs) };
  const side = match[6]?.toLowerCase() as "bid" | "ask" | undefined;
  if (side === undefined) {
    const read = (signal?: AbortSignal) => readDukascopyTicks(of, inflate(path, signal));
    return { path, from, bytes, covers, kind: "ticks", format: "dukascopy-ticks", read };
  }
  const read = (signal?: AbortSignal) => readDukascopyBars(of, side, inflate(path, signal));
  return { path, from, bytes, covers, kind: "bars", sides: [side], format: "dukascopy-bars", read };
}

async function inflate(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const file = await Deno.readFile(path);
  if (file.length === 0) return file;
  const stated = statedBytes(file);
  if (stated === null) throw new SourceFileError(path, "it is not LZMA, or is cut off");
  if (stated === unstated) {
    // Without it, nothing would bound what a small file may become.
    throw new SourceFileError(path, "its header does not state its size, as the vendor's do");
  }
  if (stated > inflatedBytesMax) {
    throw new SourceFileError(path, `it inflates to ${stated} bytes, beyond any such file`);
  }
  try {
    const records = await decompress(file);
    if (records.length === stated) return records;
    throw new RangeError(`it holds ${records.length} bytes, and says ${stated}`);
  } catch (cause) {
    throw new SourceFileError(path, "it is not LZMA, or is cut off or corrupt", { cause });
  }
}

/** Whether bytes are records that can be read, or none: what a download must be to be kept. */
export async function isDukascopyFile(file: Uint8Array, recordBytes: number): Promise<boolean> {
  if (file.length === 0) return true;
  const stated = statedBytes(file);
  if (stated === null || stated > inflatedBytesMax || stated % recordBytes !== 0) return false;
  try {
    return (await decompress(file)).length === stated;
  } catch {
    return false;
  }
}

/** All ones in the header: the contents end where a marker says. */
const unstated = 2 ** 64;

/** What the header says the contents measure; `null` for no header. */
function statedBytes(file: Uint8Array): number | null {
  if (file.length < headerBytes || file[0]! >= 9 * 5 * 5) return null;
  return Number(new DataView(file.buffer, file.byteOffset).getBigUint64(5, true));
}
