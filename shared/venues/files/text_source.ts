/** Files of text as sources, from the description of their format and what the caller adds to it. */

import type { Instrument } from "../../domain/instrument.ts";
import { epochMs } from "../../domain/time.ts";
import { intervalInName, intervalOfTimes } from "./bar_interval.ts";
import { BarRows, type SideCells } from "./bar_rows.ts";
import { Cells } from "./cells.ts";
import { cotFile } from "./cot_positions.ts";
import { orderFault, timeFormatFault } from "./head_faults.ts";
import { createClock, type SourceClock, type WallClock } from "./clock.ts";
import { chooseClock, type ClockChoice, WeekendTimes } from "./detect_clock.ts";
import { ecbFile } from "./ecb_rates.ts";
import type { PositioningFile, RateFile } from "./other_files.ts";
import { mappedFormat } from "./mapped_format.ts";
import { openText, type SourceText } from "./open_text.ts";
import { type SourceFile, SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";
import { agreedInstrument, sideInName } from "./symbol_in_name.ts";
import { anyClocks, type TextFormat, textFormat } from "./text_formats.ts";
import { textBlocks } from "./text_blocks.ts";
import { readTextRows, type RowReader } from "./text_rows.ts";
import { TickRows } from "./tick_rows.ts";
import { EpochTime, type TimeCells, WrittenTime } from "./time_cells.ts";

const epochUnits = { "epoch-s": 0.001, "epoch-ms": 1, "epoch-us": 1e3, "epoch-ns": 1e6 } as const;
/** Rows looked at for the length of bars. */
const headRowsMax = 64;

interface TextOf {
  readonly path: string;
  readonly bytes: number;
  readonly text: SourceText;
  readonly format: TextFormat;
  readonly instrument: Instrument | null;
  readonly options: SourceOptions;
  readonly clock: ClockChoice | null;
}

/**
 * The text file at a path, `null` where its first line is that of no file of history, or why it is
 * not of the format that is asked for.
 * @throws SourceFileError where names and options contradict each other, or tell too little
 */
export async function textFile(
  path: string,
  bytes: number,
  options: SourceOptions = {},
): Promise<SourceFile | RateFile | PositioningFile | string | null> {
  const text = await openText(path, bytes);
  const other = options.format === undefined && options.columns === undefined
    ? ecbFile(path, bytes, text) ?? cotFile(path, bytes, text)
    : null;
  if (other !== null) return other;
  const format = formatOf(path, text.head[0] ?? "", options);
  if (format === null) return null;
  if (options.format !== undefined && format.format !== options.format) {
    return `its first line is that of ${format.format}, not ${options.format}`;
  }
  const instrument = agreedInstrument(path, { ...options, innerName: text.innerName });
  if (instrument === null && (format.kind === "bars" || format.cells.symbol === undefined)) {
    throw new SourceFileError(path, "neither a column nor its name tells a listed symbol");
  }
  const clock = await clockOf(path, { text, format, instrument, options });
  const of: TextOf = { path, bytes, text, format, instrument, options, clock };
  checkHead(of);
  return fileOf(of);
}

const fileOf = (of: TextOf): SourceFile => of.format.kind === "ticks" ? tickFile(of) : barFile(of);

function formatOf(path: string, firstLine: string, options: SourceOptions): TextFormat | null {
  const { columns, timeFormat, delimiter, headerLines, format } = options;
  if (columns !== undefined) return mappedFormat(path, firstLine, { ...options, columns });
  const found = textFormat(firstLine, format);
  if (found === null) return null;
  return {
    ...found,
    delimiter: delimiter ?? found.delimiter,
    headerLines: headerLines ?? found.headerLines,
    timeFormat: timeFormat ?? found.timeFormat,
  };
}

async function clockOf(
  path: string,
  of: Omit<TextOf, "path" | "bytes" | "clock">,
): Promise<ClockChoice | null> {
  const { format, instrument, options } = of;
  const [usual, ...others] = format.clocks;
  const { clock } = options;
  if (clock !== undefined && clock !== "detect") {
    return { clock: checkedClock(path, clock), why: "as asked" };
  }
  if (clock === undefined && usual === undefined) return null;
  if (clock === undefined && others.length === 0) {
    return { clock: usual!, why: `${format.format} is always in it` };
  }
  const candidates = usual === undefined ? anyClocks : [usual, ...others] as const;
  return chooseClock(await weekendTimes(path, of), candidates, instrument?.symbol ?? null);
}

/** Said once for the file, instead of for each of its rows. */
function checkHead(of: TextOf): void {
  const { headerLines } = of.format;
  const times = headTimes(of);
  const fault = times.length > 0 ? orderFault(times) : zoneFault(of) ?? timeFormatFault(
    headCells(of)(of.text.head[headerLines] ?? "").text(of.format.cells.time!),
  );
  if (fault !== null) throw new SourceFileError(of.path, fault, { row: headerLines + 1 });
}

function zoneFault(of: TextOf): string | null {
  const usual = { ...of, clock: { clock: "utc", why: "" } };
  if (of.clock !== null || headTimes(usual).length === 0) return null;
  return "its times name no zone: say its clock, such as utc, -05:00 or America/New_York, or detect";
}

/** Splits a line of the head. */
function headCells({ format }: TextOf): (line: string) => Cells {
  const cells = new Cells(format.delimiter);
  return (line) => {
    const bytes = new TextEncoder().encode(line);
    cells.split(bytes, 0, bytes.length);
    return cells;
  };
}

function checkedClock(path: string, clock: SourceClock): SourceClock {
  try {
    createClock(clock);
    return clock;
  } catch (cause) {
    throw new SourceFileError(path, (cause as RangeError).message, { cause });
  }
}

/** Reads the whole file once, times only. */
async function weekendTimes(
  path: string,
  { text, format }: { text: SourceText; format: TextFormat },
): Promise<WeekendTimes> {
  const times = new WeekendTimes();
  const time = timeCells(format, createClock("utc"));
  const cells = new Cells(format.delimiter);
  let line = 0;
  for await (const { bytes, end } of textBlocks(path, text.read(), () => line)) {
    for (let at = 0; at < end;) {
      at = cells.split(bytes, at, end);
      line++;
      if (line > format.headerLines && time.read(cells) === null) times.see(time.ms);
    }
  }
  return times;
}

function timeCells({ cells, timeFormat }: TextFormat, clock: WallClock | null): TimeCells {
  const cell = cells.time!;
  if (timeFormat === "iso" || timeFormat === "dmy" || timeFormat === "mdy") {
    const order = timeFormat === "iso" ? "ymd" : timeFormat;
    return new WrittenTime({ cell, timeCell: cells.timeOfDay ?? null, clock, order });
  }
  return new EpochTime(cell, epochUnits[timeFormat]);
}

const clockFor = ({ clock }: TextOf): WallClock | null =>
  clock === null ? null : createClock(clock.clock);

function base(of: TextOf) {
  const { path, bytes, format, clock } = of;
  const isUnclear = clock?.alike !== undefined;
  // A first row that is cut off or wrong counts as old: it is read at once, and then complained of.
  const from = epochMs(headTimes(of)[0] ?? 0);
  return {
    path,
    bytes,
    format: format.format,
    from,
    ...(clock === null ? {} : { clock }),
    ...(isUnclear ? { byClock: (other: ClockChoice) => fileOf({ ...of, clock: other }) } : {}),
  };
}

function headTimes(of: TextOf): number[] {
  const { format, text } = of;
  const time = timeCells(format, clockFor(of));
  const cellsOf = headCells(of);
  const lines = text.head.slice(format.headerLines, format.headerLines + headRowsMax);
  const times: number[] = [];
  for (const line of lines) {
    if (time.read(cellsOf(line)) === null) times.push(time.ms);
    else if (times.length === 0) return [];
  }
  return times;
}

/** How a file's chunks are read: from its beginning, or its last lines alone. */
function readersOf<Chunk>(of: TextOf, readerOf: (time: TimeCells) => RowReader<Chunk>) {
  const { path, format, text } = of;
  const { delimiter } = format;
  const { bytesOf, tail } = text;
  const rows = (pieces: AsyncIterable<Uint8Array>, headerLines: number) => {
    const clock = clockFor(of);
    const reader = readerOf(timeCells(format, clock));
    return readTextRows(pieces, { path, delimiter, headerLines, reader, clock, bytesOf });
  };
  return {
    read: (signal?: AbortSignal) => rows(text.read(signal), format.headerLines),
    ...(tail === null ? {} : { tail: () => rows(tail(), 0) }),
  };
}

function tickFile(of: TextOf): SourceFile {
  const { path, format, instrument } = of;
  const { bid, ask, bidVolume, askVolume, symbol } = format.cells;
  const layout = {
    path,
    bid: bid!,
    ask: ask!,
    bidVolume: bidVolume ?? null,
    askVolume: askVolume ?? null,
    carries: format.carries,
    priceDecimals: of.options.priceDecimals ?? null,
    symbol: symbol ?? null,
    symbols: of.options.symbols,
    instrument,
  };
  return {
    ...base(of),
    kind: "ticks",
    ...readersOf(of, (time) => new TickRows({ ...layout, time })),
  };
}

function barFile(of: TextOf): SourceFile {
  const { path, format, options, instrument } = of;
  const intervalMs = options.intervalMs ??
    (format.format === "histdata-bars" ? 60_000 : intervalInName(path)) ??
    intervalOfTimes(headTimes(of));
  if (intervalMs === null) {
    throw new SourceFileError(path, "neither its name nor its rows tell how long its bars are");
  }
  const sides = format.sides.map(({ side, cells }): SideCells => ({
    side: options.side ?? side ?? sideInName(path),
    open: cells.open!,
    high: cells.high!,
    low: cells.low!,
    close: cells.close!,
    volume: cells.volume ?? null,
    ticks: cells.ticks ?? null,
  }));
  const layout = {
    sides,
    instrument: instrument!,
    intervalMs,
    priceDecimals: options.priceDecimals ?? null,
  };
  return {
    ...base(of),
    kind: "bars",
    sides: sides.map(({ side }) => side),
    ...readersOf(of, (time) => new BarRows({ ...layout, time })),
  };
}
