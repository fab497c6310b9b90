/** The time of a row, from the cells that hold it, as epoch milliseconds. */

import { type Cells, readDigits } from "./cells.ts";
import type { WallClock } from "./clock.ts";
import { type DateOrder, WallTime } from "./wall_time.ts";

export interface TimeCells {
  /** Of the row read last, epoch milliseconds, UTC. */
  ms: number;
  /** Something finer than a millisecond was cut off it. */
  readonly isCut: boolean;
  /** Reads a row's time into `ms`, or says what is wrong with it. */
  read(cells: Cells): string | null;
}

const dayMs = 86_400_000;
const dot = 46;

/** Milliseconds since a midnight, fractions cut off: Lean's ticks, seconds and minutes. */
export class MsOfDay implements TimeCells {
  ms = 0;
  isCut = false;
  readonly #midnight: number;

  constructor(midnight: number) {
    this.#midnight = midnight;
  }

  read(cells: Cells): string | null {
    const { bytes } = cells;
    const start = cells.starts[0]!;
    const end = cells.ends[0]!;
    let point = start;
    while (point < end && bytes[point] !== dot) point++;
    const ms = readDigits(bytes, start, point);
    const fraction = point === end ? 0 : readDigits(bytes, point + 1, end);
    if (ms < 0 || ms >= dayMs || fraction < 0) {
      return `"${cells.text(0)}" is not a number of milliseconds in a day`;
    }
    this.ms = this.#midnight + ms;
    this.isCut = fraction > 0;
    return null;
  }
}

/** A count since 1970 in its own unit, digits beyond milliseconds cut off. */
export class EpochTime implements TimeCells {
  ms = 0;
  isCut = false;
  readonly #cell: number;
  readonly #perMs: number;

  /** `perMs` is how many of the unit make a millisecond: 0.001 for seconds. */
  constructor(cell: number, perMs: number) {
    this.#cell = cell;
    this.#perMs = perMs;
  }

  read(cells: Cells): string | null {
    const text = cells.text(this.#cell);
    if (!/^\d{1,20}(\.\d{1,9})?$/.test(text)) return `time "${text}" is not an epoch count`;
    // A count of nanoseconds is beyond 2^53: its last digits are cut off as text.
    const isNs = this.#perMs === 1e6;
    const ms = isNs ? Number(text.slice(0, -6)) : Number(text) / this.#perMs;
    this.ms = Math.floor(ms + 1e-6);
    this.isCut = isNs ? /[1-9]/.test(text.slice(-6)) : ms - this.ms > sameMs;
    return this.ms <= lastMs ? null : `time "${text}" lies beyond the calendar`;
  }
}

/** What a double of seconds since 1970 may be beside the millisecond it stands for. */
const sameMs = 3e-4;
/** The year 9999. */
const lastMs = 253_402_300_799_999;

export interface WrittenTimeOptions {
  readonly cell: number;
  /** The time of day, where that is apart. */
  readonly timeCell?: number | null;
  /** Without a clock, a time must name its zone; a zone that is written wins over the clock. */
  readonly clock: WallClock | null;
  readonly order?: DateOrder;
}

/** A date and time in one cell, or in two. */
export class WrittenTime implements TimeCells {
  ms = 0;
  isCut = false;
  readonly #time: WallTime;
  readonly #cell: number;
  readonly #timeCell: number | null;
  readonly #clock: WallClock | null;

  constructor({ cell, timeCell = null, clock, order = "ymd" }: WrittenTimeOptions) {
    this.#time = new WallTime(order);
    this.#cell = cell;
    this.#timeCell = timeCell;
    this.#clock = clock;
  }

  read(cells: Cells): string | null {
    const { bytes, starts, ends } = cells;
    const cell = this.#cell;
    if (cell >= cells.count || (this.#timeCell ?? 0) >= cells.count) return "its time is missing";
    const start = starts[cell]!;
    const end = ends[cell]!;
    const time = this.#timeCell;
    const read = time === null
      ? this.#time.read(bytes, start, end)
      : this.#time.readPair(bytes, [start, end], [starts[time]!, ends[time]!]);
    this.isCut = read !== null && this.#time.isCut;
    if (read === "wall" && this.#clock !== null) {
      const utc = this.#clock.toUtc(this.#time.ms);
      if (typeof utc === "string") return `time "${this.#text(cells)}" ${utc}`;
      this.ms = utc;
      return null;
    }
    if (read === "instant") {
      this.ms = this.#time.ms;
      return null;
    }
    return time === null && this.#readEpoch(bytes, start, end) ? null : this.#fault(cells);
  }

  #readEpoch(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length < 12 || length > 14) return false;
    this.ms = readDigits(bytes, start, end);
    return this.ms >= 0;
  }

  #text(cells: Cells): string {
    const date = cells.text(this.#cell);
    return this.#timeCell === null ? date : `${date} ${cells.text(this.#timeCell)}`;
  }

  #fault(cells: Cells): string {
    const text = this.#text(cells);
    return this.#clock === null
      ? `time "${text}" is neither RFC 3339 with a zone nor epoch milliseconds`
      : `time "${text}" is not a date and time`;
  }
}
