/**
 * Tick files of text: TrueFX's own (`EUR/USD,20130101 22:00:00.295,bid,ask`, UTC, no header), and any
 * with a header that names time, bid and ask, with the symbol in a column or in the file's name.
 */

import { epochMs } from "../../domain/time.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Tick } from "../venue.ts";
import { readRows, type RowFormat } from "./rows.ts";
import { readInstrument, readPrice, type TickFile, TickFileError } from "./tick_file.ts";
import { readTime } from "./tick_time.ts";

/** Enough for the header and the first row of any tick file. */
const headBytes = 4_096;
const trueFxPattern = /^[A-Z]{3}\/[A-Z]{3},\d{8} \d\d:\d\d:\d\d/;
const columnNames = {
  time: ["time", "timestamp", "datetime", "date_time", "epoch_ms", "ts"],
  bid: ["bid", "bidprice", "bid_price"],
  ask: ["ask", "offer", "askprice", "ask_price"],
  symbol: ["symbol", "instrument", "pair", "ticker"],
} as const;

interface Columns {
  readonly time: number;
  readonly bid: number;
  readonly ask: number;
  /** -1 where the file's name tells it. */
  readonly symbol: number;
}

/** The tick file at a path, or `null` where its first line is that of no tick file. */
export async function csvFile(path: string): Promise<TickFile | null> {
  const lines = (await readHead(path)).split(/\r?\n/);
  const format = detectFormat(path, lines[0] ?? "");
  if (format === null) return null;
  const first = format.parse(lines[format.headerLines] ?? "");
  return {
    path,
    // A first row that is cut off or wrong is read at once, and then complained of.
    from: typeof first === "string" ? epochMs(0) : first.venueTime,
    read: () => readRows(path, readText(path), format),
  };
}

function detectFormat(path: string, firstLine: string): RowFormat | null {
  if (trueFxPattern.test(firstLine)) {
    const columns = { symbol: 0, time: 1, bid: 2, ask: 3 };
    const parse = rowParser({ columns, delimiter: ",", zone: "utc", instrument: undefined });
    return { headerLines: 0, parse };
  }
  const delimiter = [",", ";", "\t"].find((one) => firstLine.includes(one)) ?? ",";
  const columns = readHeader(firstLine.split(delimiter));
  if (columns === null) return null;
  const instrument = columns.symbol < 0 ? instrumentInName(path) : undefined;
  if (columns.symbol < 0 && instrument === undefined) {
    throw new TickFileError(path, "neither a column nor its name tells a listed symbol");
  }
  const parse = rowParser({ columns, delimiter, zone: "written", instrument });
  return { headerLines: 1, parse };
}

function readHeader(cells: readonly string[]): Columns | null {
  const names = cells.map((cell) => unquote(cell.replace(/^\uFEFF/, "")).trim().toLowerCase());
  const find = (wanted: readonly string[]) => names.findIndex((name) => wanted.includes(name));
  const columns = {
    time: find(columnNames.time),
    bid: find(columnNames.bid),
    ask: find(columnNames.ask),
    symbol: find(columnNames.symbol),
  };
  return columns.time < 0 || columns.bid < 0 || columns.ask < 0 ? null : columns;
}

/** The first listed symbol that stands by itself in the file's name. */
function instrumentInName(path: string): Instrument | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toUpperCase();
  const found = name.matchAll(/(?<![A-Z])(?=([A-Z]{3})[-_]?([A-Z]{3})(?![A-Z]))/g);
  for (const [, base = "", quote = ""] of found) {
    const instrument = readInstrument(base + quote);
    if (instrument !== undefined) return instrument;
  }
  return undefined;
}

function rowParser(format: {
  columns: Columns;
  delimiter: string;
  zone: "written" | "utc";
  /** Of every row; `undefined` where a column tells it. */
  instrument: Instrument | undefined;
}): RowFormat["parse"] {
  const { columns, delimiter, zone } = format;
  return (line): Tick | string => {
    const cells = line.split(delimiter);
    const cell = (at: number): string => unquote(cells[at] ?? "");
    const instrument = format.instrument ?? readInstrument(cell(columns.symbol));
    if (instrument === undefined) return `symbol "${cell(columns.symbol)}" is not listed`;
    const venueTime = readTime(cell(columns.time), zone);
    if (venueTime === null) {
      return `time "${cell(columns.time)}" is neither RFC 3339 with a zone nor epoch milliseconds`;
    }
    const bid = readPrice(cell(columns.bid), instrument, "bid");
    if (typeof bid === "string") return bid;
    const ask = readPrice(cell(columns.ask), instrument, "ask");
    if (typeof ask === "string") return ask;
    return { symbol: instrument.symbol, bid, ask, venueTime };
  };
}

const unquote = (cell: string): string =>
  cell.startsWith('"') && cell.endsWith('"') ? cell.slice(1, -1) : cell;

async function readHead(path: string): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(headBytes);
  const count = (await file.read(bytes)) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, count));
}

async function* readText(path: string): AsyncGenerator<string> {
  const file = await Deno.open(path);
  const decoder = new TextDecoder();
  for await (const bytes of file.readable) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}
