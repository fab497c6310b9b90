// Goal: tables that other tools read, exactly. Method: DuckDB reads the Parquet and the CSV, Apache's
// own library the Arrow stream; the pieces of one table are cut at random.

import { assertEquals } from "@std/assert";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import { arrowChunks } from "./arrow.ts";
import { csvChunks } from "./csv.ts";
import { parquetChunks } from "./parquet.ts";
import type { Table } from "./table.ts";

interface Row {
  readonly time: number;
  readonly price: number;
  readonly mean: number | null;
  readonly ticks: number;
  readonly volume: number | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  time: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  price: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  mean: fc.option(fc.integer({ min: -(10 ** 15), max: 10 ** 15 })),
  ticks: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  volume: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0)),
});

function tableOf(rows: readonly Row[]): Table {
  return {
    length: rows.length,
    columns: [
      { name: "time", kind: "time", values: Float64Array.from(rows, ({ time }) => time) },
      { name: "price", kind: "price", values: Int32Array.from(rows, (one) => one.price), scale: 5 },
      {
        name: "mean",
        kind: "price",
        values: Float64Array.from(rows, ({ mean }) => mean ?? 0),
        scale: 8,
        isNull: (at) => rows[at]!.mean === null,
      },
      { name: "ticks", kind: "count", values: Int32Array.from(rows, ({ ticks }) => ticks) },
      {
        name: "volume",
        kind: "number",
        values: Float64Array.from(rows, ({ volume }) => volume ?? 0),
        isNull: (at) => rows[at]!.volume === null,
      },
    ],
  };
}

function* pieces(rows: readonly Row[], sizes: readonly number[]): Generator<Table> {
  let at = 0;
  for (const size of sizes) {
    yield tableOf(rows.slice(at, at + size));
    at += size;
  }
  yield tableOf(rows.slice(at));
}

async function whole(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(
    await new Response(ReadableStream.from(chunks)).arrayBuffer(),
  );
}

const rowsAndCuts = [
  fc.array(row, { maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 5 }),
] as const;

const shown = ({ time, price, mean, ticks, volume }: Row) => [
  String(time),
  formatScaled(price, 5),
  mean === null ? null : formatScaled(mean, 8),
  ticks,
  volume,
];

async function withDuck(
  name: string,
  run: (path: string, query: (sql: string) => Promise<unknown[][]>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("set timezone = 'UTC'");
    // A file that is written anew within the clock's grain would be read from before.
    await connection.run("set enable_external_file_cache = false");
    await run(
      `${folder}/${name}`,
      async (sql) => (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][],
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
    await Deno.remove(folder, { recursive: true });
  }
}

const selected = `select epoch_ms(time)::text, price::text, mean::text, ticks, volume`;

Deno.test("DuckDB reads the Parquet exactly: decimals, times, counts and nulls", async () => {
  await withDuck("table.parquet", async (path, query) => {
    await fc.assert(
      fc.asyncProperty(...rowsAndCuts, async (rows, sizes) => {
        await Deno.writeFile(path, await whole(parquetChunks(pieces(rows, sizes))));
        assertEquals(await query(`${selected} from read_parquet('${path}')`), rows.map(shown));
      }),
      { numRuns: 40 },
    );
    const types = await query(`describe select * from read_parquet('${path}')`);
    assertEquals(types.map(([name, type]) => `${name} ${type}`), [
      "time TIMESTAMP WITH TIME ZONE",
      "price DECIMAL(18,5)",
      "mean DECIMAL(18,8)",
      "ticks INTEGER",
      "volume DOUBLE",
    ]);
  });
});

Deno.test("DuckDB reads the CSV exactly", async () => {
  await withDuck("table.csv", async (path, query) => {
    const columns = "{time: 'TIMESTAMPTZ', price: 'DECIMAL(18,5)', mean: 'DECIMAL(18,8)', " +
      "ticks: 'INTEGER', volume: 'DOUBLE'}";
    await fc.assert(
      fc.asyncProperty(...rowsAndCuts, async (rows, sizes) => {
        await Deno.writeFile(path, await whole(csvChunks(pieces(rows, sizes))));
        const read = `read_csv('${path}', header = true, columns = ${columns})`;
        assertEquals(await query(`${selected} from ${read}`), rows.map(shown));
      }),
      { numRuns: 20 },
    );
  });
});

Deno.test("Apache Arrow reads the stream exactly, its pieces as one table", async () => {
  await fc.assert(fc.asyncProperty(...rowsAndCuts, async (rows, sizes) => {
    const table = tableFromIPC(await whole(arrowChunks(pieces(rows, sizes))));
    assertEquals(table.schema.fields.map(({ name, type }) => `${name} ${type}`), [
      "time Timestamp<MILLISECOND, UTC>",
      "price Decimal[18e+5]",
      "mean Decimal[18e+8]",
      "ticks Int32",
      "volume Float64",
    ]);
    const decimalAt = (name: string, at: number): bigint | null => {
      const words = table.getChild(name)!.get(at) as Uint32Array | null;
      if (words === null) return null;
      return BigInt.asIntN(128, words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n));
    };
    assertEquals(
      rows.map((_, at) => [
        table.getChild("time")!.get(at),
        decimalAt("price", at),
        decimalAt("mean", at),
        table.getChild("ticks")!.get(at),
        table.getChild("volume")!.get(at),
      ]),
      rows.map(({ time, price, mean, ticks, volume }) => [
        time,
        BigInt(price),
        mean === null ? null : BigInt(mean),
        ticks,
        volume,
      ]),
    );
  }));
});
