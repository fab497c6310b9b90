/**
 * Text as bytes: a line split into cells, and the numbers in them, without a string a row. A million
 * rows a second are read this way; only a row that is wrong becomes text.
 */

const newline = 10;
const carriageReturn = 13;
const quote = 34;
const minus = 45;
const dot = 46;
const zero = 48;
const blank = 32;

/** Cells of a line that are looked at; a file may have more, which are passed over. */
const cellsMax = 256;

export class Cells {
  bytes: Uint8Array = new Uint8Array();
  /** Of the line in `bytes`, its end before the line break. */
  lineStart = 0;
  lineEnd = 0;
  count = 0;
  readonly starts = new Int32Array(cellsMax);
  readonly ends = new Int32Array(cellsMax);
  readonly #delimiter: number;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /**
   * Splits the line that begins at `from`. A quoted cell may hold delimiters; blanks around a cell
   * and its quotes are no part of it. Lines end in `\n`, `\r\n` or `\r`, mixed as they come.
   * @returns where the next line begins
   */
  split(bytes: Uint8Array, from: number, end: number): number {
    const delimiter = this.#delimiter;
    this.bytes = bytes;
    this.lineStart = from;
    let at = from;
    let start = from;
    let count = 0;
    let inQuotes = false;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === delimiter) {
        if (inQuotes) continue;
        if (count < cellsMax - 1) this.#put(count++, start, at);
        start = at + 1;
      } else if (byte === newline || byte === carriageReturn) {
        break;
      } else if (byte === quote) {
        inQuotes = !inQuotes;
      }
    }
    this.#put(count++, start, at);
    this.count = count;
    this.lineEnd = at;
    if (at >= end) return end;
    return bytes[at] === carriageReturn && at + 1 < end && bytes[at + 1] === newline
      ? at + 2
      : at + 1;
  }

  #put(index: number, start: number, end: number): void {
    const { bytes } = this;
    while (start < end && bytes[start] === blank) start++;
    while (end > start && bytes[end - 1] === blank) end--;
    if (end - start >= 2 && bytes[start] === quote && bytes[end - 1] === quote) {
      start++;
      end--;
    }
    this.starts[index] = start;
    this.ends[index] = end;
  }

  get isBlank(): boolean {
    return this.count === 1 && this.starts[0] === this.ends[0];
  }

  isEmpty(index: number): boolean {
    return index >= this.count || this.starts[index] === this.ends[index];
  }

  /** Whether a cell is these bytes; no cell is empty bytes. */
  equals(index: number, wanted: Uint8Array): boolean {
    const { length } = wanted;
    if (length === 0 || index >= this.count) return false;
    const start = this.starts[index]!;
    if (this.ends[index]! - start !== length) return false;
    for (let at = 0; at < length; at++) if (this.bytes[start + at] !== wanted[at]) return false;
    return true;
  }

  text(index: number): string {
    if (index >= this.count) return "";
    return textOf(this.bytes, this.starts[index]!, this.ends[index]!);
  }

  line(): string {
    return textOf(this.bytes, this.lineStart, this.lineEnd);
  }
}

const decoder = new TextDecoder();

export const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  decoder.decode(bytes.subarray(start, end));

/** Largest count of points that history's columns hold. */
export const pointsMax = 0x7fff_ffff;
/** What {@link readPoints} gives for a cell that is no price. */
export const notPoints = -1;

/** How a written price becomes a count of points. */
export interface PriceGrid {
  /** The instrument's. */
  readonly decimals: number;
  /** A finer price is rounded up instead of down. */
  readonly up: boolean;
  /** Decimals left out of whole-number prices; `null` where they are written. */
  readonly leftOut: number | null;
  /** Set where a price was finer; whoever reads rows takes it back. */
  finer: boolean;
}

/**
 * A positive price as a count of points at `decimals`; a finer price is rounded down, or up where
 * `up`, so that no better price is kept than was recorded. {@link notPoints} for anything else.
 */
export function readPoints(
  bytes: Uint8Array,
  [start, end]: readonly [number, number],
  grid: PriceGrid,
): number {
  const { decimals, up, leftOut } = grid;
  if (leftOut !== null) {
    const whole = readDigits(bytes, start, end) * 10 ** (decimals - leftOut);
    const points = up ? Math.ceil(whole - 1e-9) : Math.floor(whole + 1e-9);
    if (Math.abs(points - whole) > 1e-6) grid.finer = true;
    return points > 0 && points <= pointsMax ? points : notPoints;
  }
  let value = 0;
  let at = start;
  for (; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === start) return notPoints;
  let read = 0;
  let finer = false;
  if (at < end) {
    if (bytes[at] !== dot || at + 1 === end) return notPoints;
    for (at++; at < end; at++) {
      const digit = bytes[at]! - zero;
      if (digit < 0 || digit > 9) return notPoints;
      if (read < decimals) {
        value = value * 10 + digit;
        read++;
      } else if (digit !== 0) finer = true;
    }
  }
  if (finer && end - start > doubleDigits) {
    return pointsOfDouble(Number(textOf(bytes, start, end)), grid);
  }
  for (; read < decimals; read++) value *= 10;
  if (finer) grid.finer = true;
  if (finer && up) value++;
  return value > 0 && value <= pointsMax ? value : notPoints;
}

/** A price with so many characters was written from a double: `1.0900299999999998`. */
const doubleDigits = 16;
/** A double's price lies this close to the grid, in points, when it is a decimal that was parsed. */
const onGrid = 1e-4;
/** A single's lies within this of the decimal, of the whole. */
const singleError = 2 ** -24;

/** As {@link readPoints}; a double, or a single, counts as the decimal it was parsed from. */
export function pointsOfDouble(value: number, grid: PriceGrid): number {
  const exact = value * 10 ** (grid.decimals - (grid.leftOut ?? 0));
  const nearest = Math.round(exact);
  const outwards = grid.up ? Math.ceil(exact) : Math.floor(exact);
  const error = Math.fround(value) === value ? Math.min(0.49, exact * singleError) : 0;
  const isOn = Math.abs(exact - nearest) < Math.max(onGrid, error);
  if (!isOn) grid.finer = true;
  const points = isOn ? nearest : outwards;
  return points > 0 && points <= pointsMax ? points : notPoints;
}

/** A plain decimal as a number: volumes, which are kept as they are written. `NaN` if it is none. */
export function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  const negative = bytes[start] === minus;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const digit = bytes[at]! - zero;
    // Anything but a short whole number is read the slow and exact way.
    if (digit < 0 || digit > 9 || at - start > 14) return slowDecimal(bytes, start, end);
    value = value * 10 + digit;
  }
  if (start === end) return Number.NaN;
  return negative ? -value : value;
}

function slowDecimal(bytes: Uint8Array, start: number, end: number): number {
  const text = textOf(bytes, start, end);
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** Digits from `start` to `end` as an integer, or -1. */
export function readDigits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  if (start >= end || end - start > 15) return -1;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
