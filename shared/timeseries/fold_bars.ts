/** Ticks folded into bars of a fixed length from the epoch on; an interval without ticks has no bar. */

import type { BarSide } from "../domain/bar.ts";
import type { BarColumns, TickColumns } from "./columns.ts";

const firstRoom = 1_024;

/** Takes ticks by time, in pieces, and gives their bars at the end. */
export class BarFolder {
  readonly #intervalMs: number;
  readonly #side: BarSide;
  #openTime = new Float64Array(firstRoom);
  /** Open, high, low, close and count of each bar, one after another. */
  #cells = new Int32Array(5 * firstRoom);
  #bars = 0;

  constructor({ intervalMs, side }: { readonly intervalMs: number; readonly side: BarSide }) {
    this.#intervalMs = intervalMs;
    this.#side = side;
  }

  push(ticks: TickColumns): void {
    const { time, length } = ticks;
    const prices = pricesOf(ticks, this.#side);
    for (let from = 0; from < length;) {
      const openTime = Math.floor(time[from]! / this.#intervalMs) * this.#intervalMs;
      const end = openTime + this.#intervalMs;
      let high = prices[from]!;
      let low = high;
      let to = from + 1;
      for (; to < length && time[to]! < end; to++) {
        const at = prices[to]!;
        if (at > high) high = at;
        if (at < low) low = at;
      }
      this.#add(openTime, [prices[from]!, high, low, prices[to - 1]!, to - from]);
      from = to;
    }
  }

  finish(): BarColumns {
    const length = this.#bars;
    const cells = this.#cells;
    const column = (at: number) => {
      const values = new Int32Array(length);
      for (let i = 0; i < length; i++) values[i] = cells[5 * i + at]!;
      return values;
    };
    return {
      length,
      openTime: this.#openTime.slice(0, length),
      open: column(0),
      high: column(1),
      low: column(2),
      close: column(3),
      ticks: column(4),
      volume: null,
    };
  }

  /** A new bar, or more of the last one where a piece ended within it. */
  #add(openTime: number, [open, high, low, close, count]: Cells): void {
    const last = this.#bars - 1;
    const cells = this.#cells;
    if (last >= 0 && this.#openTime[last] === openTime) {
      const at = 5 * last;
      cells[at + 1] = Math.max(cells[at + 1]!, high);
      cells[at + 2] = Math.min(cells[at + 2]!, low);
      cells[at + 3] = close;
      cells[at + 4]! += count;
      return;
    }
    if (this.#bars === this.#openTime.length) this.#grow();
    this.#openTime[this.#bars] = openTime;
    this.#cells.set([open, high, low, close, count], 5 * this.#bars);
    this.#bars++;
  }

  #grow(): void {
    const openTime = new Float64Array(2 * this.#openTime.length);
    openTime.set(this.#openTime);
    const cells = new Int32Array(2 * this.#cells.length);
    cells.set(this.#cells);
    this.#openTime = openTime;
    this.#cells = cells;
  }
}

type Cells = readonly [open: number, high: number, low: number, close: number, count: number];

/** Mid rounds half a point to even, as the live bars do. */
function pricesOf({ bid, ask, length }: TickColumns, side: BarSide): Int32Array {
  if (side === "bid") return bid;
  if (side === "ask") return ask;
  const mid = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const sum = bid[i]! + ask[i]!;
    const floor = Math.floor(sum / 2);
    mid[i] = sum % 2 !== 0 && floor % 2 !== 0 ? floor + 1 : floor;
  }
  return mid;
}
