/** Bars of one side as their rows are read, whatever the kind of file. */

import type { BarColumns } from "../../domain/columns.ts";
import { floats, integers, takeGiven } from "./row_block.ts";

/** Longer bars may begin wherever their vendor's day or zone puts them. */
const alignedMsMax = 900_000;
const ticksMax = 2 ** 31 - 1;

/** Why a bar cannot begin at a time, or `null`. */
export const startFault = (openTime: number, intervalMs: number): string | null =>
  intervalMs <= alignedMsMax && openTime % intervalMs !== 0
    ? `its time is no start of a bar of ${intervalMs / 1_000} s`
    : null;

/** A whole number that bars have room for; -1 where the source does not say. */
export const isTickCount = (value: number): boolean =>
  Number.isInteger(value) && value >= -1 && value <= ticksMax;

/** Keeps a row's bar apart in `row` until the whole row is known to be good. */
export class BarBuffer {
  /** Open, high, low, close, volume (`NaN` where it is not given), ticks. */
  readonly row = new Float64Array(6);
  readonly #openTime = floats();
  readonly #prices = [integers(), integers(), integers(), integers()] as const;
  readonly #ticks = integers();
  readonly #volume = floats();

  keep(openTime: number): void {
    this.#openTime.push(openTime);
    for (let price = 0; price < 4; price++) this.#prices[price]!.push(this.row[price]!);
    this.#volume.push(this.row[4]!);
    this.#ticks.push(this.row[5]!);
  }

  /** The bars so far; the buffer starts anew. */
  take(): BarColumns {
    const [open, high, low, close] = this.#prices;
    return {
      length: this.#openTime.length,
      openTime: this.#openTime.take(),
      open: open.take(),
      high: high.take(),
      low: low.take(),
      close: close.take(),
      ticks: this.#ticks.take(),
      volume: takeGiven(this.#volume),
    };
  }
}
