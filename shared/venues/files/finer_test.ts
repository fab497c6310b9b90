/** What a file has finer than it is kept is told row by row, in every kind of file; the rest is not. */

import { assertEquals } from "@std/assert";
import {
  columnFromArray,
  float64,
  int64,
  tableFromColumns,
  tableToIPC,
  utf8,
} from "@uwdata/flechette";
import { parquetWriteBuffer } from "hyparquet-writer";
import { instrumentOf } from "../../domain/instruments.ts";
import type { Symbol } from "../../domain/instrument.ts";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import { decimalsOf, gridOf } from "./dukascopy_grid.ts";
import type { TickSourceFile } from "./source_file.ts";

async function finerIn(name: string, content: string | Uint8Array) {
  const found: [row: number, time: number, price: number][] = [];
  await withFiles({ [name]: content }, async (folder) => {
    const [file] = (await detectSource(folder)).files;
    const chunks = file!.kind === "ticks"
      ? await Array.fromAsync(file!.read())
      : await Array.fromAsync(file!.read());
    for (const chunk of chunks) {
      assertEquals(chunk.faults, []);
      const [time, price] = "ticks" in chunk
        ? [chunk.ticks.time, chunk.ticks.bid]
        : [chunk.bars.openTime, chunk.bars.open];
      for (const at of chunk.finer ?? []) {
        found.push([chunk.rows?.[at] ?? chunk.firstRow + at, time[at]! - start, price[at]!]);
      }
    }
  });
  return found;
}

const start = Date.UTC(2020, 2, 4, 10);
const rows = [
  ["2020-03-04T10:00:00.001000Z", "1.10001", "1.10002"],
  ["2020-03-04T10:00:00.001900Z", "1.10001", "1.10002"],
  ["2020-03-04T10:00:00.003Z", "1.100019", "1.10002"],
  ["2020-03-04T10:00:00.004Z", "1.10001", "1.1000211"],
  ["2020-03-04T10:00:00.005Z", "1.1000100", "1.10002"],
] as const;
const finer = [[1, 1, 110_001], [2, 3, 110_001], [3, 4, 110_001]] as const;
const withRows = (first: number) => finer.map(([row, time, bid]) => [row + first, time, bid]);

Deno.test("of text, whatever the time's form", async () => {
  const csv = ["time,bid,ask", ...rows.map((row) => row.join(","))].join("\n");
  assertEquals(await finerIn("EURUSD.csv", csv), withRows(2));
  const bars = "2020-03-04T10:00:00Z,1.1,1.2,1.0,1.1\n2020-03-04T10:01:00Z,1.100001,1.2,1.0,1.1";
  assertEquals(await finerIn("EURUSD-bid.csv", `time,open,high,low,close\n${bars}`), [
    [3, 60_000, 110_000],
  ]);
});

Deno.test("of columns of text, numbers and counts of microseconds and nanoseconds", async () => {
  const column = (at: number) => rows.map((row) => row[at]!);
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: "time", data: column(0), type: "STRING" },
      { name: "bid", data: column(1).map(Number), type: "DOUBLE" },
      { name: "ask", data: column(2).map(Number), type: "DOUBLE" },
    ],
  });
  assertEquals(await finerIn("EURUSD.parquet", new Uint8Array(parquet)), withRows(1));
  const micros = [1_000n, 1_999n, 3_000n, 4_000n, 5_000n].map((us) => BigInt(start) * 1_000n + us);
  const arrow = tableToIPC(
    tableFromColumns({
      time: columnFromArray(micros, int64()),
      bid: columnFromArray(column(1).map(Number), float64()),
      ask: columnFromArray(column(2), utf8()),
    }),
    { format: "stream" },
  )!;
  assertEquals(await finerIn("EURUSD.arrow", arrow), withRows(1));
  const { columnData, schema } = {
    columnData: [
      { name: "time", data: micros.map((us) => us * 1_000n + (us % 2n) * 999n) },
      { name: "bid", data: column(1).map(Number) },
      { name: "ask", data: column(2).map(Number) },
    ],
    schema: [
      { name: "root", num_children: 3 },
      {
        name: "time",
        type: "INT64",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" },
      },
      { name: "bid", type: "DOUBLE" },
      { name: "ask", type: "DOUBLE" },
    ] as NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>,
  };
  const nanos = new Uint8Array(parquetWriteBuffer({ columnData, schema }));
  assertEquals(await finerIn("EURUSD.parquet", nanos), withRows(1));
});

Deno.test("not of singles and doubles that stand for a price as it is kept", async () => {
  const prices = Array.from({ length: 2_000 }, (_, at) => 109_001 + at * 7);
  const columnData = [
    { name: "time", data: prices.map((_, at) => new Date(start + at)), type: "TIMESTAMP" as const },
    { name: "bid", data: prices.map((points) => points / 1e5), type: "FLOAT" as const },
    { name: "ask", data: prices.map((points) => (points + 1) / 1e5), type: "FLOAT" as const },
  ];
  const read = async (name: string, content: string | Uint8Array) => {
    assertEquals(await finerIn(name, content), []);
    const found: number[][] = [];
    await withFiles({ [name]: content }, async (folder) => {
      const [file] = (await detectSource(folder)).files;
      for await (const chunk of (file as TickSourceFile).read()) {
        const { bid, ask } = chunk.ticks;
        found.push(...Array.from(bid, (points, at) => [points, ask[at]!]));
      }
    });
    return found;
  };
  const wanted = prices.map((points) => [points, points + 1]);
  const singles = new Uint8Array(parquetWriteBuffer({ columnData }));
  assertEquals(await read("EURUSD.parquet", singles), wanted);
  // As programs write what they computed: 1.0900399999999999 and 1.0900400000000002.
  const time = (at: number) => new Date(start + at).toISOString();
  const computed = prices.map((points, at) =>
    `${time(at)},${(points - 0.5) / 1e5 + 0.5e-5},${(points + 3) / 1e5 - 2e-5}`
  );
  const text = ["time,bid,ask", ...computed].join("\n");
  assertEquals([/\d{15},/.test(text), /\d{15}\n/.test(text)], [true, true]);
  assertEquals(await read("EURUSD.csv", text), wanted);
});

Deno.test("of Dukascopy's counts, where the instrument has fewer decimals than the vendor", () => {
  const eurusd = instrumentOf("EURUSD" as Symbol);
  assertEquals(gridOf(eurusd).isFiner(114_321), false);
  const coarse = { ...eurusd, pricePrecision: decimalsOf(eurusd) - 2 };
  const counts = [114_300, 114_301, 114_399];
  assertEquals(counts.map((count) => gridOf(coarse).isFiner(count)), [false, true, true]);
  assertEquals(counts.map((count) => gridOf(coarse).points(count, "ask")), [1_143, 1_144, 1_144]);
});
