/**
 * Financing where the broker set none: central banks' policy rates as they stood in January 2026,
 * rounded, and a markup of one per cent. Metals earn nothing. FX days before have no rate here.
 */

import type { Currency } from "../currency.ts";
import type { CurrencyRate, FinancingTerms } from "./financing.ts";

const since = "2026-01-01";

const policyPpm: Readonly<Record<Currency, number>> = {
  AUD: 36_000,
  CAD: 22_500,
  CHF: 0,
  EUR: 20_000,
  GBP: 37_500,
  JPY: 7_500,
  NZD: 22_500,
  USD: 36_250,
  CNH: 15_000,
  MXN: 70_000,
  NOK: 40_000,
  SEK: 17_500,
  SGD: 13_000,
  ZAR: 67_500,
  XAG: 0,
  XAU: 0,
};

export const policyRates: readonly CurrencyRate[] = Object.entries(policyPpm)
  .map(([currency, ppm]) => ({ currency: currency as Currency, since, ppm }));

export const defaultFinancing: FinancingTerms = {
  instruments: [],
  currencies: policyRates,
  markupPpm: 10_000,
  swapFree: [],
};
