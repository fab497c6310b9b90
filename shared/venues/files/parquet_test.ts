/** Parquet files as people write them: times in two columns, missing and broken values, own names. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetWriteBuffer } from "hyparquet-writer";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import { SourceFileError, type TickSourceFile } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";

type Written = Parameters<typeof parquetWriteBuffer>[0];

/** What a file of these columns gives: its rows, and the reasons of those that are none. */
async function readBack(written: Written, options: SourceOptions = {}) {
  const read = {
    times: [] as string[],
    ticks: [] as number[],
    volumes: [] as (number | null)[],
    faults: [] as string[],
  };
  const file = new Uint8Array(parquetWriteBuffer(written));
  await withFiles({ "EURUSD_M1.parquet": file }, async (folder) => {
    const [source] = (await detectSource(folder, { side: "bid", ...options })).files;
    const chunks = source!.kind === "ticks"
      ? await Array.fromAsync(source!.read())
      : await Array.fromAsync(source!.read());
    for (const chunk of chunks) {
      const isTicks = "ticks" in chunk;
      const times = isTicks ? chunk.ticks.time : chunk.bars.openTime;
      read.times.push(...Array.from(times, (time) => new Date(time).toISOString()));
      read.ticks.push(...isTicks ? [] : chunk.bars.ticks);
      read.volumes.push(...(isTicks ? chunk.ticks.bidVolume : chunk.bars.volume) ?? []);
      read.faults.push(...chunk.faults.map((fault) => `${fault.row}: ${fault.reason}`));
    }
  });
  return read;
}

type Column = Written["columnData"][number];
const text = (name: string, data: unknown[]): Column => ({ name, data, type: "STRING" });
const double = (name: string, data: unknown[]): Column => ({ name, data, type: "DOUBLE" });

const quotes = (rows: number) => [
  double("bid", Array(rows).fill(1.1)),
  double("ask", Array(rows).fill(1.1001)),
];
const bars = (rows: number) => [
  text("time", Array.from({ length: rows }, (_, at) => `2020-03-04T10:0${at}:00Z`)),
  ...["open", "high", "low", "close"].map((name) => double(name, Array(rows).fill(1.1))),
];

Deno.test("a date and a time of day in two columns are one time, by the clock that is asked for", async () => {
  const columnData = [
    text("date", ["2020-03-04", "2020-03-04", "2020.03.04", "2020-03-04", null]),
    text("time", ["10:00:00", "10:01:00", "10:02:00.5", "25:00", "10:03"]),
    ...quotes(5),
  ];
  const read = await readBack({ columnData }, { clock: "-05:00" });
  assertEquals(read.times, [
    "2020-03-04T15:00:00.000Z",
    "2020-03-04T15:01:00.000Z",
    "2020-03-04T15:02:00.500Z",
  ]);
  assertEquals(read.faults, [
    '4: time "2020-03-04 25:00" is not a time',
    '5: time "null 10:03" is not a time',
  ]);
});

Deno.test("a time of day counts in the unit its column names, and in none it does not", async () => {
  const day = Date.UTC(2020, 2, 4);
  const hour = 10 * 3_600_000;
  const columnData = [
    { name: "date", data: [day, day].map((ms) => new Date(ms)), type: "TIMESTAMP" as const },
    { name: "time", data: [hour, hour + 60_000].map((ms) => BigInt(ms) * 1_000n) },
    ...quotes(2),
  ];
  const root = { name: "root", num_children: 4 };
  const rest = [
    { name: "date", type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
    { name: "bid", type: "DOUBLE" },
    { name: "ask", type: "DOUBLE" },
  ] as const;
  const schemaOf = (time: { converted_type?: "TIME_MICROS" }): NonNullable<Written["schema"]> => [
    root,
    rest[0],
    { name: "time", type: "INT64", ...time },
    ...rest.slice(1),
  ];
  const untyped = columnData.map(({ name, data }) => ({ name, data })) as Written["columnData"];
  const micros = schemaOf({ converted_type: "TIME_MICROS" });
  assertEquals((await readBack({ columnData: untyped, schema: micros })).times, [
    "2020-03-04T10:00:00.000Z",
    "2020-03-04T10:01:00.000Z",
  ]);
  const read = await readBack({ columnData: untyped, schema: schemaOf({}) });
  assertEquals([read.times, read.faults.length], [[], 2]);
});

Deno.test("a count of ticks that is missing is unknown, and one that is no count is a fault", async () => {
  const read = await readBack({
    columnData: [...bars(5), double("ticks", [null, 7, 7.5, 3e9, Number.NaN])],
  });
  assertEquals(read.ticks, [-1, 7]);
  assertEquals(read.faults, [
    '3: volume "7.5" is not a number',
    '4: volume "3000000000" is not a number',
    '5: volume "NaN" is not a number',
  ]);
});

Deno.test("a volume that is no number is a fault, of bars and of ticks", async () => {
  const volumes = [null, 2.5, Number.NaN, Infinity];
  const faults = ['3: volume "NaN" is not a number', '4: volume "Infinity" is not a number'];
  const ofBars = await readBack({ columnData: [...bars(4), double("volume", volumes)] });
  assertEquals([ofBars.volumes, ofBars.faults], [[NaN, 2.5], faults]);
  const columnData = [
    text("time", Array.from({ length: 4 }, (_, at) => `2020-03-04T10:00:0${at}Z`)),
    ...quotes(4),
    double("bid_volume", volumes),
  ];
  const ofTicks = await readBack({ columnData });
  assertEquals([ofTicks.volumes, ofTicks.faults], [[NaN, 2.5], faults]);
});

Deno.test("a bar that begins between two minutes is a fault, as it is in text", async () => {
  const [, ...prices] = bars(2);
  const read = await readBack({
    columnData: [text("time", ["2020-03-04T10:00:00Z", "2020-03-04T10:01:30Z"]), ...prices],
  });
  assertEquals(read.faults, ["2: its time is no start of a bar of 60 s"]);
});

Deno.test("columns are named by letters and digits, or by position, as in text", async () => {
  const columnData = [
    text("Date (UTC)", ["2020-03-04T10:00:00Z"]),
    double("Bid_Price!", [1.1]),
    double("Best Ask", [1.1001]),
  ];
  const columns = { time: "date_utc", bid: 1, ask: "best ask" };
  const read = await readBack({ columnData }, { columns });
  assertEquals(read.times, ["2020-03-04T10:00:00.000Z"]);
  const refusals = [
    [{ ...columns, bid: 3 }, "column 3 is no position from 0 to 2"],
    [{ ...columns, bid: 0.5 }, "no position"],
    [{ ...columns, bid: "offer" }, 'no column "offer"'],
    [{ time: 0, bid: 1 }, "miss ask"],
    [{ time: 0, open: 1, high: 1 }, "its columns of bars miss low, close"],
  ] as const;
  for (const [columns, told] of refusals) {
    await assertRejects(() => readBack({ columnData }, { columns }), SourceFileError, told);
  }
});

Deno.test("a column of prices that is nested is refused by its name, others are passed over", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const read = async (columns: string) => {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/EURUSD.parquet`;
      await connection.run(`copy (select ${columns}) to '${path}' (format parquet)`);
      const { files: [file] } = await detectSource(path);
      return await Array.fromAsync((file as TickSourceFile).read());
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
  const time = "timestamp '2020-03-04 10:00:00' as time";
  const plain = `${time}, 1.1 as bid, 1.2 as ask, {a: 1} as "of", [1, 2] as levels`;
  assertEquals((await read(plain)).map(({ ticks }) => ticks.length), [1]);
  for (const ask of ["{price: 1.2} as ask", "[1.2] as ask"]) {
    const reading = () => read(`${time}, 1.1 as bid, ${ask}`);
    await assertRejects(reading, SourceFileError, "its column ask is nested");
  }
});

Deno.test("Parquet with any byte changed gives rows or a fault of the file, without making room for more", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const folder = await Deno.makeTempDir();
  const path = `${folder}/EURUSD.parquet`;
  try {
    await connection.run(
      `copy (select timestamp '2020-03-04 10:00:00' + interval (i) second as time,
      1.1 + (i * 7 % 11) / 1e5 as bid, 1.2 as ask from range(40) r(i))
      to '${path}' (format parquet, compression lz4_raw)`,
    );
    const whole = await Deno.readFile(path);
    // What the process holds is other tests' too.
    const before = Deno.memoryUsage().rss;
    let most = before;
    for (let n = 0; n < 3 * whole.length; n++) {
      const changed = whole.slice();
      changed[Math.floor(n / 3)]! ^= [1, 0x80, 0xff][n % 3]!;
      await Deno.writeFile(path, changed);
      try {
        const { files: [file] } = await detectSource(path);
        await Array.fromAsync((file as TickSourceFile).read());
      } catch (error) {
        if (!(error instanceof SourceFileError)) throw error;
      }
      most = Math.max(most, Deno.memoryUsage().rss);
    }
    assert(most - before < 1.5 * 1024 ** 3, `${before} bytes became ${most}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
