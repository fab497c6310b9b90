/** Arrow as other libraries write it, and as broken disks leave it: every row, or a fault that names it. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CompressionType,
  setCompressionCodec,
  tableFromArrays,
  tableToIPC,
} from "@uwdata/flechette";
import {
  Dictionary,
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimeMillisecond,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import { SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";

const start = Date.UTC(2020, 2, 4, 10);
// deno-lint-ignore no-explicit-any
type Column = readonly [name: string, type: any, values: readonly unknown[]];

const at = (rows: number): Column => [
  "time",
  new TimestampMicrosecond("UTC"),
  Array.from({ length: rows }, (_, n) => start + n * 250),
];
const quotes = (rows: number): Column[] => [
  ["bid", new Float64(), Array.from({ length: rows }, (_, n) => (110_000 + n % 90) / 1e5)],
  ["ask", new Float64(), Array.from({ length: rows }, (_, n) => (110_003 + n % 90) / 1e5)],
];

/** A stream or a file of batches of so many rows, by Apache's own writer. */
async function written(
  columns: readonly Column[],
  { rows, isFile = false }: { rows: number; isFile?: boolean },
): Promise<Uint8Array> {
  const schema = new Schema(columns.map(([name, type]) => new Field(name, type, true)));
  const writer = isFile ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  const { length } = columns[0]![2];
  for (let from = 0; from < length; from += rows) {
    const to = Math.min(length, from + rows);
    const children = columns.map(([, type, values]) =>
      vectorFromArray(values.slice(from, to), type).data[0]!
    );
    const data = makeData({ type: new Struct(schema.fields), length: to - from, children });
    writer.write(new RecordBatch(schema, data as never));
  }
  writer.close();
  return await writer.toUint8Array();
}

async function readBack(file: Uint8Array, options: SourceOptions = {}, name = "EURUSD_M1.arrow") {
  const read = {
    rows: [] as unknown[][],
    faults: [] as string[],
    bytesRead: 0,
    bytes: 0,
  };
  await withFiles({ [name]: file }, async (folder) => {
    const [source] = (await detectSource(folder, { side: "bid", ...options })).files;
    read.bytes = source!.bytes;
    const chunks = source!.kind === "ticks"
      ? await Array.fromAsync(source!.read())
      : await Array.fromAsync(source!.read());
    for (const chunk of chunks) {
      const columns = "ticks" in chunk
        ? [chunk.ticks.time, chunk.ticks.bid, chunk.ticks.ask, chunk.ticks.bidVolume]
        : [chunk.bars.openTime, chunk.bars.open, chunk.bars.ticks, chunk.bars.volume];
      for (let n = 0; n < columns[0]!.length; n++) {
        read.rows.push(columns.map((column) => column?.[n] ?? null));
      }
      read.faults.push(...chunk.faults.map((fault) => `${fault.row}: ${fault.reason}`));
      read.bytesRead = chunk.bytesRead;
    }
  });
  return read;
}

const refused = (file: Uint8Array, told: string, options: SourceOptions = {}) =>
  assertRejects(() => readBack(file, options), SourceFileError, told);

Deno.test("streams and files of several batches are read to their last row", async () => {
  for (const isFile of [false, true]) {
    const file = await written([at(1_000), ...quotes(1_000)], { rows: 300, isFile });
    const { rows, faults, bytes, bytesRead } = await readBack(file, {}, "EURUSD.feather");
    assertEquals([rows.length, faults.length], [1_000, 0]);
    assertEquals(rows[999], [start + 999 * 250, 110_009, 110_012, null]);
    assert(bytesRead <= bytes && bytesRead > bytes / 2);
  }
});

Deno.test("missing values, times of day, text and columns of a person's names are read as in Parquet", async () => {
  const columns: Column[] = [
    ["Day", new Utf8(), ["2020-03-04", "2020-03-04", null, "2020-03-04"]],
    ["Clock", new TimeMillisecond(), [36_000_000, 36_060_000, 0, 36_180_000]],
    ...["o", "h", "l", "c"].map((name): Column => [name, new Utf8(), Array(4).fill("1.10007")]),
    ["n", new Int32(), [7, null, 7, 9]],
    ["v", new Float64(), [2.5, null, 1, NaN]],
  ];
  const named = { time: "day", timeOfDay: "clock", open: "o", high: "h", low: "l", close: "c" };
  const file = await written(columns, { rows: 4 });
  const read = await readBack(file, { columns: { ...named, ticks: "n", volume: 7 } });
  assertEquals(read.rows, [[start, 110_007, 7, 2.5], [start + 60_000, 110_007, -1, NaN]]);
  assertEquals(read.faults, [
    '3: time "null 0" is not a time',
    '4: volume "NaN" is not a number',
  ]);
});

Deno.test("Arrow that is cut off anywhere is refused, and never passes for less", async () => {
  for (const isFile of [false, true]) {
    const file = await written([at(90), ...quotes(90)], { rows: 30, isFile });
    for (let length = 1; length < file.length; length += 7) {
      await assertRejects(() => readBack(file.subarray(0, length)), SourceFileError);
    }
  }
  const file = await written([at(90), ...quotes(90)], { rows: 30 });
  await refused(file.subarray(0, file.length - 8), "batch 4 is missing");
  await refused(file.subarray(0, file.length - 100), "batch 3 is cut off");
  await refused(file.subarray(0, 50), "its schema is cut off");
  await refused(new TextEncoder().encode("time,bid,ask\n".repeat(9)), "it is not Arrow IPC");
});

Deno.test("bytes that changed give rows or a fault of the file, and no other error", async () => {
  const columns = [at(60), ...quotes(60)];
  const files = await Promise.all(
    [false, true].map((isFile) => written(columns, { rows: 30, isFile })),
  );
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), changes, async (file, bytes) => {
      const changed = file.slice();
      for (const [place, byte] of bytes) changed[Math.floor(place * (file.length - 1))] = byte;
      await readBack(changed).catch((error) => {
        if (!(error instanceof SourceFileError)) throw error;
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("what cannot be read is refused by batch and reason, or passed over", async () => {
  const dictionary = new Dictionary(new Utf8(), new Int32());
  const symbols: Column = ["symbol", dictionary, Array(9).fill("EURUSD")];
  await refused(await written([symbols, at(9), ...quotes(9)], { rows: 9 }), "symbol is of type");
  setCompressionCodec(CompressionType.ZSTD, {
    encode: (bytes) => new Uint8Array(zstdCompressSync(bytes)),
    decode: (bytes) => new Uint8Array(zstdDecompressSync(bytes)),
  });
  const table = tableFromArrays({ time: [start], bid: [1.1], ask: [1.2] });
  const compressed = tableToIPC(table, { format: "stream", codec: CompressionType.ZSTD })!;
  await refused(compressed, "batch 1 is compressed");
  await refused(
    await written([at(9), ["price", new Float64(), Array(9).fill(1)]], { rows: 9 }),
    "its columns are those of no known format",
  );
  await refused(
    await written([at(9), ...quotes(9)], { rows: 9 }),
    "those of arrow-ticks, not arrow-bars",
    {
      format: "arrow-bars",
    },
  );
});
