/** Conversion between currencies at the newest mid prices. */

import { conversionPaths } from "./conversion.ts";
import type { Currency } from "./currency.ts";
import type { Instrument, Symbol } from "./instrument.ts";
import { findInstrument } from "./instruments.ts";
import { type Rate, rateOf, unitRate } from "./money.ts";
import { type QuoteBook, twiceMid } from "./quote.ts";

/** What a conversion asks for; `null` means no rate is known, which is never 0 or 1. */
export interface Rates {
  rate(from: Currency, to: Currency): Rate | null;
}

/** Rates from a quote book: the direct pair, its inverse, or both legs through the dollar. */
export function quoteRates(book: QuoteBook): Rates {
  const ratio = (from: Currency, to: Currency): [bigint, bigint] | null => {
    if (from === to) return [1n, 1n];
    const direct = pairMid(book, from + to);
    if (direct !== null) return direct;
    const inverse = pairMid(book, to + from);
    return inverse === null ? null : [inverse[1], inverse[0]];
  };
  return {
    rate(from, to) {
      if (from === to) return unitRate;
      const straight = ratio(from, to);
      if (straight !== null) return rateOf(straight[0], straight[1]);
      const toDollar = ratio(from, "USD");
      const fromDollar = ratio("USD", to);
      if (toDollar === null || fromDollar === null) return null;
      return rateOf(toDollar[0] * fromDollar[0], toDollar[1] * fromDollar[1]);
    },
  };
}

/** The pairs that {@link quoteRates} may take a rate from: the direct one and the dollar's. */
export const rateSymbols = (from: Currency, to: Currency): Symbol[] =>
  conversionPaths(from, to)
    .filter((path) => path.length < 2 || path.every(({ instrument }) => isDollarPair(instrument)))
    .flatMap((path) => path.map(({ instrument }) => instrument.symbol));

const isDollarPair = ({ base, quote }: Instrument): boolean => base === "USD" || quote === "USD";

function pairMid(book: QuoteBook, symbol: string): [bigint, bigint] | null {
  const quote = book.get(symbol);
  const instrument = findInstrument(symbol);
  if (quote === undefined || instrument === undefined) return null;
  return [BigInt(twiceMid(quote)), 2n * 10n ** BigInt(instrument.pricePrecision)];
}
