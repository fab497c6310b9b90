/**
 * QuantConnect Lean's zips, one CSV in each, in UTC: `tick`, `second` and `minute` by symbol and day
 * (`<yyyymmdd>_quote.zip`), `hour` and `daily` one file a symbol. Bars stand beside each other, bid
 * and ask.
 */

import type { Instrument } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import { type EpochMs, epochMs } from "../../domain/time.ts";
import { BarRows, type SideCells } from "./bar_rows.ts";
import type { BarChunk, SourceFile, TickChunk } from "./source_file.ts";
import { SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";
import { checkAsked } from "./symbol_in_name.ts";
import { readTextRows, type RowReader } from "./text_rows.ts";
import { TickRows } from "./tick_rows.ts";
import { createClock } from "./clock.ts";
import { MsOfDay, WrittenTime } from "./time_cells.ts";
import { utcDate } from "./wall_time.ts";
import { openZipText } from "./zip_text.ts";

const dayPattern = /\/(?:(tick|second|minute)\/)?([a-z]{6})\/(\d{4})(\d\d)(\d\d)_quote\.zip$/i;
const wholePattern = /\/(hour|daily)\/([a-z]{6})\.zip$/i;

const dayMs = 86_400_000;
const intervals = { second: 1_000, minute: 60_000, hour: 3_600_000, daily: 86_400_000 } as const;
type Resolution = "tick" | keyof typeof intervals;

interface LeanOf {
  readonly path: string;
  readonly bytes: number;
  readonly resolution: Resolution;
  readonly instrument: Instrument;
  /** Midnight of the file's day; `null` for files of all days. */
  readonly midnight: EpochMs | null;
}

/** The Lean file at a path, or `null` where the path is none or its symbol is not listed. */
export function leanFile(
  path: string,
  bytes: number,
  { symbol }: SourceOptions = {},
): SourceFile | null {
  const of = leanOf(path, bytes);
  if (of === null) return null;
  checkAsked(path, of.instrument, symbol);
  const { midnight } = of;
  const base = midnight === null
    ? { path, bytes, from: epochMs(0) }
    : { path, bytes, from: midnight, covers: { from: midnight, to: midnight + dayMs } };
  if (of.resolution === "tick") {
    const read = (signal?: AbortSignal) => readRows(of, tickRows(of), signal);
    return { ...base, kind: "ticks", format: "lean-ticks", read };
  }
  const read = (signal?: AbortSignal) => readRows(of, barRows(of), signal);
  return { ...base, kind: "bars", sides: ["bid", "ask"], format: "lean-bars", read };
}

function leanOf(path: string, bytes: number): LeanOf | null {
  const day = dayPattern.exec(path);
  const match = day ?? wholePattern.exec(path);
  const instrument = findInstrument(match?.[2]?.toUpperCase() ?? "");
  if (match === null || instrument === undefined) return null;
  const resolution = (match[1]?.toLowerCase() ?? "tick") as Resolution;
  const midnight = day === null ? null : utcDate(Number(day[3]), Number(day[4]), Number(day[5]));
  if (day !== null && midnight === null) throw new SourceFileError(path, "its name is no date");
  return { path, bytes, resolution, instrument, midnight };
}

async function* readRows<Chunk extends TickChunk | BarChunk>(
  of: LeanOf,
  reader: RowReader<Chunk>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk> {
  const { path, resolution } = of;
  const symbol = of.instrument.symbol.toLowerCase();
  // The name inside tells the pair and the resolution too: a zip put in the wrong folder shows.
  const name = of.midnight === null
    ? new RegExp(`^${symbol}\\.csv$`, "i")
    : new RegExp(`(^|_)${symbol}_${resolution}_quote\\.csv$`, "i");
  const wanted = `CSV of ${resolution} quotes of ${of.instrument.symbol}`;
  const text = await openZipText(path, [name], wanted);
  const bytesOf = (count: number) => Math.round((of.bytes * count) / Math.max(1, text.bytes));
  yield* readTextRows(text.read(signal), { path, delimiter: ",", headerLines: 0, reader, bytesOf });
}

function tickRows({ path, instrument, midnight }: LeanOf): TickRows {
  const time = new MsOfDay(midnight!);
  const volumes = { bidVolume: null, askVolume: null };
  return new TickRows({ path, time, bid: 1, ask: 2, ...volumes, symbol: null, instrument });
}

const sideCells = (side: "bid" | "ask", at: number): SideCells => ({
  side,
  open: at,
  high: at + 1,
  low: at + 2,
  close: at + 3,
  volume: at + 4,
  ticks: null,
});

function barRows({ instrument, midnight, resolution }: LeanOf): BarRows {
  return new BarRows({
    time: midnight === null
      ? new WrittenTime({ cell: 0, clock: createClock("utc") })
      : new MsOfDay(midnight),
    sides: [sideCells("bid", 1), sideCells("ask", 6)],
    instrument,
    intervalMs: intervals[resolution as keyof typeof intervals],
    sidesMayMiss: true,
  });
}
