/** Currencies and metals by their ISO 4217 codes (metals are X-codes there too). */

export const currencies = [
  "AUD",
  "CAD",
  "CHF",
  "EUR",
  "GBP",
  "JPY",
  "NZD",
  "USD",
  "CNH",
  "MXN",
  "NOK",
  "SEK",
  "SGD",
  "ZAR",
  "XAG",
  "XAU",
] as const;

export type Currency = (typeof currencies)[number];

/** Currencies an account can be held in: the eight majors. */
export const accountCurrencies = [
  "AUD",
  "CAD",
  "CHF",
  "EUR",
  "GBP",
  "JPY",
  "NZD",
  "USD",
] as const satisfies readonly Currency[];

export type AccountCurrency = (typeof accountCurrencies)[number];
