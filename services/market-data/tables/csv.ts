/** Tables as CSV (RFC 4180): a header line, RFC 3339 times, decimal text, nothing for null. */

import { formatScaled } from "../../../shared/domain/decimal.ts";
import { epochMs, rfc3339Writer } from "../../../shared/domain/time.ts";
import type { Table, TableColumn } from "./table.ts";

/** Rows of one chunk of text. */
const rowsPerChunk = 2_000;

export async function* csvChunks(
  tables: AsyncIterable<Table> | Iterable<Table>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let headed = false;
  for await (const table of tables) {
    if (!headed) yield encoder.encode(`${table.columns.map(({ name }) => name).join(",")}\n`);
    headed = true;
    const cells = table.columns.map(cellOf);
    for (let from = 0; from < table.length; from += rowsPerChunk) {
      const until = Math.min(table.length, from + rowsPerChunk);
      let text = "";
      for (let row = from; row < until; row++) {
        text += cells[0]!(row);
        for (let at = 1; at < cells.length; at++) text += `,${cells[at]!(row)}`;
        text += "\n";
      }
      yield encoder.encode(text);
    }
  }
}

function cellOf(column: TableColumn): (row: number) => string {
  const plain = plainCell(column);
  const { isNull } = column;
  return isNull === undefined ? plain : (row) => (isNull(row) ? "" : plain(row));
}

function plainCell(column: TableColumn): (row: number) => string {
  const { values } = column;
  if (column.kind === "time") {
    const timeText = rfc3339Writer();
    return (row) => timeText(epochMs(values[row]!));
  }
  if (column.kind === "price") {
    const { scale } = column;
    return (row) => formatScaled(values[row]!, scale);
  }
  return (row) => String(values[row]!);
}
