/** Values of Parquet's columns as times, points and volumes, with a fault's reason where they are none. */

import { notPoints, pointsMax, type PriceGrid, readPoints } from "./cells.ts";
import type { WallClock } from "./clock.ts";
import { WallTime } from "./wall_time.ts";

const encoder = new TextEncoder();
/** A double's price lies this close to the grid, in points, when it is a decimal that was parsed. */
const onGrid = 1e-4;

/** Times in whatever type a column has; a number is the epoch in the unit its size tells. */
export class ParquetTime {
  ms = 0;
  readonly #wall = new WallTime();
  readonly #clock: WallClock;

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  read(value: unknown): string | null {
    let isWall = true;
    let ms = Number.NaN;
    if (typeof value === "number" || typeof value === "bigint") ms = epochOf(Number(value));
    else if (typeof value === "string") {
      const bytes = encoder.encode(value);
      const read = this.#wall.read(bytes, 0, bytes.length);
      if (read !== null) ms = this.#wall.ms;
      isWall = read === "wall";
    }
    if (Number.isNaN(ms)) return `time "${value}" is not a time`;
    const utc = isWall ? this.#clock.toUtc(ms) : ms;
    if (typeof utc === "string") return `time "${value}" ${utc}`;
    this.ms = utc;
    return null;
  }
}

/** Seconds stay below 1e11 until the year 5138, milliseconds below 1e14, and so on. */
export function epochOf(value: number): number {
  if (!(value >= 0)) return Number.NaN;
  if (value < 1e11) return Math.floor(value * 1e3);
  if (value < 1e14) return Math.floor(value);
  return value < 1e17 ? Math.floor(value / 1e3) : Math.floor(value / 1e6);
}

/** As {@link readPoints}; a double counts as the decimal it was parsed from. */
export function pointsOf(value: unknown, grid: PriceGrid): number {
  if (typeof value === "string") {
    const bytes = encoder.encode(value);
    return readPoints(bytes, [0, bytes.length], grid);
  }
  if (typeof value !== "number" && typeof value !== "bigint") return notPoints;
  const exact = Number(value) * 10 ** (grid.decimals - (grid.leftOut ?? 0));
  const nearest = Math.round(exact);
  const outwards = grid.up ? Math.ceil(exact) : Math.floor(exact);
  const points = Math.abs(exact - nearest) < onGrid ? nearest : outwards;
  return points > 0 && points <= pointsMax ? points : notPoints;
}

/** A volume as it is; 0 where there is none. */
export const volumeOf = (value: unknown): number =>
  value === null || value === undefined ? 0 : Number(value);
