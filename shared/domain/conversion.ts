/** How one currency becomes another through listed pairs: the pair, its inverse, or a cross. */

import { accountCurrencies, type Currency } from "./currency.ts";
import type { Instrument } from "./instrument.ts";
import { findInstrument } from "./instruments.ts";
import { type Rate, rateOf, unitRate } from "./money.ts";

export interface Leg {
  readonly instrument: Instrument;
  /** Whether it is gone through from the quote currency to the base. */
  readonly inverse: boolean;
}

/**
 * Every way with at most one currency between, in the order they are tried: directly, through the
 * dollar, through the euro, through the other majors. None is needed for a currency to itself.
 */
export function conversionPaths(from: Currency, to: Currency): readonly (readonly Leg[])[] {
  if (from === to) return [[]];
  const direct = legBetween(from, to);
  const through = [...new Set<Currency>(["USD", "EUR", ...accountCurrencies])]
    .filter((middle) => middle !== from && middle !== to)
    .flatMap((middle) => {
      const first = legBetween(from, middle);
      const second = legBetween(middle, to);
      return first === null || second === null ? [] : [[first, second]];
    });
  return direct === null ? through : [[direct], ...through];
}

function legBetween(from: Currency, to: Currency): Leg | null {
  const pair = findInstrument(from + to);
  if (pair !== undefined) return { instrument: pair, inverse: false };
  const turned = findInstrument(to + from);
  return turned === undefined ? null : { instrument: turned, inverse: true };
}

/** The rate along a path, exact until its one rounding; `twiceMid` in points, one a leg. */
export function pathRate(
  path: readonly { readonly leg: Leg; readonly twiceMid: number }[],
): Rate {
  if (path.length === 0) return unitRate;
  let [numerator, denominator] = [1n, 1n];
  for (const { leg, twiceMid } of path) {
    const points = BigInt(twiceMid);
    const scale = 2n * 10n ** BigInt(leg.instrument.pricePrecision);
    numerator *= leg.inverse ? scale : points;
    denominator *= leg.inverse ? points : scale;
  }
  return rateOf(numerator, denominator);
}
