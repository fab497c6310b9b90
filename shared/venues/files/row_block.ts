/** Rows read from one block of text: where each stands, and those that are none. */

import type { Cells } from "./cells.ts";
import { textOf } from "./cells.ts";
import type { RowsTaken } from "./text_rows.ts";

const rowsAtFirst = 4_096;

/** Grows by doubling; what is read of it is cut to length and never written again. */
export class NumberColumn<Numbers extends Float64Array | Int32Array> {
  #values: Numbers;
  length = 0;

  constructor(readonly create: (length: number) => Numbers) {
    this.#values = create(rowsAtFirst);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = this.create(2 * this.length);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.length++] = value;
  }

  /** The values so far; the column starts anew. */
  take(): Numbers {
    const taken = this.#values.subarray(0, this.length) as Numbers;
    this.#values = this.create(Math.max(rowsAtFirst, this.length));
    this.length = 0;
    return taken;
  }
}

export const floats = (): NumberColumn<Float64Array> =>
  new NumberColumn((length) => new Float64Array(length));
export const integers = (): NumberColumn<Int32Array> =>
  new NumberColumn((length) => new Int32Array(length));

/** The values so far, `NaN` those that were not given; `null` where none was. */
export function takeGiven(column: NumberColumn<Float64Array> | null): Float64Array | null {
  const values = column?.take() ?? null;
  return values?.every(Number.isNaN) === true ? null : values;
}

/** Where the rows of a chunk stand in the file and in their block. */
export class RowPlaces {
  readonly #rows = integers();
  readonly #starts = integers();
  readonly #ends = integers();
  #finer: number[] = [];

  get count(): number {
    return this.#rows.length;
  }

  /** `isFiner` where the row is stored rounded. */
  push(row: number, cells: Cells, isFiner: boolean): void {
    if (isFiner) this.#finer.push(this.#rows.length);
    this.#rows.push(row);
    this.#starts.push(cells.lineStart);
    this.#ends.push(cells.lineEnd);
  }

  take({ bytes, faults, notes }: RowsTaken) {
    const rows = this.#rows.take();
    const starts = this.#starts.take();
    const ends = this.#ends.take();
    const finer = this.#finer;
    this.#finer = [];
    const firstRow = rows[0] ?? faults[0]?.row ?? 1;
    const isDense = rows.length === 0 || rows[rows.length - 1]! - firstRow === rows.length - 1;
    return {
      firstRow,
      rows: isDense ? null : rows,
      original: (index: number) => textOf(bytes, starts[index]!, ends[index]!),
      faults,
      ...(finer.length > 0 ? { finer } : {}),
      ...(notes.length > 0 ? { notes } : {}),
    };
  }
}
