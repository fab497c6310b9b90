/**
 * Tables as an Arrow IPC stream: times are UTC timestamps in milliseconds, prices 128-bit decimals
 * with the instrument's scale, counts 32-bit integers, other numbers doubles.
 */

import {
  columnFromArray,
  type DataType,
  decimal,
  float64,
  int32,
  tableFromColumns,
  tableToIPC,
  timestamp,
  TimeUnit,
} from "@uwdata/flechette";
import { decimalDigits, type Table, type TableColumn } from "./table.ts";

/** What ends an IPC stream: a message of no length. */
const endBytes = 8;

/**
 * One stream of all pieces. Each piece is written as a stream of its own; what follows the first
 * loses its schema, and all but the last their end.
 */
export async function* arrowChunks(
  tables: AsyncIterable<Table> | Iterable<Table>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let end: Uint8Array<ArrayBuffer> | null = null;
  for await (const table of tables) {
    const bytes = encode(table);
    const from = end === null ? 0 : schemaBytes(bytes);
    end = bytes.subarray(bytes.length - endBytes);
    yield bytes.subarray(from, bytes.length - endBytes);
  }
  if (end !== null) yield end;
}

function encode(table: Table): Uint8Array<ArrayBuffer> {
  const columns = table.columns.map((column) =>
    [column.name, columnFromArray(valuesOf(column, table.length), typeOf(column))] as const
  );
  const named = tableFromColumns(columns as unknown as Parameters<typeof tableFromColumns>[0]);
  return tableToIPC(named, { format: "stream" }) as Uint8Array<ArrayBuffer>;
}

/** Length of the schema message: its prefix, and the metadata the prefix measures. */
const schemaBytes = (bytes: Uint8Array): number =>
  8 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);

function typeOf(column: TableColumn): DataType {
  if (column.kind === "time") return timestamp(TimeUnit.MILLISECOND, "UTC");
  if (column.kind === "price") return decimal(decimalDigits, column.scale, 128);
  return column.kind === "count" ? int32() : float64();
}

function valuesOf(column: TableColumn, length: number): (number | bigint | null)[] {
  const { values, kind, isNull } = column;
  return Array.from({ length }, (_, row) => {
    if (isNull?.(row)) return null;
    // A whole number is taken as the scaled value itself; a plain one would be scaled, inexactly.
    return kind === "price" ? BigInt(values[row]!) : values[row]!;
  });
}
