/** `EURUSD` here, `EUR_USD` at OANDA. */

import type { Instrument, Symbol } from "../../domain/instrument.ts";
import { findInstrument, instrumentOf } from "../../domain/instruments.ts";

export function toOandaName(symbol: Symbol): string {
  const { base, quote } = instrumentOf(symbol);
  return `${base}_${quote}`;
}

/** `undefined` for what Spotwire does not list: `US30_USD`, `EURUSD` without its line. */
export function fromOandaName(name: string): Instrument | undefined {
  const match = /^([A-Z]{3})_([A-Z]{3})$/.exec(name);
  return match === null ? undefined : findInstrument(match[1]! + match[2]!);
}
