/** Files in every format, written by small writers from generated rows, read back exactly. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import {
  columnFromArray,
  float64,
  int32,
  int64,
  tableFromColumns,
  tableToIPC,
  timestamp,
  TimeUnit,
  utf8,
} from "@uwdata/flechette";
import { parquetWriteBuffer } from "hyparquet-writer";
import { formatPrice, type Instrument, price } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import { withFiles } from "../../testing/source_files.ts";
import { type DetectedSource, detectSource } from "./detect_source.ts";
import type { SourceFormat } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";

interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  ticks: number;
  volume: number;
}
interface Tick {
  time: number;
  bid: number;
  ask: number;
  bidVolume: number;
  askVolume: number;
}

const day = Date.UTC(2020, 2, 4);
const listing = fc.constantFrom(
  ...["EURUSD", "USDJPY", "XAUUSD"].map((one) => findInstrument(one)!),
);
const points = fc.integer({ min: 1, max: 4_000_000 });
const volume = fc.integer({ min: 0, max: 1_000_000 });

const tickRows = fc.array(
  fc.record({
    time: fc.integer({ min: day, max: day + 86_399_999 }),
    bid: points,
    ask: points,
    bidVolume: volume,
    askVolume: volume,
  }),
  { minLength: 1, maxLength: 60 },
).map((rows) => rows.toSorted((a, b) => a.time - b.time));

const barRows = fc.uniqueArray(
  fc.record({
    time: fc.integer({ min: 0, max: 1_439 }).map((minute) => day + minute * 60_000),
    open: points,
    high: points,
    low: points,
    close: points,
    ticks: volume,
    volume,
  }),
  { minLength: 2, maxLength: 60, selector: (bar) => bar.time },
).map((rows) => rows.toSorted((a, b) => a.time - b.time));

const iso = (time: number): string => new Date(time).toISOString();
const compact = (time: number): string =>
  iso(time).slice(0, 19).replaceAll(/[-:]/g, "").replace("T", " ");
const dotted = (time: number): string => iso(time).slice(0, 10).replaceAll("-", ".");
const clockOf = (time: number, length: number): string => iso(time).slice(11, 11 + length);

type Content = string | Uint8Array;
interface Writer<Row> {
  readonly format: SourceFormat;
  readonly name: (symbol: string) => string;
  readonly write: (rows: readonly Row[], text: (points: number) => string) => Content;
  readonly options?: SourceOptions;
  /** What the format has no place for. */
  readonly misses: readonly (keyof Row)[];
}

const lines = (rows: readonly string[], end = "\n"): string => rows.join(end) + end;

const tickWriters: readonly Writer<Tick>[] = [
  {
    format: "histdata-ticks",
    name: (symbol) => `DAT_ASCII_${symbol}_T_202003.csv`,
    write: (rows, text) =>
      lines(
        rows.map((one) => {
          const ms = String(one.time % 1_000).padStart(3, "0");
          return `${compact(one.time)}${ms},${text(one.bid)},${text(one.ask)},0`;
        }),
        "\r\n",
      ),
    options: { clock: "utc" },
    misses: ["bidVolume", "askVolume"],
  },
  {
    format: "mt5-ticks",
    name: (symbol) => `${symbol}_202003.csv`,
    write: (rows, text) => {
      let last: Tick | null = null;
      const written = rows.map((one) => {
        // MetaTrader leaves a side empty that did not change.
        const bid = one.bid === last?.bid ? "" : text(one.bid);
        const ask = one.ask === last?.ask ? "" : text(one.ask);
        last = one;
        return [dotted(one.time), clockOf(one.time, 12), bid, ask, "", "", "6"].join("\t");
      });
      return lines(["<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>", ...written]);
    },
    options: { clock: "utc" },
    misses: ["bidVolume", "askVolume"],
  },
  {
    format: "csv-ticks",
    name: () => "rows.txt",
    write: (rows) =>
      lines(rows.map((one) => [one.askVolume, one.ask, "", one.bid, one.time].join("|"))),
    options: {
      columns: { time: 4, bid: 3, ask: 1, askVolume: 0 },
      delimiter: "|",
      timeFormat: "epoch-ms",
    },
    misses: ["bidVolume"],
  },
  {
    format: "csv-ticks",
    name: (symbol) => `${symbol}.csv`,
    write: (rows, text) =>
      lines([
        "Gmt time;Bid;Ask;BidVolume;AskVolume",
        ...rows.map((one) => {
          const date = iso(one.time);
          const local = `${date.slice(8, 10)}.${date.slice(5, 7)}.${date.slice(0, 4)}`;
          return [
            `${local} ${clockOf(one.time, 12)}`,
            text(one.bid),
            text(one.ask),
            one.bidVolume,
            one.askVolume,
          ].join(";");
        }),
      ]),
    options: { timeFormat: "dmy", clock: "utc" },
    misses: [],
  },
  {
    format: "parquet-ticks",
    name: (symbol) => `${symbol}.parquet`,
    write: (rows, text) =>
      new Uint8Array(parquetWriteBuffer({
        rowGroupSize: 16,
        columnData: [
          { name: "timestamp", data: rows.map((one) => new Date(one.time)), type: "TIMESTAMP" },
          { name: "bid", data: rows.map((one) => Number(text(one.bid))), type: "DOUBLE" },
          { name: "ask", data: rows.map((one) => Number(text(one.ask))), type: "DOUBLE" },
          { name: "bid_volume", data: rows.map((one) => one.bidVolume), type: "DOUBLE" },
          { name: "ask_volume", data: rows.map((one) => one.askVolume), type: "DOUBLE" },
        ],
      })),
    misses: [],
  },
  {
    format: "arrow-ticks",
    name: (symbol) => `${symbol}.arrow`,
    write: (rows, text) =>
      arrowOf("stream", {
        time: columnFromArray(rows.map((one) => one.time), timestamp(TimeUnit.MICROSECOND, "UTC")),
        bid: columnFromArray(rows.map((one) => text(one.bid)), utf8()),
        ask: columnFromArray(rows.map((one) => Number(text(one.ask))), float64()),
        bid_volume: columnFromArray(rows.map((one) => one.bidVolume), float64()),
        ask_volume: columnFromArray(rows.map((one) => one.askVolume), float64()),
      }),
    misses: [],
  },
];

/** By the library's own writer, in the form that is asked for. */
const arrowOf = (format: "stream" | "file", columns: Parameters<typeof tableFromColumns>[0]) =>
  tableToIPC(tableFromColumns(columns), { format })!;

const ohlc = (bar: Bar, text: (points: number) => string): string[] =>
  [bar.open, bar.high, bar.low, bar.close].map(text);

const histDataBars = (rows: readonly Bar[], text: (points: number) => string): string =>
  lines(rows.map((bar) => [compact(bar.time), ...ohlc(bar, text), bar.volume].join(";")));

const barWriters: readonly Writer<Bar>[] = [
  {
    format: "histdata-bars",
    name: (symbol) => `DAT_ASCII_${symbol}_M1_2020.csv`,
    write: histDataBars,
    options: { clock: "utc" },
    misses: ["ticks"],
  },
  {
    format: "histdata-bars",
    name: (symbol) => `HISTDATA_COM_ASCII_${symbol}_M12020.zip`,
    write: (rows, text) =>
      zipSync({ "M1.csv": strToU8(histDataBars(rows, text)), "status.txt": strToU8("gaps") }),
    options: { clock: "utc" },
    misses: ["ticks"],
  },
  {
    format: "mt4-bars",
    name: (symbol) => `${symbol}1.csv`,
    write: (rows, text) =>
      lines(
        rows.map((bar) =>
          [dotted(bar.time), clockOf(bar.time, 5), ...ohlc(bar, text), bar.ticks].join(",")
        ),
        "\r\n",
      ),
    options: { clock: "utc" },
    misses: ["volume"],
  },
  {
    format: "mt5-bars",
    name: (symbol) => `${symbol}_M1_202003.csv`,
    write: (rows, text) => {
      const written = rows.map((bar) =>
        [
          dotted(bar.time),
          clockOf(bar.time, 8),
          ...ohlc(bar, text),
          bar.ticks,
          bar.volume,
          7,
        ].join("\t")
      );
      const names = ["DATE", "TIME", "OPEN", "HIGH", "LOW", "CLOSE", "TICKVOL", "VOL", "SPREAD"];
      const all = [names.map((name) => `<${name}>`).join("\t"), ...written];
      return utf16(lines(all, "\r\n"));
    },
    options: { clock: "utc" },
    misses: [],
  },
  {
    format: "csv-bars",
    name: (symbol) => `${symbol.toLowerCase()}-m1-bid.csv`,
    write: (rows, text) =>
      lines([
        "timestamp,open,high,low,close,volume",
        ...rows.map((bar) => [iso(bar.time), ...ohlc(bar, text), bar.volume].join(",")),
      ]),
    misses: ["ticks"],
  },
  {
    format: "parquet-bars",
    name: (symbol) => `${symbol}_M1.parquet`,
    write: (rows, text) =>
      new Uint8Array(parquetWriteBuffer({
        columnData: [
          { name: "open_time", data: rows.map((bar) => BigInt(bar.time)), type: "INT64" },
          ...(["open", "high", "low", "close"] as const).map((name) => ({
            name,
            data: rows.map((bar) => text(bar[name])),
            type: "STRING" as const,
          })),
          { name: "ticks", data: rows.map((bar) => bar.ticks), type: "INT32" },
          { name: "volume", data: rows.map((bar) => bar.volume), type: "DOUBLE" },
        ],
      })),
    options: { side: "bid" },
    misses: [],
  },
  {
    format: "arrow-bars",
    name: (symbol) => `${symbol}-bid_M1.feather`,
    write: (rows, text) =>
      arrowOf("file", {
        open_time: columnFromArray(rows.map((bar) => BigInt(bar.time)), int64()),
        ...Object.fromEntries((["open", "high", "low", "close"] as const).map((name) => [
          name,
          columnFromArray(rows.map((bar) => Number(text(bar[name]))), float64()),
        ])),
        ticks: columnFromArray(rows.map((bar) => bar.ticks), int32()),
        volume: columnFromArray(rows.map((bar) => bar.volume), float64()),
      }),
    misses: [],
  },
];

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let at = 0; at < text.length; at++) view.setUint16(2 + 2 * at, text.charCodeAt(at), true);
  return bytes;
}

async function readTicks({ files }: DetectedSource, format: SourceFormat): Promise<Tick[]> {
  const [file] = files;
  if (file?.kind !== "ticks") throw new Error("no ticks");
  assertEquals(file.format, format);
  const rows: Tick[] = [];
  for await (const { ticks, faults } of file.read()) {
    assertEquals(faults, []);
    for (let at = 0; at < ticks.length; at++) {
      rows.push({
        time: ticks.time[at]!,
        bid: ticks.bid[at]!,
        ask: ticks.ask[at]!,
        bidVolume: ticks.bidVolume?.[at] ?? 0,
        askVolume: ticks.askVolume?.[at] ?? 0,
      });
    }
  }
  return rows;
}

async function readBars({ files }: DetectedSource, format: SourceFormat): Promise<Bar[]> {
  const [file] = files;
  if (file?.kind !== "bars") throw new Error("no bars");
  assertEquals(file.format, format);
  const rows: Bar[] = [];
  for await (const { bars, faults, side, intervalMs } of file.read()) {
    assertEquals([faults, side, intervalMs], [[], "bid", 60_000]);
    for (let at = 0; at < bars.length; at++) {
      rows.push({
        time: bars.openTime[at]!,
        open: bars.open[at]!,
        high: bars.high[at]!,
        low: bars.low[at]!,
        close: bars.close[at]!,
        ticks: bars.ticks[at]!,
        volume: bars.volume?.[at] ?? 0,
      });
    }
  }
  return rows;
}

function checkWriter<Row extends Tick | Bar>(
  writer: Writer<Row>,
  rows: fc.Arbitrary<Row[]>,
  read: (source: DetectedSource, format: SourceFormat) => Promise<Row[]>,
): void {
  const what = `${writer.format} in ${writer.name("EURUSD")}`;
  Deno.test(`${what} gives back what was written`, async () => {
    await fc.assert(
      fc.asyncProperty(listing, rows, async (instrument: Instrument, rows) => {
        const { columns } = writer.options ?? {};
        const mapped = columns === undefined ? {} : {
          symbol: instrument.symbol,
          priceDecimals: instrument.pricePrecision,
        };
        const text = (points: number) => formatPrice(price(points), instrument);
        const name = writer.name(instrument.symbol);
        await withFiles({ [name]: writer.write(rows, text) }, async (folder) => {
          const source = await detectSource(folder, { ...writer.options, ...mapped });
          const missing = Object.fromEntries(
            writer.misses.map((key) => [key, key === "ticks" ? -1 : 0]),
          );
          const wanted = rows.map((row) => ({ ...row, ...missing }));
          assertEquals(await read(source, writer.format), wanted);
        });
      }),
      { numRuns: 15 },
    );
  });
}

for (const writer of tickWriters) checkWriter(writer, tickRows, readTicks);
for (const writer of barWriters) checkWriter(writer, barRows, readBars);
