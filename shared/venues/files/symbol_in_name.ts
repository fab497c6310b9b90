/** The pair that a file's names tell: its own, its folder's, the one inside its zip. */

import type { BarSide } from "../../domain/bar.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";
import { namedWithin, readInstrument, type SymbolNames } from "./symbol_names.ts";

/** The first told name or listed symbol that stands by itself in a name. */
export function instrumentInName(path: string, names: SymbolNames = {}): Instrument | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toUpperCase();
  const told = namedWithin(name, names);
  if (told !== undefined) return told;
  const found = name.matchAll(/(?<![A-Z])(?=([A-Z]{3})[-_]?([A-Z]{3})(?![A-Z]))/g);
  for (const [, base = "", quote = ""] of found) {
    const instrument = readInstrument(base + quote);
    if (instrument !== undefined) return instrument;
  }
  return undefined;
}

/**
 * The instrument all names agree on, or `null` where none tells one.
 * @throws SourceFileError where two of them disagree, or the one asked for is not listed
 */
export function agreedInstrument(
  path: string,
  { symbol, symbols, innerName }: Pick<SourceOptions, "symbol" | "symbols"> & {
    innerName: string | null;
  },
): Instrument | null {
  const asked = askedInstrument(path, symbol);
  const folder = path.split("/").at(-2) ?? "";
  const told: [string, Instrument | undefined][] = [
    ["the caller", asked],
    ["its name", instrumentInName(path, symbols)],
    ["the name inside", innerName === null ? undefined : instrumentInName(innerName, symbols)],
    ["its folder", readInstrument(folder, symbols)],
  ];
  const known = told.filter((one): one is [string, Instrument] => one[1] !== undefined);
  const [first, ...others] = known;
  if (first === undefined) return null;
  for (const [who, instrument] of others) {
    if (instrument !== first[1]) {
      const fault = `${who} says ${instrument.symbol}, ${first[0]} ${first[1].symbol}`;
      throw new SourceFileError(path, fault);
    }
  }
  return first[1];
}

/** @throws SourceFileError where a symbol is asked for that is not listed */
function askedInstrument(path: string, symbol: string | undefined): Instrument | undefined {
  const asked = symbol === undefined ? undefined : readInstrument(symbol);
  if (symbol !== undefined && asked === undefined) {
    throw new SourceFileError(path, `symbol "${symbol}" is not listed`);
  }
  return asked;
}

/** @throws SourceFileError where another symbol is asked for than the path says */
export function checkAsked(path: string, instrument: Instrument, symbol: string | undefined): void {
  const asked = askedInstrument(path, symbol);
  if (asked !== undefined && asked !== instrument) {
    const fault = `its path says ${instrument.symbol}, the caller ${asked.symbol}`;
    throw new SourceFileError(path, fault);
  }
}

/** Whose side the bars of a file are, by its name. @throws SourceFileError where it does not tell */
export function sideInName(path: string): BarSide {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const [, side] = /(?:^|[_.-])(bid|ask|mid)(?=[_.-])/.exec(name) ?? [];
  if (side === undefined) {
    throw new SourceFileError(path, "neither its name nor an option tells whose side its bars are");
  }
  return side as BarSide;
}
