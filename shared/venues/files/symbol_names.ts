/** The names sources give to instruments: the listed symbol written in any way, or one a person tells. */

import type { Instrument } from "../../domain/instrument.ts";
import { findInstrument } from "../../domain/instruments.ts";

/**
 * Listed symbols by what the source calls them, whatever the case: `{ GOLD: "XAUUSD" }`. One `*` in a
 * name stands for a symbol, `{ "*.m": "*" }`, as brokers hang something on all of theirs.
 */
export type SymbolNames = Readonly<Record<string, string>>;

/** The instrument of a text such as `EUR/USD`, `eur_usd` or `EURUSD`, or of a name that is told. */
export function readInstrument(text: string, names: SymbolNames = {}): Instrument | undefined {
  const wanted = text.trim().toUpperCase();
  for (const [name, symbol] of Object.entries(names)) {
    const meant = meaning(wanted, name.toUpperCase(), symbol);
    if (meant !== null) return meant;
  }
  return plain(wanted);
}

const plain = (text: string): Instrument | undefined =>
  findInstrument(text.replace(/[/_.-]/g, "").toUpperCase());

/** What a name makes of a text; `null` where it is another name. */
function meaning(text: string, name: string, symbol: string): Instrument | null {
  const star = name.indexOf("*");
  if (star < 0) return text === name ? findInstrument(symbol) ?? null : null;
  const [before, after] = [name.slice(0, star), name.slice(star + 1)];
  const isLike = text.length > before.length + after.length && text.startsWith(before) &&
    text.endsWith(after);
  if (!isLike) return null;
  return plain(text.slice(before.length, text.length - after.length)) ?? null;
}

/** The first told name that stands by itself in a file's name, in capitals. */
export function namedWithin(fileName: string, names: SymbolNames): Instrument | undefined {
  for (const [name, symbol] of Object.entries(names)) {
    if (name.includes("*")) continue;
    const at = fileName.indexOf(name.toUpperCase());
    if (at < 0) continue;
    const around = [fileName[at - 1] ?? "", fileName[at + name.length] ?? ""];
    if (!around.some((one) => /[A-Z0-9]/.test(one))) return findInstrument(symbol);
  }
  return undefined;
}

/** What is wrong with names, each fault by its name. */
export const faultsOfNames = (names: SymbolNames): { name: string; message: string }[] =>
  Object.entries(names).flatMap(([name, symbol]) => {
    const stars = name.split("*").length - 1;
    if (stars > 1) return [{ name, message: "Expected one * at most" }];
    if (stars === 1) return symbol === "*" ? [] : [{ name, message: "Expected * as its symbol" }];
    return findInstrument(symbol) === undefined ? [{ name, message: "Not a listed symbol" }] : [];
  });
