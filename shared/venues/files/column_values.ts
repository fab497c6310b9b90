/** Values of columns as times, points and volumes, with a fault's reason where they are none. */

import { notPoints, pointsOfDouble, type PriceGrid, readDecimal, readPoints } from "./cells.ts";
import type { WallClock } from "./clock.ts";
import { type WallRead, WallTime } from "./wall_time.ts";

const encoder = new TextEncoder();
const dayMs = 86_400_000;

/** Times in whatever type a column has; a number is the epoch in the unit its size tells. */
export class ColumnTime {
  ms = 0;
  /** Something finer than a millisecond was cut off it. */
  isCut = false;
  readonly #wall = new WallTime();
  readonly #clock: WallClock;
  readonly #timeOfDayPerMs: number | null;

  /** `timeOfDayPerMs` is how many of a time of day's unit make a millisecond; `null` for text. */
  constructor(clock: WallClock, timeOfDayPerMs: number | null) {
    this.#clock = clock;
    this.#timeOfDayPerMs = timeOfDayPerMs;
  }

  read(value: unknown): string | null {
    if (typeof value === "number" || typeof value === "bigint") {
      const exact = exactMs(Number(value));
      this.#wall.ms = wholeMs(exact);
      this.#wall.isCut = exact - this.#wall.ms > sameMs;
      return this.#take(Number.isNaN(this.#wall.ms) ? null : "wall", value);
    }
    if (typeof value !== "string") return this.#take(null, value);
    const bytes = encoder.encode(value);
    return this.#take(this.#wall.read(bytes, 0, bytes.length), value);
  }

  /** A date in one column and the time of day in another. */
  readPair(date: unknown, timeOfDay: unknown): string | null {
    const day = typeof date === "string" ? date : dayText(date);
    const clock = typeof timeOfDay === "string"
      ? timeOfDay
      : clockText(timeOfDay, this.#timeOfDayPerMs);
    const shown = `${date} ${timeOfDay}`;
    if (day === null || clock === null) return this.#take(null, shown);
    const bytes = encoder.encode(day + clock);
    const read = this.#wall.readPair(bytes, [0, day.length], [day.length, bytes.length]);
    return this.#take(read, shown);
  }

  #take(read: WallRead, value: unknown): string | null {
    if (read === null) return `time "${value}" is not a time`;
    this.isCut = this.#wall.isCut;
    const utc = read === "wall" ? this.#clock.toUtc(this.#wall.ms) : this.#wall.ms;
    if (typeof utc === "string") return `time "${value}" ${utc}`;
    this.ms = utc;
    return null;
  }
}

/** `2020-03-04` of a midnight, `null` for any other value. */
function dayText(value: unknown): string | null {
  if (typeof value !== "number" && typeof value !== "bigint") return null;
  const ms = epochOf(Number(value));
  return ms % dayMs === 0 ? new Date(ms).toISOString().slice(0, 10) : null;
}

/** `10:00:00.000` of a count since midnight, `null` for any other value. */
function clockText(value: unknown, perMs: number | null): string | null {
  if (perMs === null || (typeof value !== "number" && typeof value !== "bigint")) return null;
  const ms = Math.floor(Number(value) / perMs);
  return ms >= 0 && ms < dayMs ? new Date(ms).toISOString().slice(11, 23) : null;
}

/** Seconds stay below 1e11 until the year 5138, milliseconds below 1e14, and so on. */
export const epochOf = (value: number): number => wholeMs(exactMs(value));

function exactMs(value: number): number {
  if (!(value >= 0)) return Number.NaN;
  if (value < 1e11) return value * 1e3;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1e3 : value / 1e6;
}

/** What a double of seconds since 1970 may be beside the millisecond it stands for. */
const sameMs = 3e-4;
const wholeMs = (exact: number): number => Math.floor(exact + sameMs);

/**
 * A count of a finer unit in milliseconds; half of one stands for any rest, which a double could
 * round up to the next.
 */
export const msOf = (count: bigint, perMs: bigint): number =>
  Number(count / perMs) + (count % perMs === 0n ? 0 : 0.5);

/** As {@link readPoints}, of text or of a number. */
export function pointsOf(value: unknown, grid: PriceGrid): number {
  if (typeof value === "string") {
    const bytes = encoder.encode(value);
    return readPoints(bytes, [0, bytes.length], grid);
  }
  if (typeof value !== "number" && typeof value !== "bigint") return notPoints;
  return pointsOfDouble(Number(value), grid);
}

/** A volume as it is; `NaN` where it is not given, `null` for what is no number. */
export function volumeOf(value: unknown): number | null {
  if (value === null || value === undefined) return Number.NaN;
  const read = numberOf(value);
  return Number.isFinite(read) ? read : null;
}

function numberOf(value: unknown): number {
  if (typeof value === "string") {
    const bytes = encoder.encode(value);
    return readDecimal(bytes, 0, bytes.length);
  }
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
}

/** A count of quotes; -1 where it is not known, `NaN` for what is no number. */
export const ticksOf = (value: unknown): number =>
  value === null || value === undefined ? -1 : numberOf(value);
