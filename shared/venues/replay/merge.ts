/** Many tick files as one stream by time. */

import { price } from "../../domain/instrument.ts";
import { epochMs } from "../../domain/time.ts";
import { SourceFileError, type TickChunk, type TickSourceFile } from "../files/source_file.ts";
import type { Tick } from "../venue.ts";
import { MinHeap } from "../min_heap.ts";

/** Ticks handed on at once. */
const pieceMax = 1_024;

/**
 * Merges files by venue time; ticks of one moment keep the order of the files. A file is opened
 * when the stream reaches its beginning and closed at its end, so a year of hours needs one open.
 * @throws SourceFileError at a row that is no tick or goes back in time: a replay leaves nothing out
 */
export async function* mergeTicks(
  files: readonly TickSourceFile[],
): AsyncGenerator<readonly Tick[]> {
  const heap = new MinHeap<Cursor>(isBefore);
  files.forEach((file, order) => heap.push(new Cursor(file, order)));
  let piece: Tick[] = [];
  try {
    for (let cursor = heap.pop(); cursor !== undefined; cursor = heap.pop()) {
      if (!cursor.isLoaded) {
        if (await cursor.load()) heap.push(cursor);
        continue;
      }
      const next = heap.peek();
      do {
        piece.push(cursor.take());
      } while (
        cursor.isLoaded && piece.length < pieceMax && (next === undefined || isBefore(cursor, next))
      );
      heap.push(cursor);
      if (piece.length === pieceMax) {
        yield piece;
        piece = [];
      }
    }
    if (piece.length > 0) yield piece;
  } finally {
    for (let cursor = heap.pop(); cursor !== undefined; cursor = heap.pop()) await cursor.close();
  }
}

/** A place in a file: its next tick, or before it is opened or between pieces a lower bound. */
class Cursor {
  readonly order: number;
  time: number;
  readonly #file: TickSourceFile;
  #pieces: AsyncIterator<readonly Tick[]> | null = null;
  #piece: readonly Tick[] = [];
  #at = 0;

  constructor(file: TickSourceFile, order: number) {
    this.#file = file;
    this.order = order;
    this.time = file.from;
  }

  get isLoaded(): boolean {
    return this.#at < this.#piece.length;
  }

  /** Reads on until there is a tick; `false` at the file's end. */
  async load(): Promise<boolean> {
    this.#pieces ??= orderedTicks(this.#file);
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#piece = value;
    this.#at = 0;
    this.time = value[0]!.venueTime;
    return true;
  }

  take(): Tick {
    const tick = this.#piece[this.#at++]!;
    const next = this.#piece[this.#at];
    if (next !== undefined) this.time = next.venueTime;
    return tick;
  }

  async close(): Promise<void> {
    await this.#pieces?.return?.();
  }
}

const isBefore = (a: Cursor, b: Cursor): boolean =>
  a.time < b.time || (a.time === b.time && a.order < b.order);

/** The ticks of a file in the order of its rows, in pieces that are never empty. */
async function* orderedTicks(file: TickSourceFile): AsyncGenerator<readonly Tick[]> {
  const faults = new Faults();
  let lastTime = -Infinity;
  for await (const chunks of readTogether(file)) {
    const rows = chunks.flatMap(rowsOf);
    if (chunks.length > 1) rows.sort((a, b) => a.row - b.row);
    for (const chunk of chunks) faults.note(chunk.faults);
    for (const { row, tick } of rows) {
      if (tick.venueTime >= lastTime) lastTime = tick.venueTime;
      else faults.note([{ row, reason: "its time lies before the row above" }]);
    }
    faults.rows += rows.length + chunks.reduce((sum, chunk) => sum + chunk.faults.length, 0);
    if (faults.count === 0 && rows.length > 0) yield rows.map(({ tick }) => tick);
  }
  faults.throwFirst(file.path);
}

/** Rows that a replay cannot give: the first, and how many; the file is read on to count them. */
class Faults {
  rows = 0;
  count = 0;
  #first: { readonly row: number; readonly reason: string } | null = null;

  note(faults: readonly { readonly row: number; readonly reason: string }[]): void {
    this.count += faults.length;
    for (const fault of faults) {
      if (this.#first === null || fault.row < this.#first.row) this.#first = fault;
    }
  }

  throwFirst(path: string): void {
    if (this.#first === null) return;
    const { row, reason } = this.#first;
    throw new SourceFileError(path, `${reason} (${this.count} of ${this.rows} rows)`, { row });
  }
}

/** Chunks that one stretch of a file gave, a chunk for each of its symbols. */
async function* readTogether(file: TickSourceFile): AsyncGenerator<TickChunk[]> {
  let together: TickChunk[] = [];
  for await (const chunk of file.read()) {
    if (together.length > 0 && together[0]!.bytesRead !== chunk.bytesRead) {
      yield together;
      together = [];
    }
    together.push(chunk);
  }
  if (together.length > 0) yield together;
}

function rowsOf({ symbol, ticks, rows, firstRow }: TickChunk): { row: number; tick: Tick }[] {
  return Array.from({ length: ticks.length }, (_, at) => ({
    row: rows === null ? firstRow + at : rows[at]!,
    tick: {
      symbol,
      bid: price(ticks.bid[at]!),
      ask: price(ticks.ask[at]!),
      venueTime: epochMs(ticks.time[at]!),
    },
  }));
}
