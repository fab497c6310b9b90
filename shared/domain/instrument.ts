/** What can be traded, and the exact grid its prices and sizes live on. */

import type { Brand } from "./brand.ts";
import type { Currency } from "./currency.ts";
import { type DecimalFault, formatScaled, parseScaled } from "./decimal.ts";
import { type Micros, micros } from "./money.ts";

/** Base and quote currency joined: `EURUSD`. */
export type Symbol = Brand<string, "Symbol">;
/** Integer count of the instrument's points (`10^-pricePrecision` of the quote currency). */
export type Price = Brand<number, "Price">;
/** Integer count of units of the base currency; signed where a direction is meant. */
export type Units = Brand<number, "Units">;

export interface Instrument {
  readonly symbol: Symbol;
  readonly base: Currency;
  readonly quote: Currency;
  /** Decimals of a price; one point is `10^-pricePrecision`. */
  readonly pricePrecision: number;
  /** Points in a pip (10 for five-decimal prices). */
  readonly pipPoints: number;
  readonly unitsMin: Units;
  readonly unitsMax: Units;
  readonly unitsStep: Units;
  /** Margin for one unit of notional, in parts per million: 33_333 is 3.3333 % (30:1). */
  readonly marginRatePpm: number;
  /** Business days from trade to value date: 2, or 1 for USDCAD. */
  readonly spotLagDays: number;
}

export const price = (points: number): Price => points as Price;
export const units = (count: number): Units => count as Units;

export const formatPrice = (value: Price, instrument: Instrument): string =>
  formatScaled(value, instrument.pricePrecision);

export const parsePrice = (text: string, instrument: Instrument): Price | DecimalFault =>
  parseScaled(text, instrument.pricePrecision) as Price | DecimalFault;

/** Whole units only: `"1000"`; `"1000.5"` is `too_precise`. */
export const parseUnits = (text: string): Units | DecimalFault =>
  parseScaled(text, 0) as Units | DecimalFault;

/** What `count` units cost at `at`, exact, in micros of the quote currency; the sign follows `count`. */
export function notional(at: Price, count: Units, instrument: Instrument): Micros {
  return micros(BigInt(at) * BigInt(count) * microsPerPoint[instrument.pricePrecision]!);
}

/** Micros in one point, by price precision; a precision beyond 6 could not be exact in micros. */
const microsPerPoint = Array.from({ length: 7 }, (_, precision) => 10n ** BigInt(6 - precision));
