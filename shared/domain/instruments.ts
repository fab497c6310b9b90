/**
 * The instruments Spotwire knows: the 28 crosses of the eight majors, two metals, six more against
 * the dollar. Margin follows ESMA's retail caps of 2018 (30:1 between major currencies, 20:1 for
 * other pairs and gold, 10:1 for silver); spot lag is market convention (USDCAD settles T+1).
 */

import type { Currency } from "./currency.ts";
import { type Instrument, type Symbol, units } from "./instrument.ts";

/** Market order of precedence: the earlier currency is the base. */
const precedence = ["EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF", "JPY"] as const;
const thirtyToOne = new Set<Currency>(["EUR", "GBP", "USD", "CAD", "CHF", "JPY"]);

function cross(base: Currency, quote: Currency): Instrument {
  const lowMargin = thirtyToOne.has(base) && thirtyToOne.has(quote);
  return {
    symbol: (base + quote) as Symbol,
    base,
    quote,
    pricePrecision: quote === "JPY" ? 3 : 5,
    pipPoints: 10,
    unitsMin: units(1),
    unitsMax: units(100_000_000),
    unitsStep: units(1),
    marginRatePpm: lowMargin ? 33_333 : 50_000,
    spotLagDays: base === "USD" && quote === "CAD" ? 1 : 2,
  };
}

const crosses = precedence.flatMap((base, at) =>
  precedence.slice(at + 1).map((quote) => cross(base, quote))
);

const againstDollar = (["NOK", "SEK", "MXN", "ZAR", "SGD", "CNH"] as const).map((quote) => ({
  ...cross("USD", quote),
  unitsMin: units(100),
  unitsStep: units(100),
  unitsMax: units(20_000_000),
}));

const metals: Instrument[] = [
  { ...cross("XAU", "USD"), pricePrecision: 3, unitsMax: units(100_000) },
  { ...cross("XAG", "USD"), unitsMax: units(1_000_000), marginRatePpm: 100_000 },
];

/** Every instrument, majors first; the order is the order of listings. */
export const instruments: readonly Instrument[] = Object.freeze([
  ...crosses,
  ...metals,
  ...againstDollar,
]);

const bySymbol = new Map<string, Instrument>(instruments.map((one) => [one.symbol, one]));

export const findInstrument = (symbol: string): Instrument | undefined => bySymbol.get(symbol);

/** @throws RangeError for a symbol that is not listed; use where a listing was checked before. */
export function instrumentOf(symbol: Symbol): Instrument {
  const found = bySymbol.get(symbol);
  if (found === undefined) throw new RangeError(`Cannot find instrument ${symbol}`);
  return found;
}
