/** Rows of a text file as chunks of columns: one loop for every format that is lines of cells. */

import { Cells } from "./cells.ts";
import type { WallClock } from "./clock.ts";
import type { RowFault, RowNote } from "./source_file.ts";
import { lineBytesMax, lineTooLong, textBlocks } from "./text_blocks.ts";

export interface RowsTaken {
  /** The block the rows stand in. */
  readonly bytes: Uint8Array;
  readonly bytesRead: number;
  readonly faults: readonly RowFault[];
  readonly notes: readonly RowNote[];
}

/** Reads rows into columns of its own, and gives them up as chunks. */
export interface RowReader<Chunk> {
  /** Keeps a row, or says what is wrong with it. */
  read(cells: Cells, row: number): string | null;
  /** The rows since the last call, and their faults. */
  take(taken: RowsTaken): Chunk[];
}

export interface TextRows<Chunk> {
  readonly path: string;
  readonly delimiter: string;
  /** Lines before the first row. */
  readonly headerLines: number;
  readonly reader: RowReader<Chunk>;
  /** The clock of the reader's times: what it has to tell is told with the row. */
  readonly clock?: WallClock | null;
  /** Bytes of the file that give this many bytes of text, where it is compressed. */
  readonly bytesOf?: (textBytes: number) => number;
}

/** Chunks of the rows of a text, about as many as its pieces. Blank lines are passed over. */
export async function* readTextRows<Chunk>(
  text: AsyncIterable<Uint8Array>,
  rows: TextRows<Chunk>,
): AsyncGenerator<Chunk> {
  const { path, reader, headerLines, clock = null, bytesOf = (textBytes: number) => textBytes } =
    rows;
  const cells = new Cells(rows.delimiter);
  let line = 0;
  for await (const { bytes, end, bytesRead } of textBlocks(path, text, () => line)) {
    const faults: RowFault[] = [];
    const notes: RowNote[] = [];
    for (let at = 0; at < end;) {
      at = cells.split(bytes, at, end);
      line++;
      if (cells.lineEnd - cells.lineStart > lineBytesMax) throw lineTooLong(path, line);
      if (line <= headerLines || cells.isBlank) continue;
      const reason = reader.read(cells, line);
      if (reason !== null) faults.push({ row: line, original: cells.line(), reason });
      if (clock !== null && clock.note !== null) {
        notes.push({ row: line, text: clock.note });
        clock.note = null;
      }
    }
    yield* reader.take({ bytes, bytesRead: bytesOf(bytesRead), faults, notes });
  }
}
