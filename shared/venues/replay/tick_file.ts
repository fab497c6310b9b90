/** What every recording format gives: files of ticks in the order of time. */

import { parseScaled } from "../../domain/decimal.ts";
import { type Instrument, type Price, price } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";
import type { EpochMs } from "../../domain/time.ts";
import type { Tick } from "../venue.ts";

export interface TickFile {
  readonly path: string;
  /** No tick in it is earlier. */
  readonly from: EpochMs;
  /** Its ticks by time, a piece at a time. Throws `TickFileError` where a row cannot be read. */
  read(): AsyncIterable<readonly Tick[]>;
}

/** A recording that cannot be read; the message names the file and, where there is one, the row. */
export class TickFileError extends Error {
  override readonly name = "TickFileError";
  readonly path: string;

  constructor(path: string, fault: string, options?: ErrorOptions) {
    super(`Cannot read ${path}: ${fault}`, options);
    this.path = path;
  }
}

/**
 * Points at `precision` on the instrument's grid. A finer recording is rounded outwards, bid down
 * and ask up, so that a replay never shows a better price than was recorded.
 */
export function toGrid(
  points: number,
  precision: number,
  to: { instrument: Instrument; side: "bid" | "ask" },
): Price {
  const shift = to.instrument.pricePrecision - precision;
  if (shift >= 0) return price(points * 10 ** shift);
  const exact = points / 10 ** -shift;
  return price(to.side === "bid" ? Math.floor(exact) : Math.ceil(exact));
}

/** Decimals that every recorded price fits in. */
const finestPrecision = 10;

/** A decimal price text on the instrument's grid, or why it is none. */
export function readPrice(
  text: string,
  instrument: Instrument,
  side: "bid" | "ask",
): Price | string {
  const exact = parseScaled(text, instrument.pricePrecision);
  const read = exact === "too_precise"
    ? finer(parseScaled(text, finestPrecision), instrument, side)
    : exact;
  if (typeof read === "string") return `${side} "${text}" is not a price (${read})`;
  return read > 0 ? price(read) : `${side} "${text}" is not positive`;
}

const finer = (
  read: ReturnType<typeof parseScaled>,
  instrument: Instrument,
  side: "bid" | "ask",
) => typeof read === "string" ? read : toGrid(read, finestPrecision, { instrument, side });

/** The listed instrument in a text such as `EUR/USD`, `eur_usd` or `EURUSD`. */
export const readInstrument = (text: string): Instrument | undefined =>
  findInstrument(text.replace(/[/_.-]/g, "").toUpperCase());
