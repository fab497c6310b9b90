/** Text formats by their first line: which cells hold what, by which clock. */

import type { BarSide } from "../../domain/bar.ts";
import { Cells } from "./cells.ts";
import { clockNames, type SourceClock } from "./clock.ts";
import type { SourceFormat } from "./source_file.ts";
import type { ColumnRole, TimeFormat } from "./source_options.ts";

/** Cell of each role; absent where the row has none. */
export type CellsByRole = Partial<Record<ColumnRole, number>>;

export interface TextFormat {
  readonly format: SourceFormat;
  readonly kind: "ticks" | "bars";
  readonly delimiter: string;
  readonly headerLines: number;
  /** Of ticks, and what bars share. */
  readonly cells: CellsByRole;
  /** Of bars: open, high, low, close of each side; `null` for a side that the file does not tell. */
  readonly sides: readonly { readonly side: BarSide | null; readonly cells: CellsByRole }[];
  readonly timeFormat: TimeFormat;
  /** Clocks it may have, the usual one first; empty where its times name their zone. */
  readonly clocks: readonly SourceClock[];
  readonly carries: boolean;
}

const bars = (at: number): CellsByRole => ({ open: at, high: at + 1, low: at + 2, close: at + 3 });
const plain = {
  delimiter: ",",
  headerLines: 0,
  timeFormat: "iso",
  sides: [],
  carries: false,
} as const;

/** HistData documents UTC-5 without summer time; real files disagree by year. */
const histDataClocks = ["utc-5", "new-york", "utc-5-eu-dates", "utc"];
const metaTraderClocks = ["metatrader", "Europe/Helsinki", "+02:00", "+03:00", "utc"];
/** Asked for clocks of a file that says nothing of itself. */
export const anyClocks: readonly [SourceClock, ...SourceClock[]] = [
  "utc",
  ...Object.keys(clockNames),
  "Europe/Helsinki",
  "+02:00",
  "+03:00",
];

const byFirstLine: readonly (readonly [RegExp, TextFormat])[] = [
  [/^[A-Z]{3}\/[A-Z]{3},\d{8} \d\d:\d\d:\d\d/, {
    ...plain,
    format: "truefx",
    kind: "ticks",
    cells: { symbol: 0, time: 1, bid: 2, ask: 3 },
    clocks: ["utc"],
  }],
  [/^\d{8} \d{9},/, {
    ...plain,
    format: "histdata-ticks",
    kind: "ticks",
    cells: { time: 0, bid: 1, ask: 2 },
    clocks: histDataClocks,
  }],
  [/^\d{8} \d{6};/, {
    ...plain,
    format: "histdata-bars",
    kind: "bars",
    delimiter: ";",
    cells: { time: 0 },
    sides: [{ side: "bid", cells: { ...bars(1), volume: 5 } }],
    clocks: histDataClocks,
  }],
  [/^\d{4}\.\d\d\.\d\d,\d\d:\d\d,/, {
    ...plain,
    format: "mt4-bars",
    kind: "bars",
    cells: { time: 0, timeOfDay: 1 },
    sides: [{ side: "bid", cells: { ...bars(2), ticks: 6 } }],
    clocks: metaTraderClocks,
  }],
];

const delimiters = ["\t", ";", ",", "|"] as const;

/** The format a first line shows, or the one that is asked for; `null` where it is none. */
export function textFormat(firstLine: string, wanted?: SourceFormat): TextFormat | null {
  if (wanted !== undefined) {
    const known = byFirstLine.find(([, { format }]) => format === wanted);
    if (known !== undefined) return known[1];
  }
  for (const [pattern, format] of wanted === undefined ? byFirstLine : []) {
    if (pattern.test(firstLine)) return format;
  }
  const delimiter = delimiters.find((one) => firstLine.includes(one)) ?? ",";
  const isMetaTrader = /^"?<DATE>/i.test(firstLine);
  return formatOfHeader(headerNames(firstLine, delimiter), { delimiter, isMetaTrader });
}

/** Names in a header as they are compared: letters and digits only, in small letters. */
export function headerNames(line: string, delimiter: string): string[] {
  const bytes = new TextEncoder().encode(line);
  const cells = new Cells(delimiter);
  cells.split(bytes, 0, bytes.length);
  return Array.from({ length: cells.count }, (_, at) => plainName(cells.text(at)));
}

export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

const names: Readonly<Record<Exclude<ColumnRole, "timeOfDay">, readonly string[]>> = {
  time: [
    ...["time", "timestamp", "datetime", "epochms", "ts", "date", "gmttime", "localtime", "utc"],
    "opentime",
  ],
  symbol: ["symbol", "instrument", "pair", "ticker"],
  bid: ["bid", "bidprice"],
  ask: ["ask", "offer", "askprice"],
  bidVolume: ["bidvolume", "bidsize"],
  askVolume: ["askvolume", "asksize"],
  open: ["open", "o"],
  high: ["high", "h"],
  low: ["low", "l"],
  close: ["close", "c"],
  volume: ["volume", "vol", "v"],
  ticks: ["tickvol", "ticks", "tickvolume", "tickqty"],
};

export function formatOfHeader(
  header: readonly string[],
  { delimiter, isMetaTrader }: { delimiter: string; isMetaTrader: boolean },
): TextFormat | null {
  const cells = cellsOfHeader(header);
  if (cells.time === undefined) return null;
  const shared = {
    delimiter,
    headerLines: 1,
    timeFormat: "iso",
    clocks: isMetaTrader ? metaTraderClocks : [],
    cells,
  } as const;
  if (cells.bid !== undefined && cells.ask !== undefined) {
    const format = isMetaTrader ? "mt5-ticks" : "csv-ticks";
    return { ...shared, format, kind: "ticks", sides: [], carries: isMetaTrader };
  }
  const sides = sidesOfHeader(header, cells, isMetaTrader);
  if (sides.length === 0) return null;
  const format = isMetaTrader ? "mt5-bars" : "csv-bars";
  return { ...shared, format, kind: "bars", sides, carries: false };
}

function cellsOfHeader(header: readonly string[]): CellsByRole {
  const cells: CellsByRole = {};
  for (const [role, wanted] of Object.entries(names) as [keyof typeof names, string[]][]) {
    const at = header.findIndex((name) => wanted.includes(name));
    if (at >= 0) cells[role] = at;
  }
  const date = header.indexOf("date");
  const time = header.indexOf("time");
  return date >= 0 && time >= 0 ? { ...cells, time: date, timeOfDay: time } : cells;
}

function sidesOfHeader(
  header: readonly string[],
  cells: CellsByRole,
  isMetaTrader: boolean,
): TextFormat["sides"] {
  const has = (side: CellsByRole) =>
    side.open !== undefined && side.high !== undefined &&
    side.low !== undefined && side.close !== undefined;
  if (has(cells)) return [{ side: isMetaTrader ? "bid" : null, cells }];
  return (["bid", "ask", "mid"] as const)
    .map((side) => ({ side, cells: sideCells(header, side) }))
    .filter(({ cells }) => has(cells));
}

/** `BidOpen`, `bid_open` or `OpenBid`, and so on. */
function sideCells(header: readonly string[], side: BarSide): CellsByRole {
  const cells: CellsByRole = {};
  for (const role of ["open", "high", "low", "close", "volume"] as const) {
    const at = header.findIndex((name) => name === side + role || name === role + side);
    if (at >= 0) cells[role] = at;
  }
  return cells;
}
