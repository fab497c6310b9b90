/** Many tick files as one stream by time. */

import type { Tick } from "../venue.ts";
import { MinHeap } from "../min_heap.ts";
import type { TickFile } from "./tick_file.ts";

/** Ticks handed on at once. */
const pieceMax = 1_024;

/**
 * Merges files by venue time; ticks of one moment keep the order of the files. A file is opened
 * when the stream reaches its beginning and closed at its end, so a year of hours needs one open.
 */
export async function* mergeTicks(files: readonly TickFile[]): AsyncGenerator<readonly Tick[]> {
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
  readonly #file: TickFile;
  #pieces: AsyncIterator<readonly Tick[]> | null = null;
  #piece: readonly Tick[] = [];
  #at = 0;

  constructor(file: TickFile, order: number) {
    this.#file = file;
    this.order = order;
    this.time = file.from;
  }

  get isLoaded(): boolean {
    return this.#at < this.#piece.length;
  }

  /** Reads on until there is a tick; `false` at the file's end. */
  async load(): Promise<boolean> {
    this.#pieces ??= this.#file.read()[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return false;
      if (value.length === 0) continue;
      this.#piece = value;
      this.#at = 0;
      this.time = value[0]!.venueTime;
      return true;
    }
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
