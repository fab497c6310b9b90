/**
 * How far prices may go before an account could need its margin looked at. The exact rule is
 * `marginNeed`; this only says when it need not be asked, in float64 and with room to spare.
 */

import type { Account, Valuation } from "../../../../shared/domain/account.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import type { MarginLevels } from "../../../../shared/domain/margin.ts";
import { type QuoteBook, twiceMid } from "../../../../shared/domain/quote.ts";
import { type Rates, rateSymbols } from "../../../../shared/domain/rates.ts";

/** No price may go further than this part of itself, so that products of moves stay small. */
const moveMax = 0.01;
/** What of the slack the moves of all symbols together may use. */
const share = 0.5;

/**
 * Points by which each symbol's price may move, in either direction, before equity could reach the
 * margin call level; an empty map where the account holds nothing. 0 means: ask at every price.
 */
export function marginBounds(
  account: Account,
  valued: Valuation,
  by: { readonly levels: MarginLevels; readonly quotes: QuoteBook; readonly rates: Rates },
): Map<Symbol, number> {
  const { levels, quotes, rates } = by;
  const costs = costsOfMoves(account, { quotes, rates, percent: levels.callPercent });
  const called = Number(valued.marginUsed) * levels.callPercent / 100;
  const slack = account.marginCall || account.balance < 0n ? 0 : Number(valued.equity) - called;
  const bounds = new Map<Symbol, number>();
  for (const [symbol, cost] of costs) {
    const quote = quotes.get(symbol);
    if (quote === undefined) continue;
    const far = slack <= 0 ? 0 : share * slack / costs.size / cost;
    bounds.set(symbol, Math.floor(Math.min(far, moveMax * twiceMid(quote) / 2)));
  }
  return bounds;
}

/** Micros of the account that a point of each symbol can cost: in profit, and in margin to cover. */
function costsOfMoves(
  account: Account,
  by: { readonly quotes: QuoteBook; readonly rates: Rates; readonly percent: number },
): Map<Symbol, number> {
  const costs = new Map<Symbol, number>();
  const add = (symbol: Symbol, cost: number) => costs.set(symbol, (costs.get(symbol) ?? 0) + cost);
  for (const held of account.positions.values()) {
    const instrument = instrumentOf(held.symbol);
    const quote = by.quotes.get(held.symbol);
    const rate = by.rates.rate(instrument.quote, account.currency);
    if (quote === undefined || rate === null) continue;
    // As if margin were the whole notional: no tier asks for more.
    const weight = 1 + by.percent / 100;
    const point = 10 ** (6 - instrument.pricePrecision) * Math.abs(held.units) * Number(rate) /
      1e12;
    add(held.symbol, point * weight);
    if (instrument.quote === account.currency) continue;
    const notional = point * twiceMid(quote) / 2;
    for (const pair of rateSymbols(instrument.quote, account.currency)) {
      const mid = by.quotes.get(pair);
      if (mid !== undefined) add(pair, 2 * notional * weight / twiceMid(mid));
    }
  }
  return costs;
}
