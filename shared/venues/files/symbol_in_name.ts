/** The pair a file's name tells. */

import type { Instrument } from "../../domain/instrument.ts";
import { readInstrument } from "./tick_rows.ts";

/** The first listed symbol that stands by itself in the file's name. */
export function instrumentInName(path: string): Instrument | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toUpperCase();
  const found = name.matchAll(/(?<![A-Z])(?=([A-Z]{3})[-_]?([A-Z]{3})(?![A-Z]))/g);
  for (const [, base = "", quote = ""] of found) {
    const instrument = readInstrument(base + quote);
    if (instrument !== undefined) return instrument;
  }
  return undefined;
}
