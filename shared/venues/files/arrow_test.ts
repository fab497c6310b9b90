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

Deno.test("symbols in a dictionary are read, of streams and of files, in every batch", async () => {
  const dictionary = new Dictionary(new Utf8(), new Int32());
  const symbols: Column = ["symbol", dictionary, Array(900).fill("EURUSD")];
  for (const isFile of [false, true]) {
    // Apache's writer gives each batch a dictionary of its own, which a file may not have.
    const options = { rows: isFile ? 900 : 400, isFile };
    const file = await written([symbols, at(900), ...quotes(900)], options);
    const { rows, faults } = await readBack(file, {}, "ticks.arrow");
    assertEquals([rows.length, rows[899], faults], [
      900,
      [start + 899 * 250, 110_089, 110_092, null],
      [],
    ]);
  }
});

Deno.test("a file by pandas is read: LZ4, a dictionary, and a column of lists that is passed over", async () => {
  const { rows, faults } = await readBack(pandasFile, {}, "ticks.feather");
  assertEquals([rows.length, faults], [64, []]);
  // Of two symbols: every other row.
  assertEquals(rows[1], [start + 500, 110_002, 110_005, null]);
  assertEquals(rows[63], [start + 63 * 250, 110_000, 110_003, null]);
});

function packed(rows: number): Uint8Array {
  setCompressionCodec(CompressionType.ZSTD, {
    encode: (bytes) => new Uint8Array(zstdCompressSync(bytes)),
    decode: (bytes) => new Uint8Array(zstdDecompressSync(bytes)),
  });
  const bid = Array.from({ length: rows }, (_, n) => (110_000 + n % 90) / 1e5);
  const table = tableFromArrays({
    time: bid.map((_, n) => start + n * 250),
    bid,
    ask: bid.map((one) => one + 3e-5),
  });
  return tableToIPC(table, { format: "stream", codec: CompressionType.ZSTD })!;
}

Deno.test("Zstandard is read, and a packed file with a byte changed gives rows or a fault of the file", async () => {
  const file = packed(500);
  const { rows } = await readBack(file, {}, "EURUSD.arrow");
  assertEquals([rows.length, rows[499]], [500, [start + 499 * 250, 110_049, 110_052, null]]);
  for (const [name, whole] of [["EURUSD.arrow", packed(40)], ["t.feather", pandasFile]] as const) {
    for (let at = 0; at < whole.length; at += 5) {
      const changed = whole.slice();
      changed[at]! ^= 0xff;
      await readBack(changed, {}, name).catch((error) => {
        if (!(error instanceof SourceFileError)) throw error;
      });
    }
  }
});

Deno.test("what cannot be read is refused by batch and reason, or passed over", async () => {
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

/** Two symbols by turns, 250 ms apart, as `pyarrow.feather.write_feather` packs them by itself. */
const pandasFile = Uint8Array.fromBase64(
  "QVJST1cxAAD/////qAEAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAQAAAD0/v//BAAAAAUAAAA8AQAA1AAAAJAA" +
    "AABkAAAABAAAAOj+//8AAAEMFAAAABwAAAAEAAAAAQAAABQAAAAGAAAAbGV2ZWxzAAAY////FP///wAAAQIQAAAA" +
    "GAAAAAQAAAAAAAAABAAAAGl0ZW0AAAAAVP///wAAAAFAAAAARP///wAAAQMQAAAAFAAAAAQAAAAAAAAAAwAAAGFz" +
    "awDW////AAACAGz///8AAAEDEAAAABwAAAAEAAAAAAAAAAMAAABiaWQAAAAGAAgABgAGAAAAAAACABAAGAAIAAYA" +
    "BwAMABAAFAAQAAAAAAABBRQAAABEAAAAIAAAAAQAAAAAAAAABgAAAHN5bWJvbAAACAAIAAAABAAIAAAADAAAAAgA" +
    "DAAIAAcACAAAAAAAAAEgAAAABAAEAAQAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQoQAAAAIAAAAAQAAAAAAAAA" +
    "BAAAAHRpbWUAAAAACAAMAAYACAAIAAAAAAABAAQAAAADAAAAVVRDAAAAAAD/////uAAAABQAAAAAAAAADAAYAAYA" +
    "BQAIAAwADAAAAAACBAAYAAAAUAAAAAAAAAAAAAAACAAIAAAABAAIAAAAEAAAAAwAHAAQAAQACAAMAAwAAABYAAAA" +
    "HAAAABQAAAACAAAAAAAAAAAAAAAEAAQABAAAAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAjAAAAAAAAACgA" +
    "AAAAAAAAIwAAAAAAAAAAAAAAAQAAAAIAAAAAAAAAAAAAAAAAAAAMAAAAAAAAAAQiTRhgQIIMAACAAAAAAAYAAAAM" +
    "AAAAAAAAAAAAAAAADAAAAAAAAAAEIk0YYECCDAAAgEVVUlVTREdCUFVTRAAAAAAAAAAAAP////+IAQAAFAAAAAAA" +
    "AAAMABgABgAFAAgADAAMAAAAAAMEABwAAADAAwAAAAAAAAAAAAAMABwAEAAEAAgADAAMAAAA6AAAABwAAAAUAAAA" +
    "QAAAAAAAAAAAAAAABAAEAAQAAAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXQEAAAAAAABgAQAAAAAAAAAA" +
    "AAAAAAAAYAEAAAAAAAApAAAAAAAAAJABAAAAAAAAAAAAAAAAAACQAQAAAAAAAGoAAAAAAAAAAAIAAAAAAAAAAAAA" +
    "AAAAAAACAAAAAAAAawAAAAAAAABwAgAAAAAAAAAAAAAAAAAAcAIAAAAAAAAbAQAAAAAAAJADAAAAAAAAAAAAAAAA" +
    "AACQAwAAAAAAAC4AAAAAAAAAAAAAAAYAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAA" +
    "AAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAQi" +
    "TRhgQIJGAQAAkwDd/KRwAQAA+ggAIvTeEAAi7t8IACLo4AgAIuLhCAAi3OIIACLW4wgAItDkCAAiyuUIACLE5ggA" +
    "Ir7nCAAiuOgIACKy6QgAIqzqCAAipusIACKg7AgAIprtCAAilO4IACKO7wgAIojwCAAigvEIACJ88ggAInbzCAAi" +
    "cPQIACJq9QgAImT2CAAiXvcIACJY+AgAIlL5CAAiTPoIACJG+wgAIkD8CAAiOv0IACI0/ggAIi7/CAAxKAD9IAEi" +
    "IgEIACIcAggAIhYDCAAiEAQIACIKBQgAIgQGCAAT/ggAIvgHEAAi8ggIACLsCQgAIuYKCAAi4AsIACLaDAgAItQN" +
    "CAAizg4IACLIDwgAIsIQCAAivBEIACK2EggAIrATCAAiqhQIACKkFQgAIp4WCAAimBcIACKSGAgAIowZCACAhhr9" +
    "pHABAAAAAAAAAAAAAAEAAAAAAAAEIk0YYECCEgAAAFAAAAAAAQUADwgA31AAAQAAAAAAAAAAAAAAAAAAAAIAAAAA" +
    "AAAEIk0YYECCUwAAACCamQEA/zPxPwte9BWkmfE/fSJPkq6Z8T/v5qkOuZnxP2CrBIvDmfE/0m9fB86Z8T9ENLqD" +
    "2JnxP7b4FADjmfE/J71vfO2Z8T9IAP+hUJmZmfE/AAAAAAAAAAAAAAACAAAAAAAABCJNGGBAglQAAAD/Oe/mqQ65" +
    "mfE/YKsEi8OZ8T/Sb18HzpnxP0Q0uoPYmfE/tvgUAOOZ8T8nvW987ZnxP5mByvj3mfE/C0YldQKa8T98CoDxDJrx" +
    "P0gA/6FQDrmZ8T8AAAAAAAAAAAAEAQAAAAAAAAQiTRhgQIIEAQCAAAAAAAIAAAAEAAAABgAAAAgAAAAKAAAADAAA" +
    "AA4AAAAQAAAAEgAAABQAAAAWAAAAGAAAABoAAAAcAAAAHgAAACAAAAAiAAAAJAAAACYAAAAoAAAAKgAAACwAAAAu" +
    "AAAAMAAAADIAAAA0AAAANgAAADgAAAA6AAAAPAAAAD4AAABAAAAAQgAAAEQAAABGAAAASAAAAEoAAABMAAAATgAA" +
    "AFAAAABSAAAAVAAAAFYAAABYAAAAWgAAAFwAAABeAAAAYAAAAGIAAABkAAAAZgAAAGgAAABqAAAAbAAAAG4AAABw" +
    "AAAAcgAAAHQAAAB2AAAAeAAAAHoAAAB8AAAAfgAAAIAAAAAAAAAAAAAAAAAABAAAAAAAAAQiTRhgQIIXAAAAIgEA" +
    "AQASAgcAHwAQAP///9tQAAAAAAAAAAAAAAD/////AAAAABAAAAAMABQABgAIAAwAEAAMAAAAAAAEAEgAAAAoAAAA" +
    "BAAAAAEAAADIAgAAAAAAAJABAAAAAAAAwAMAAAAAAAAAAAAAAQAAALgBAAAAAAAAwAAAAAAAAABQAAAAAAAAAPT+" +
    "//8EAAAABQAAADwBAADUAAAAkAAAAGQAAAAEAAAA6P7//wAAAQwUAAAAHAAAAAQAAAABAAAAFAAAAAYAAABsZXZl" +
    "bHMAABj///8U////AAABAhAAAAAYAAAABAAAAAAAAAAEAAAAaXRlbQAAAABU////AAAAAUAAAABE////AAABAxAA" +
    "AAAUAAAABAAAAAAAAAADAAAAYXNrANb///8AAAIAbP///wAAAQMQAAAAHAAAAAQAAAAAAAAAAwAAAGJpZAAAAAYA" +
    "CAAGAAYAAAAAAAIAEAAYAAgABgAHAAwAEAAUABAAAAAAAAEFFAAAAEQAAAAgAAAABAAAAAAAAAAGAAAAc3ltYm9s" +
    "AAAIAAgAAAAEAAgAAAAMAAAACAAMAAgABwAIAAAAAAAAASAAAAAEAAQABAAAABAAFAAIAAYABwAMAAAAEAAQAAAA" +
    "AAABChAAAAAgAAAABAAAAAAAAAAEAAAAdGltZQAAAAAIAAwABgAIAAgAAAAAAAEABAAAAAMAAABVVEMA6AEAAEFS" +
    "Uk9XMQ==",
);
