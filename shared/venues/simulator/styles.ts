/** How each instrument trades: how often it ticks and how wide it is. */

import type { Currency } from "../../domain/currency.ts";
import type { Instrument } from "../../domain/instrument.ts";

/** What holding one side costs, in parts of the price; a pair's spread is the sum of its sides. */
const sideSpread: Readonly<Record<Currency, number>> = {
  USD: 2e-5,
  EUR: 2e-5,
  JPY: 3e-5,
  GBP: 4e-5,
  AUD: 6e-5,
  CAD: 6e-5,
  CHF: 6e-5,
  NZD: 8e-5,
  XAU: 8e-5,
  SGD: 1.2e-4,
  CNH: 1.5e-4,
  NOK: 3e-4,
  SEK: 3e-4,
  MXN: 3e-4,
  XAG: 4e-4,
  ZAR: 5e-4,
};

const busiest = new Set(["EURUSD", "USDJPY", "GBPUSD", "XAUUSD"]);

/** Ticks a second in a normal London hour, and half the spread as a share of the price. */
export function styleOf(instrument: Instrument): { tempo: number; halfSpread: number } {
  const halfSpread = (sideSpread[instrument.base] + sideSpread[instrument.quote]) / 2;
  if (busiest.has(instrument.symbol)) return { tempo: 4, halfSpread };
  const againstDollar = instrument.base === "USD" || instrument.quote === "USD";
  return { tempo: againstDollar ? 2 : 1.5, halfSpread };
}
