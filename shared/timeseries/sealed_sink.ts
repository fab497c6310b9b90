/**
 * Where sealed blocks are written: encoded, decoded again and compared, stored, and read back from
 * where they lie, all before the caller's transaction may commit.
 */

import type { Kysely } from "kysely";
import type { TimeseriesDatabase } from "./database.ts";
import { decodeBars, decodeTicks, encodeBars, encodeTicks, TickRoom } from "./block_codec.ts";
import { insertBlocks, type NewBlock, verifyBlocks, WriteNotVerified } from "./block_store.ts";
import type { Partitions } from "./blocks_table.ts";
import type { BarColumns, TickColumns } from "./columns.ts";

/** Blocks gathered before they are stored; half a megabyte or so. */
const storeMax = 16;

export interface SinkOf {
  readonly seriesId: number;
  readonly version: number;
}

export class SealedSink {
  readonly #trx: Kysely<TimeseriesDatabase>;
  readonly #partitions: Partitions;
  readonly #of: SinkOf;
  readonly #waiting: NewBlock[] = [];
  readonly #room = new TickRoom();
  #blocks = 0;
  #rows = 0;
  #bytes = 0;
  /** What is being stored while the next blocks are encoded; one at a time. */
  #storing: Promise<void> = Promise.resolve();

  constructor(trx: Kysely<TimeseriesDatabase>, partitions: Partitions, of: SinkOf) {
    this.#trx = trx;
    this.#partitions = partitions;
    this.#of = of;
  }

  ticks(ticks: TickColumns): Promise<void> {
    return this.#add(ticks.time, ticks.length, encodedTicks(ticks, this.#room));
  }

  bars(bars: BarColumns): Promise<void> {
    return this.#add(bars.openTime, bars.length, encodedBars(bars));
  }

  /** Stores what waits; what was written in all. */
  async end(): Promise<{ blocks: number; rows: number; bytes: number }> {
    await this.#next();
    await this.#storing;
    return { blocks: this.#blocks, rows: this.#rows, bytes: this.#bytes };
  }

  async #add(times: Float64Array, rows: number, bytes: Uint8Array): Promise<void> {
    this.#blocks++;
    this.#rows += rows;
    this.#bytes += bytes.length;
    const [fromTime, toTime] = [times[0]!, times[rows - 1]!];
    this.#waiting.push({ ...this.#of, fromTime, toTime, rows, sealed: true, bytes });
    if (this.#waiting.length >= storeMax) await this.#next();
  }

  /** Begins to store what waits, once what was begun before is there. */
  async #next(): Promise<void> {
    await this.#storing;
    const blocks = this.#waiting.splice(0);
    if (blocks.length === 0) return;
    this.#storing = this.#store(blocks);
    // A failure is thrown where it is awaited next, here or at the end.
    this.#storing.catch(() => {});
  }

  async #store(blocks: readonly NewBlock[]): Promise<void> {
    await this.#partitions.ensure(this.#trx, blocks.map(({ fromTime }) => fromTime));
    const places = await insertBlocks(this.#trx, blocks);
    await verifyBlocks(this.#trx, blocks.map((block, at) => ({ ...block, place: places[at]! })));
  }
}

/** A block that was decoded again and compared. @throws WriteNotVerified */
export function encodedTicks(ticks: TickColumns, room?: TickRoom): Uint8Array {
  const bytes = encodeTicks(ticks);
  checkSame(ticks, decodeTicks(bytes, room));
  return bytes;
}

/** The same of bars. */
export function encodedBars(bars: BarColumns): Uint8Array {
  const bytes = encodeBars(bars);
  checkSame(bars, decodeBars(bytes));
  return bytes;
}

/** @throws WriteNotVerified when a column differs in a bit. */
function checkSame(written: TickColumns | BarColumns, read: TickColumns | BarColumns): void {
  for (const [name, column] of Object.entries(written)) {
    const again = (read as unknown as Record<string, unknown>)[name];
    const same = ArrayBuffer.isView(column) && ArrayBuffer.isView(again)
      ? sameBits(column, again)
      : column === again;
    if (!same) throw new WriteNotVerified(`The column ${name} did not decode as it was written`);
  }
}

function sameBits(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const left = new Uint32Array(a.buffer, a.byteOffset, a.byteLength / 4);
  const right = new Uint32Array(b.buffer, b.byteOffset, b.byteLength / 4);
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
