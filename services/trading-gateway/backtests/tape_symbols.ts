/** Which symbols a tape needs: those traded, and those that pay their profit in the account's currency. */

import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { rateSymbols } from "../../../shared/domain/rates.ts";

/** Traded ones first, each once; the others are wanted where the source has them. */
export function tapeSymbols(traded: readonly Symbol[], currency: AccountCurrency): Symbol[] {
  const converting = traded.flatMap((symbol) => rateSymbols(instrumentOf(symbol).quote, currency));
  return [...new Set([...traded, ...converting])];
}
