/** Bars of both sides, as Lean, Dukascopy, FXCM and CSV headers hold them, written and read back. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { compress } from "lzma1";
import { formatPrice, type Instrument, price } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import { type BarChunk, SourceFileError, type SourceFormat } from "./source_file.ts";

type Prices = [open: number, high: number, low: number, close: number];
interface Row {
  time: number;
  bid: Prices;
  ask: Prices;
}
type Files = Record<string, string | Uint8Array>;

const day = Date.UTC(2020, 2, 4);
const listing = fc.constantFrom(
  ...["EURUSD", "USDJPY", "XAUUSD"].map((one) => findInstrument(one)!),
);
const points = fc.integer({ min: 1, max: 4_000_000 });
const prices = fc.tuple(points, points, points, points) as fc.Arbitrary<Prices>;

/** Rows at different multiples of an interval within a stretch. */
const rowsOf = (intervalMs: number, spanMs: number): fc.Arbitrary<Row[]> =>
  fc.uniqueArray(
    fc.record({
      time: fc.integer({ min: 0, max: spanMs / intervalMs - 1 })
        .map((at) => day + at * intervalMs),
      bid: prices,
      ask: prices,
    }),
    { minLength: 2, maxLength: 50, selector: (row) => row.time },
  ).map((rows) => rows.toSorted((a, b) => a.time - b.time));

interface Writer {
  readonly name: string;
  readonly format: SourceFormat;
  readonly intervalMs: number;
  readonly spanMs: number;
  readonly write: (rows: readonly Row[], instrument: Instrument) => Files;
}

const texts = (bar: Prices, instrument: Instrument): string[] =>
  bar.map((points) => formatPrice(price(points), instrument));

const leanRow = (time: string | number, { bid, ask }: Row, instrument: Instrument): string =>
  [time, ...texts(bid, instrument), 3, ...texts(ask, instrument), 4].join(",");

const leanDays = (["second", "minute"] as const).map((resolution): Writer => ({
  name: `Lean's ${resolution} zips`,
  format: "lean-bars",
  intervalMs: resolution === "second" ? 1_000 : 60_000,
  spanMs: 86_400_000,
  write: (rows, instrument) => {
    const symbol = instrument.symbol.toLowerCase();
    const csv = rows.map((row) => leanRow(row.time - day, row, instrument)).join("\n");
    return {
      [`${resolution}/${symbol}/20200304_quote.zip`]: zipSync({
        [`20200304_${symbol}_${resolution}_quote.csv`]: strToU8(csv),
      }),
    };
  },
}));

const leanWholes = (["hour", "daily"] as const).map((resolution): Writer => ({
  name: `Lean's ${resolution} zips`,
  format: "lean-bars",
  intervalMs: resolution === "hour" ? 3_600_000 : 86_400_000,
  spanMs: 200 * 86_400_000,
  write: (rows, instrument) => {
    const symbol = instrument.symbol.toLowerCase();
    const csv = rows.map((row) => {
      const iso = new Date(row.time).toISOString();
      const time = `${iso.slice(0, 10).replaceAll("-", "")} ${iso.slice(11, 16)}`;
      return leanRow(time, row, instrument);
    }).join("\r\n");
    return { [`${resolution}/${symbol}.zip`]: zipSync({ [`${symbol}.csv`]: strToU8(csv) }) };
  },
}));

const candles = (rows: readonly Row[], side: "bid" | "ask"): Uint8Array => {
  const view = new DataView(new ArrayBuffer(24 * rows.length));
  rows.forEach((row, at) => {
    const [open, high, low, close] = row[side];
    const record = [(row.time - day) / 1_000, open, close, low, high];
    record.forEach((value, field) => view.setUint32(24 * at + 4 * field, value));
    view.setFloat32(24 * at + 20, side === "bid" ? 3 : 4);
  });
  return new Uint8Array(compress(new Uint8Array(view.buffer)));
};

const csvOf = (rows: readonly Row[], side: "bid" | "ask", instrument: Instrument): string =>
  [
    "timestamp,open,high,low,close,volume",
    ...rows.map((row) =>
      [
        new Date(row.time).toISOString().replace("T", " ").replace("Z", "+00:00"),
        ...texts(row[side], instrument),
        side === "bid" ? 3 : 4,
      ].join(",")
    ),
  ].join("\n");

const writers: readonly Writer[] = [
  ...leanDays,
  ...leanWholes,
  {
    name: "Dukascopy's candle files",
    format: "dukascopy-bars",
    intervalMs: 60_000,
    spanMs: 86_400_000,
    write: (rows, instrument) => ({
      [`${instrument.symbol}/2020/02/04/BID_candles_min_1.bi5`]: candles(rows, "bid"),
      [`${instrument.symbol}/2020/02/04/ASK_candles_min_1.bi5`]: candles(rows, "ask"),
    }),
  },
  {
    name: "FXCM's two files",
    format: "fxcm-bars",
    intervalMs: 60_000,
    spanMs: 30 * 86_400_000,
    write: (rows, instrument) => ({
      [`${instrument.symbol}-m1-bid-2020.csv`]: csvOf(rows, "bid", instrument),
      [`${instrument.symbol}-m1-ask-2020.csv`]: csvOf(rows, "ask", instrument),
    }),
  },
  {
    name: "a CSV with bid and ask columns",
    format: "csv-bars",
    intervalMs: 60_000,
    spanMs: 86_400_000,
    write: (rows, instrument) => ({
      [`${instrument.symbol}_M1.csv`]: [
        "DateTime,BidOpen,BidHigh,BidLow,BidClose,BidVolume,AskOpen,AskHigh,AskLow,AskClose,AskVolume",
        ...rows.map((row) => leanRow(new Date(row.time).toISOString(), row, instrument)),
      ].join("\n"),
    }),
  },
];

/** All chunks of all files, which must be of one format and without faults. */
async function readChunks(folder: string, format: SourceFormat): Promise<BarChunk[]> {
  const chunks: BarChunk[] = [];
  for (const file of (await detectSource(folder)).files) {
    assertEquals([file.kind, file.format], ["bars", format]);
    if (file.kind === "bars") chunks.push(...await Array.fromAsync(file.read()));
  }
  return chunks;
}

function barsOf(chunks: readonly BarChunk[], side: "bid" | "ask", intervalMs: number) {
  const rows: { time: number; prices: Prices; volume: number | undefined }[] = [];
  for (const chunk of chunks) {
    assertEquals([chunk.faults, chunk.intervalMs], [[], intervalMs]);
    if (chunk.side !== side) continue;
    const { openTime, open, high, low, close, volume } = chunk.bars;
    for (let at = 0; at < chunk.bars.length; at++) {
      rows.push({
        time: openTime[at]!,
        prices: [open[at]!, high[at]!, low[at]!, close[at]!],
        volume: volume?.[at],
      });
    }
  }
  return rows;
}

for (const { name, format, intervalMs, spanMs, write } of writers) {
  Deno.test(`${name} give back what was written, bid and ask`, async () => {
    await fc.assert(
      fc.asyncProperty(listing, rowsOf(intervalMs, spanMs), async (instrument, rows) => {
        // The step of rows tells a CSV's interval only where two of them are neighbours.
        rows[1]!.time = rows[0]!.time + intervalMs;
        const ordered = rows.filter((row, at) => at < 2 || row.time > rows[1]!.time);
        await withFiles(write(ordered, instrument), async (folder) => {
          const chunks = await readChunks(folder, format);
          for (const side of ["bid", "ask"] as const) {
            const volume = side === "bid" ? 3 : 4;
            const wanted = ordered.map((row) => ({ time: row.time, prices: row[side], volume }));
            assertEquals(barsOf(chunks, side, intervalMs), wanted);
          }
        });
      }),
      { numRuns: 12 },
    );
  });
}

const pair = findInstrument("EURUSD")!;
const row = (minute: number): Row => ({
  time: day + minute * 60_000,
  bid: [110_000, 110_000, 110_000, 110_000],
  ask: [110_010, 110_010, 110_010, 110_010],
});

Deno.test("a bar that FXCM has on one side only is kept, and told with its file and row", async () => {
  const files = {
    "EURUSD-m1-bid.csv": csvOf([row(0), row(1), row(2)], "bid", pair),
    "EURUSD-m1-ask.csv": csvOf([row(0), row(2), row(3)], "ask", pair),
  };
  await withFiles(files, async (folder) => {
    const chunks = await readChunks(folder, "fxcm-bars");
    assertEquals(chunks.reduce((sum, chunk) => sum + chunk.bars.length, 0), 6);
    const told = chunks.flatMap((chunk) =>
      (chunk.notes ?? []).map(({ row, text }) => [chunk.path!.split("/").at(-1), row, text])
    );
    const lone = (side: string, other: string) => `the ${side} bar has no other side in ${other}`;
    assertEquals(told, [
      ["EURUSD-m1-bid.csv", 3, lone("bid", "EURUSD-m1-ask.csv")],
      ["EURUSD-m1-ask.csv", 4, lone("ask", "EURUSD-m1-bid.csv")],
    ]);
  });
});

Deno.test("FXCM files that are not two sides of one thing are refused", async () => {
  const files = {
    "EURUSD-m1-bid.csv": csvOf([row(0), row(1)], "bid", pair),
    "EURUSD-m1-ask.csv": csvOf([row(0), row(1)], "ask", pair),
  };
  await withFiles(files, async (folder) => {
    const { files: [file] } = await detectSource(folder, { side: "bid" });
    assert(file?.kind === "bars");
    await assertRejects(() => Array.fromAsync(file.read()), SourceFileError, "so are");
    const alone = () => detectSource(`${folder}/EURUSD-m1-bid.csv`, { format: "fxcm-bars" });
    await assertRejects(alone, SourceFileError, "other side is missing");
  });
});
