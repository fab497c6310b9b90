/**
 * Tables as Parquet, compressed with zstd: times are UTC timestamps in milliseconds, prices 64-bit
 * decimals with the instrument's scale, counts 32-bit integers, other numbers doubles.
 */

import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { zstdCompressSync } from "node:zlib";
import { decimalDigits, type Table, type TableColumn } from "./table.ts";

export async function* parquetChunks(
  tables: AsyncIterable<Table> | Iterable<Table>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const bytes = new ByteWriter();
  let writer: ParquetWriter | null = null;
  for await (const table of tables) {
    writer ??= new ParquetWriter({
      writer: bytes,
      schema: schemaOf(table),
      codec: "ZSTD",
      compressors: { ZSTD: (page) => new Uint8Array(zstdCompressSync(page)) },
      createdBy: "spotwire",
    });
    if (table.length > 0) {
      const columnData = table.columns.map((column) => columnSource(column, table.length));
      await writer.write({ columnData, rowGroupSize: table.length });
    }
    yield drained(bytes);
  }
  await writer?.finish();
  yield drained(bytes);
}

/** The bytes so far; the writer goes on counting from where it was. */
function drained(bytes: ByteWriter): Uint8Array<ArrayBuffer> {
  const chunk = bytes.getBytes().slice();
  bytes.index = 0;
  return chunk;
}

const schemaOf = ({ columns }: Table): SchemaElement[] => [
  { name: "root", num_children: columns.length },
  ...columns.map((column): SchemaElement => ({
    name: column.name,
    repetition_type: column.isNull === undefined ? "REQUIRED" : "OPTIONAL",
    ...typeOf(column),
  })),
];

function typeOf(column: TableColumn): Omit<SchemaElement, "name"> {
  if (column.kind === "time") {
    return {
      type: "INT64",
      converted_type: "TIMESTAMP_MILLIS",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
    };
  }
  if (column.kind === "price") {
    const { scale } = column;
    return {
      type: "INT64",
      converted_type: "DECIMAL",
      scale,
      precision: decimalDigits,
      logical_type: { type: "DECIMAL", scale, precision: decimalDigits },
    };
  }
  return { type: column.kind === "count" ? "INT32" : "DOUBLE" };
}

function columnSource({ name, kind, values, isNull }: TableColumn, length: number): ColumnSource {
  if (isNull === undefined && (kind === "count" || kind === "number")) {
    return { name, data: values.subarray(0, length) };
  }
  const whole = kind === "time" || kind === "price";
  const data = Array.from({ length }, (_, row) => {
    if (isNull?.(row)) return null;
    return whole ? BigInt(values[row]!) : values[row]!;
  });
  return { name, data };
}
