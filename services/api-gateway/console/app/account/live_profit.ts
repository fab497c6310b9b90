/** What a position would bring at the prices on the screen, by the platform's own rule. */

import { type Symbol, units } from "../../../../../shared/domain/instrument.ts";
import { findInstrument } from "../../../../../shared/domain/instruments.ts";
import { convert, type Micros, parseMicros } from "../../../../../shared/domain/money.ts";
import { unrealised } from "../../../../../shared/domain/position.ts";
import type { Account, Position } from "../../../../../shared/sdk/mod.ts";
import type { QuoteStore } from "../market/quote_store.ts";

/** Profit if it were closed now, in the account's currency; `null` while a price is missing. */
export function liveProfit(
  position: Pick<Position, "symbol" | "units" | "openCost">,
  currency: Account["currency"],
  { book, rates }: Pick<QuoteStore, "book" | "rates">,
): Micros | null {
  const instrument = findInstrument(position.symbol);
  const quote = book.get(position.symbol);
  const openCost = parseMicros(position.openCost);
  if (instrument === undefined || quote === undefined || typeof openCost === "string") return null;
  const rate = rates.rate(instrument.quote, currency);
  if (rate === null) return null;
  const symbol = position.symbol as Symbol;
  const held = { symbol, units: units(Number(position.units)), openCost };
  return convert(unrealised(held, quote, instrument), rate);
}
