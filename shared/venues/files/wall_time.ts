/**
 * Times as files write them, read from bytes: `2019-02-04T00:00:01.5Z`, `2013-01-01 22:00:00.295`,
 * `20130101 22:00:00.295`, `20180311 170000123`, `2018.03.11 17:00`, a date alone, epoch counts.
 */

import { type EpochMs, epochMs } from "../../domain/time.ts";
import { readDigits } from "./cells.ts";

const zero = 48;
const colon = 58;
const dot = 46;
const comma = 44;
const plus = 43;
const minus = 45;
const slash = 47;
const letterT = 84;
const letterZ = 90;
const blank = 32;
const minuteMs = 60_000;

/** Which of a date's parts stands first. */
export type DateOrder = "ymd" | "dmy" | "mdy";

/** What a {@link WallTime} read: a time without zone, one with a zone, or nothing. */
export type WallRead = "wall" | "instant" | null;

/** Reads one time after another; what it read lies in its fields, so that a row costs no object. */
export class WallTime {
  /** Milliseconds the clock on the wall shows, as if it were UTC; UTC itself after `instant`. */
  ms = 0;
  /** Something finer than a millisecond was cut off. */
  isCut = false;
  readonly #order: DateOrder;
  #yearMonthDay = -1;
  #midnight = 0;

  constructor(order: DateOrder = "ymd") {
    this.#order = order;
  }

  read(bytes: Uint8Array, start: number, end: number): WallRead {
    const date = this.#readDate(bytes, start, end);
    if (date < 0) return null;
    if (date === end) {
      this.isCut = false;
      this.ms = this.#midnight;
      return "wall";
    }
    const separator = bytes[date];
    if (separator !== blank && separator !== letterT) return null;
    return this.#readClock(bytes, date + 1, end);
  }

  /** A date in one cell and a time of day in the next. */
  readPair(bytes: Uint8Array, date: readonly [number, number], time: readonly [number, number]) {
    if (this.#readDate(bytes, date[0], date[1]) !== date[1]) return null;
    return this.#readClock(bytes, time[0], time[1]);
  }

  /** Sets the midnight of the date at `at`, and gives where it ends, or -1. */
  #readDate(bytes: Uint8Array, at: number, end: number): number {
    const isYearFirst = this.#order === "ymd";
    const separator = bytes[isYearFirst ? at + 4 : at + 2]!;
    const isSeparated = separator === minus || separator === dot || separator === slash;
    const gap = isSeparated ? 1 : 0;
    const length = 8 + 2 * gap;
    if (end - at < length || (!isSeparated && !isYearFirst)) return -1;
    const second = at + (isYearFirst ? 4 : 2) + gap;
    const third = second + 2 + gap;
    if (isSeparated && bytes[third - 1] !== separator) return -1;
    const dayFirst = this.#order === "dmy";
    const y = isYearFirst ? readDigits(bytes, at, at + 4) : readDigits(bytes, third, third + 4);
    const monthAt = isYearFirst || dayFirst ? second : at;
    const dayAt = isYearFirst ? third : dayFirst ? at : second;
    const m = readDigits(bytes, monthAt, monthAt + 2);
    const d = readDigits(bytes, dayAt, dayAt + 2);
    if (y < 0 || m < 0 || d < 0) return -1;
    const key = (y * 100 + m) * 100 + d;
    if (key !== this.#yearMonthDay) {
      const midnight = utcDate(y, m, d);
      if (midnight === null) return -1;
      this.#yearMonthDay = key;
      this.#midnight = midnight;
    }
    return at + length;
  }

  #readClock(bytes: Uint8Array, start: number, end: number): WallRead {
    this.isCut = false;
    const hour = twoDigits(bytes, start, end);
    let at = start + 2;
    const isSeparated = bytes[at] === colon && at < end;
    if (isSeparated) at++;
    const minute = twoDigits(bytes, at, end);
    at += 2;
    let second = 0;
    if (at < end && (isSeparated ? bytes[at] === colon : isDigit(bytes[at]!))) {
      if (isSeparated) at++;
      second = twoDigits(bytes, at, end);
      at += 2;
    }
    if (hour < 0 || minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 59) {
      return null;
    }
    let ms = 0;
    if (at < end && (bytes[at] === dot || bytes[at] === comma || isDigit(bytes[at]!))) {
      if (!isDigit(bytes[at]!)) at++;
      const from = at;
      for (let scale = 100; at < end && isDigit(bytes[at]!); at++, scale /= 10) {
        const digit = bytes[at]! - zero;
        if (scale >= 1) ms += digit * scale;
        else if (digit !== 0) this.isCut = true;
      }
      if (at === from || at - from > 9) return null;
    }
    this.ms = this.#midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + ms;
    return at === end ? "wall" : this.#readZone(bytes, at, end);
  }

  #readZone(bytes: Uint8Array, at: number, end: number): WallRead {
    if (bytes[at] === letterZ && at + 1 === end) return "instant";
    if (bytes[at] !== plus && bytes[at] !== minus) return null;
    const hours = twoDigits(bytes, at + 1, end);
    const from = bytes[at + 3] === colon ? at + 4 : at + 3;
    const minutes = twoDigits(bytes, from, end);
    if (hours < 0 || minutes < 0 || from + 2 !== end) return null;
    this.ms -= (bytes[at] === minus ? -1 : 1) * (hours * 60 + minutes) * minuteMs;
    return "instant";
  }
}

const isDigit = (byte: number): boolean => byte >= zero && byte <= zero + 9;

const twoDigits = (bytes: Uint8Array, at: number, end: number): number =>
  at + 2 > end ? -1 : readDigits(bytes, at, at + 2);

/** Midnight UTC of a date, months from 1; `null` where the calendar has no such day. */
export function utcDate(year: number, month: number, day: number): EpochMs | null {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  // The years 0 to 99 are taken for those of 1900.
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day;
  return same ? epochMs(ms) : null;
}
