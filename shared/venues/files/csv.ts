/**
 * Tick files of text: TrueFX's own (`EUR/USD,20130101 22:00:00.295,bid,ask`, UTC, no header), and any
 * with a header that names time, bid and ask, with the symbol in a column or in the file's name.
 */

import type { Instrument } from "../../domain/instrument.ts";
import { epochMs } from "../../domain/time.ts";
import { Cells } from "./cells.ts";
import { readHead } from "./head.ts";
import { instrumentInName } from "./symbol_in_name.ts";
import { type SourceFile, SourceFileError, type TickSourceFile } from "./source_file.ts";
import { fileBytes } from "./text_blocks.ts";
import { readTextRows } from "./text_rows.ts";
import { type TickLayout, TickRows } from "./tick_rows.ts";
import { utcClock, WrittenTime } from "./time_cells.ts";

const trueFxPattern = /^[A-Z]{3}\/[A-Z]{3},\d{8} \d\d:\d\d:\d\d/;
const columnNames = {
  time: ["time", "timestamp", "datetime", "date_time", "epoch_ms", "ts"],
  bid: ["bid", "bidprice", "bid_price"],
  ask: ["ask", "offer", "askprice", "ask_price"],
  bidVolume: ["bidvolume", "bid_volume", "bidsize", "bid_size"],
  askVolume: ["askvolume", "ask_volume", "asksize", "ask_size"],
  symbol: ["symbol", "instrument", "pair", "ticker"],
} as const;

interface TickText {
  readonly format: "truefx" | "csv-ticks";
  readonly delimiter: string;
  readonly headerLines: number;
  /** Made anew for each reading: it remembers what it read. */
  layout(): TickLayout;
}

/** The tick file at a path, or `null` where its first line is that of no tick file. */
export async function csvFile(path: string, bytes: number): Promise<SourceFile | null> {
  const lines = await readHead(path);
  const text = detectText(path, lines[0] ?? "");
  if (text === null) return null;
  const { delimiter, headerLines } = text;
  const file: TickSourceFile = {
    kind: "ticks",
    format: text.format,
    path,
    bytes,
    from: epochMs(firstTime(text, lines[headerLines] ?? "")),
    read: (signal) => {
      const reader = new TickRows(text.layout());
      return readTextRows(fileBytes(path, signal), { path, delimiter, headerLines, reader });
    },
  };
  return file;
}

/** A first row that is cut off or wrong counts as old: the file is read at once, and then complained of. */
function firstTime(text: TickText, line: string): number {
  const bytes = new TextEncoder().encode(line);
  const cells = new Cells(text.delimiter);
  cells.split(bytes, 0, bytes.length);
  const { time } = text.layout();
  return time.read(cells) === null ? time.ms : 0;
}

function detectText(path: string, firstLine: string): TickText | null {
  const instrument = instrumentInName(path) ?? null;
  if (trueFxPattern.test(firstLine)) {
    const cells = { symbol: 0, bid: 2, ask: 3, bidVolume: null, askVolume: null };
    const layout = () => ({ path, ...cells, instrument, time: new WrittenTime(1, utcClock) });
    return { format: "truefx", delimiter: ",", headerLines: 0, layout };
  }
  const delimiter = [",", ";", "\t"].find((one) => firstLine.includes(one)) ?? ",";
  const columns = readHeader(firstLine, delimiter);
  if (columns === null) return null;
  checkSymbol(path, columns.symbol, instrument);
  const { time, ...cells } = columns;
  const layout = () => ({ path, ...cells, instrument, time: new WrittenTime(time, null) });
  return { format: "csv-ticks", delimiter, headerLines: 1, layout };
}

function checkSymbol(path: string, column: number | null, instrument: Instrument | null): void {
  if (column === null && instrument === null) {
    throw new SourceFileError(path, "neither a column nor its name tells a listed symbol");
  }
}

function readHeader(line: string, delimiter: string) {
  const bytes = new TextEncoder().encode(line);
  const cells = new Cells(delimiter);
  cells.split(bytes, 0, bytes.length);
  const names = Array.from({ length: cells.count }, (_, at) => cells.text(at).toLowerCase());
  const find = (wanted: readonly string[]) => {
    const at = names.findIndex((name) => wanted.includes(name));
    return at < 0 ? null : at;
  };
  const { time, bid, ask } = columnNames;
  const needed = [find(time), find(bid), find(ask)] as const;
  if (needed[0] === null || needed[1] === null || needed[2] === null) return null;
  return {
    time: needed[0],
    bid: needed[1],
    ask: needed[2],
    bidVolume: find(columnNames.bidVolume),
    askVolume: find(columnNames.askVolume),
    symbol: find(columnNames.symbol),
  };
}
