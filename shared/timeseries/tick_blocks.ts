/** Cuts a stream of ticks into sealed blocks: full, within one span, no moment in two of them. */

import { rowsMax } from "./block_codec.ts";
import type { TickColumns } from "./columns.ts";
import { dayMs } from "../domain/bars/granularity.ts";
import { lowerBound } from "./tick_columns.ts";

/** Rows of a full block; more only where one moment would be cut. */
export const blockRows = 16_384;

/** Takes ticks by time and gives full blocks, each to be used before the next is asked for. */
export class TickCutter {
  readonly #time = new Float64Array(rowsMax);
  readonly #bid = new Int32Array(rowsMax);
  readonly #ask = new Int32Array(rowsMax);
  readonly #bidVolume = new Float64Array(rowsMax);
  readonly #askVolume = new Float64Array(rowsMax);
  #hasBidVolume = false;
  #hasAskVolume = false;
  #rows = 0;

  /** @throws RangeError when times fall, or one moment has more ticks than a block may. */
  *push(ticks: TickColumns): Generator<TickColumns> {
    let at = 0;
    while (at < ticks.length) {
      const next = ticks.time[at]!;
      const last = this.#rows === 0 ? null : this.#time[this.#rows - 1]!;
      if (last !== null && next < last) throw new RangeError(`Cannot store ${next} after ${last}`);
      if (last !== null && (dayOf(next) !== dayOf(last) || this.#isFull(next, last))) {
        yield* this.flush();
        continue;
      }
      at += this.#take(ticks, at);
    }
  }

  /** What is left. */
  *flush(): Generator<TickColumns> {
    const length = this.#rows;
    if (length === 0) return;
    const block = {
      length,
      time: this.#time.subarray(0, length),
      bid: this.#bid.subarray(0, length),
      ask: this.#ask.subarray(0, length),
      bidVolume: this.#hasBidVolume ? this.#bidVolume.subarray(0, length) : null,
      askVolume: this.#hasAskVolume ? this.#askVolume.subarray(0, length) : null,
    };
    this.#rows = 0;
    this.#hasBidVolume = this.#hasAskVolume = false;
    yield block;
  }

  #isFull(next: number, last: number): boolean {
    if (this.#rows < blockRows || next === last && this.#rows < rowsMax) return false;
    if (next === last) throw new RangeError(`Cannot store ${rowsMax} ticks of the moment ${last}`);
    return true;
  }

  /** As many rows as fit of the same day; at least one. */
  #take(ticks: TickColumns, at: number): number {
    const from = this.#rows;
    const dayEnd = (dayOf(ticks.time[at]!) + 1) * dayMs;
    const room = Math.max(1, blockRows - from);
    const inDay = ticks.time[ticks.length - 1]! < dayEnd
      ? ticks.length
      : lowerBound(ticks.time, ticks.length, dayEnd);
    const end = Math.min(inDay, at + room);
    this.#time.set(ticks.time.subarray(at, end), from);
    this.#bid.set(ticks.bid.subarray(at, end), from);
    this.#ask.set(ticks.ask.subarray(at, end), from);
    const rows = { from, at, end };
    this.#hasBidVolume = putVolume(this.#bidVolume, ticks.bidVolume, {
      ...rows,
      had: this.#hasBidVolume,
    });
    this.#hasAskVolume = putVolume(this.#askVolume, ticks.askVolume, {
      ...rows,
      had: this.#hasAskVolume,
    });
    this.#rows = from + end - at;
    for (let i = Math.max(1, from); i < this.#rows; i++) {
      if (this.#time[i]! < this.#time[i - 1]!) {
        throw new RangeError(`Cannot store ${this.#time[i]} after ${this.#time[i - 1]}`);
      }
    }
    return end - at;
  }
}

const dayOf = (at: number): number => Math.floor(at / dayMs);

/** Whether the block has volumes now; NaN stands for those that were not given. */
function putVolume(
  into: Float64Array,
  volume: Float64Array | null,
  { from, at, end, had }: { from: number; at: number; end: number; had: boolean },
): boolean {
  if (volume === null) {
    if (had) into.fill(NaN, from, from + end - at);
    return had;
  }
  if (!had) into.fill(NaN, 0, from);
  into.set(volume.subarray(at, end), from);
  return true;
}
