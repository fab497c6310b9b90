/**
 * Financing: what a position costs or earns when it is rolled from one value date to the next.
 * Exact: one multiplication and one division, half to even to the micro; what is not known is a
 * named fault, never nothing.
 */

import type { Currency } from "../currency.ts";
import { divideHalfEven } from "../decimal.ts";
import type { AccountId } from "../ids.ts";
import {
  type Instrument,
  notional,
  type Price,
  type Symbol,
  type Units,
  units,
} from "../instrument.ts";
import { type Micros, micros } from "../money.ts";
import type { IsoDate } from "./holiday_rules.ts";

/**
 * `annual`: millionths of the notional for a year; `points`: thousandths of the instrument's point
 * for a day, as swap points are quoted. Positive is paid to the account, negative by it.
 */
export type FinancingPrice =
  | { readonly kind: "annual"; readonly ppm: number }
  | { readonly kind: "points"; readonly thousandths: number };

/** What the broker set for an instrument; it goes before what follows from the currencies. */
export interface InstrumentFinancing {
  readonly symbol: Symbol;
  /** First FX day it counts on, until a later one does. */
  readonly since: IsoDate;
  readonly long: FinancingPrice;
  readonly short: FinancingPrice;
}

export interface CurrencyRate {
  readonly currency: Currency;
  readonly since: IsoDate;
  /** Interest on a deposit, in millionths a year. */
  readonly ppm: number;
}

export interface FinancingTerms {
  readonly instruments: readonly InstrumentFinancing[];
  /** A long position earns the base's rate and pays the quote's, a short one the reverse. */
  readonly currencies: readonly CurrencyRate[];
  /** What the broker keeps of either, in millionths a year. */
  readonly markupPpm: number;
  /** Accounts that are neither charged nor paid. */
  readonly swapFree: readonly AccountId[];
}

export type FinancingFault =
  | "financing_rate_missing"
  | "holidays_unknown"
  | "quote_missing"
  | "conversion_rate_missing";

const yearOf365 = new Set<Currency>(["GBP", "AUD", "NZD", "CAD", "SGD", "ZAR"]);

/** Days in the year that interest in a currency is counted by (ACT/365 or ACT/360). */
export const dayCountOf = (currency: Currency): 360 | 365 => yearOf365.has(currency) ? 365 : 360;

/** What the financing of an instrument on an FX day follows from. */
export type FinancingRule =
  | InstrumentFinancing
  | { readonly base: CurrencyRate; readonly quote: CurrencyRate };

/** `null` where nobody set any. */
export function financingRuleOf(
  terms: FinancingTerms,
  instrument: Instrument,
  day: IsoDate,
): FinancingRule | null {
  const set = newest(terms.instruments, day, (one) => one.symbol === instrument.symbol);
  if (set !== undefined) return set;
  const base = newest(terms.currencies, day, (one) => one.currency === instrument.base);
  const quote = newest(terms.currencies, day, (one) => one.currency === instrument.quote);
  return base === undefined || quote === undefined ? null : { base, quote };
}

/** The financing of one side of an instrument on an FX day, or that nobody set any. */
export function financingPriceOf(
  terms: FinancingTerms,
  instrument: Instrument,
  about: { readonly long: boolean; readonly day: IsoDate },
): FinancingPrice | "financing_rate_missing" {
  const rule = financingRuleOf(terms, instrument, about.day);
  if (rule === null) return "financing_rate_missing";
  if ("symbol" in rule) return about.long ? rule.long : rule.short;
  const { base, quote } = rule;
  const earned = about.long ? base.ppm - quote.ppm : quote.ppm - base.ppm;
  return { kind: "annual", ppm: earned - terms.markupPpm };
}

/** The one that began last, but not after the day; of two that began together the first. */
function newest<T extends { readonly since: IsoDate }>(
  all: readonly T[],
  day: IsoDate,
  fits: (one: T) => boolean,
): T | undefined {
  let found: T | undefined;
  for (const one of all) {
    if (one.since > day || !fits(one)) continue;
    if (found === undefined || one.since > found.since) found = one;
  }
  return found;
}

/**
 * What a position of signed units is paid (negative: charged) for some days, in the quote currency:
 * `|units| * price * ppm / 10^6 * days / day count`, or `|units| * points * days`.
 */
export function financingOf(
  held: { readonly units: Units; readonly price: Price },
  by: {
    readonly instrument: Instrument;
    readonly financing: FinancingPrice;
    readonly days: number;
  },
): Micros {
  const { instrument, financing, days } = by;
  const size = units(Math.abs(held.units));
  if (financing.kind === "points") {
    const aPoint = notional(1 as Price, size, instrument);
    return micros(divideHalfEven(aPoint * BigInt(financing.thousandths) * BigInt(days), 1_000n));
  }
  const year = 1_000_000n * BigInt(dayCountOf(instrument.quote));
  const owed = notional(held.price, size, instrument) * BigInt(financing.ppm) * BigInt(days);
  return micros(divideHalfEven(owed, year));
}
