/** What an account has taken on: the notional of what it holds, and of what its orders may open. */

import type { Account } from "../account.ts";
import { legUnits } from "../holdings.ts";
import { notional, type Price, type Symbol, units } from "../instrument.ts";
import { instrumentOf } from "../instruments.ts";
import { convert, type Micros, micros } from "../money.ts";
import { isOpen, type Order } from "../orders/order.ts";
import { newestTerms } from "../orders/replace_order.ts";
import type { Position } from "../position.ts";
import { type QuoteBook, twiceMid } from "../quote.ts";
import type { Rates } from "../rates.ts";
import type { LinkedTerms } from "./check_risk.ts";
import { riskCurrency } from "./limits.ts";

interface Priced {
  readonly quotes: QuoteBook;
  readonly rates: Rates;
}

/** Notional at mid in the currency of the limits; `null` while a price or a rate is missing. */
export function heldExposure(
  positions: ReadonlyMap<string, Position>,
  market: Priced,
): Micros | null {
  let doubled = 0n;
  for (const held of positions.values()) {
    const one = doubledNotional(held.symbol, Math.abs(held.units), market);
    if (one === null) return null;
    doubled += one;
  }
  return micros((doubled + 1n) / 2n);
}

/** The same of the orders that wait and may open; several of one group count each. */
export function waitingExposure(orders: Iterable<Order>, market: Priced): Micros | null {
  let doubled = 0n;
  for (const order of orders) {
    const waiting = openingUnitsOf(order);
    if (waiting === 0) continue;
    const one = doubledNotional(order.symbol, waiting, market);
    if (one === null) return null;
    doubled += one;
  }
  return micros((doubled + 1n) / 2n);
}

/** Units of waiting orders in the order's symbol, on its side and not of its group, that may open. */
export function openingUnits(account: Account, terms: LinkedTerms): number {
  const { symbol, side, ocoGroup = null } = terms;
  let sum = 0;
  for (const order of account.orders.values()) {
    if (order.symbol !== symbol || order.side !== side) continue;
    if (ocoGroup === null || order.ocoGroup !== ocoGroup) sum += openingUnitsOf(order);
  }
  return sum;
}

/** Of so many units that wait on a side, those that are not there to close what is held against it. */
export function unitsBeyond(
  account: Account,
  { symbol, side }: Pick<LinkedTerms, "symbol" | "side">,
  waiting: number,
): number {
  if (account.positionMode === "hedging") return waiting;
  const { long, short } = legUnits(account, symbol);
  return Math.max(0, waiting - (side === "buy" ? short : long));
}

/** Units of the order that may open a position. One that is held for another is asked again when it is released. */
export function openingUnitsOf(order: Order): number {
  if (!isOpen(order.status) || order.status === "held" || order.positionFill === "reduce_only") {
    return 0;
  }
  return Math.max(order.units, newestTerms(order).units) - order.filledUnits;
}

/** Twice the notional at mid of so many units, in the currency of the limits. */
export function doubledNotional(
  symbol: string,
  count: number,
  { quotes, rates }: Priced,
): bigint | null {
  const instrument = instrumentOf(symbol as Symbol);
  const quote = quotes.get(symbol);
  const rate = rates.rate(instrument.quote, riskCurrency);
  if (quote === undefined || rate === null) return null;
  return convert(notional(twiceMid(quote) as Price, units(count), instrument), rate);
}
