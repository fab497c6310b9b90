/** What the account is worth at the prices on the screen, by the platform's own rule. */

import { type Valuation, valueAccount } from "../../../../../shared/domain/account.ts";
import { type Symbol, units } from "../../../../../shared/domain/instrument.ts";
import { findInstrument } from "../../../../../shared/domain/instruments.ts";
import { convert, type Micros, parseMicros } from "../../../../../shared/domain/money.ts";
import { type Position as Held, unrealised } from "../../../../../shared/domain/position.ts";
import type { Account, Position } from "../../../../../shared/sdk/mod.ts";
import type { QuoteStore } from "../market/quote_store.ts";

function heldOf(position: Pick<Position, "symbol" | "units" | "openCost">): Held | null {
  const openCost = parseMicros(position.openCost);
  if (typeof openCost === "string") return null;
  return { symbol: position.symbol as Symbol, units: units(Number(position.units)), openCost };
}

/** `null` while a price or a rate is missing. */
export function liveValue(
  account: Pick<Account, "balance" | "currency">,
  positions: readonly Position[],
  { book, rates }: Pick<QuoteStore, "book" | "rates">,
): Valuation | null {
  const balance = parseMicros(account.balance);
  if (typeof balance === "string") return null;
  const held = new Map<string, Held>();
  for (const position of positions) {
    const one = heldOf(position);
    if (one === null || findInstrument(one.symbol) === undefined) return null;
    held.set(one.symbol, one);
  }
  return valueAccount({ currency: account.currency, balance, positions: held }, book, rates);
}

/** Profit of one position if it were closed now, in its quote and the account's currency. */
export function liveProfit(
  position: Position,
  currency: Account["currency"],
  { book, rates }: Pick<QuoteStore, "book" | "rates">,
): { readonly quote: Micros; readonly account: Micros } | null {
  const held = heldOf(position);
  const quote = book.get(position.symbol);
  const instrument = findInstrument(position.symbol);
  if (held === null || quote === undefined || instrument === undefined) return null;
  const rate = rates.rate(instrument.quote, currency);
  if (rate === null) return null;
  const profit = unrealised(held, quote, instrument);
  return { quote: profit, account: convert(profit, rate) };
}
