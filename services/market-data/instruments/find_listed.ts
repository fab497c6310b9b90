/** A symbol of a request as an instrument. */

import type { Instrument } from "../../../shared/domain/instrument.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import { Problem } from "../../../shared/runtime/problem.ts";

/** @throws Problem `not_found`: the symbol names a resource here, not a field of an order. */
export function findListed(symbol: string): Instrument {
  const found = findInstrument(symbol);
  if (found === undefined) throw new Problem("not_found", `${symbol} is not traded here`);
  return found;
}
