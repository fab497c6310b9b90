/** An account as its transactions left it. `applyTransaction` in `books.ts` is its only writer. */

import type { AccountCurrency } from "./currency.ts";
import type { AccountId, OrderId, TransactionId } from "./ids.ts";
import { type Instrument, notional, type Price, type Units } from "./instrument.ts";
import { instrumentOf } from "./instruments.ts";
import { convert, type Micros, micros, type Rate, zeroMicros } from "./money.ts";
import type { Order } from "./orders/order.ts";
import { type Position, unrealised } from "./position.ts";
import { type QuoteBook, twiceMid } from "./quote.ts";
import type { Rates } from "./rates.ts";
import { defaultTenant, type Tenant } from "./risk/levels.ts";

export interface Account {
  readonly accountId: AccountId;
  /** Whose rules of risk govern it beside its own. */
  tenant: Tenant;
  currency: AccountCurrency;
  lastTransactionId: TransactionId;
  /** Cash, in the account's currency. */
  balance: Micros;
  /** Positions that are not flat. */
  readonly positions: Map<string, Position>;
  /** Orders that can still trade, and those that ended since the account was loaded. */
  readonly orders: Map<OrderId, Order>;
  openOrders: number;
  /** Whether equity is below the margin call level, as last assessed. */
  marginCall: boolean;
  /** Those of the open orders that are reduce-only. */
  reduceOnlyOrders: number;
}

export const emptyAccount = (accountId: AccountId): Account => ({
  accountId,
  tenant: defaultTenant,
  currency: "USD",
  lastTransactionId: 0 as TransactionId,
  balance: zeroMicros,
  positions: new Map(),
  orders: new Map(),
  openOrders: 0,
  marginCall: false,
  reduceOnlyOrders: 0,
});

/** What the account is worth at the market, in its currency. */
export interface Valuation {
  readonly unrealised: Micros;
  /** Balance plus unrealised profit (NAV). */
  readonly equity: Micros;
  readonly marginUsed: Micros;
  /** Equity less margin used; negative when the account is under water. */
  readonly marginAvailable: Micros;
}

type Valued = Pick<Account, "currency" | "balance"> & {
  readonly positions: ReadonlyMap<string, Position>;
};

/** Values the account at the newest quotes; a position without a price or a rate makes it `null`. */
export function valueAccount(account: Valued, quotes: QuoteBook, rates: Rates): Valuation | null {
  let profit = 0n;
  let margin = 0n;
  for (const held of account.positions.values()) {
    const instrument = instrumentOf(held.symbol);
    const quote = quotes.get(held.symbol);
    const toAccount = rates.rate(instrument.quote, account.currency);
    if (quote === undefined || toAccount === null) return null;
    profit += convert(unrealised(held, quote, instrument), toAccount);
    margin += marginFor(held.units, twiceMid(quote), { instrument, toAccount });
  }
  const equity = micros(account.balance + profit);
  return {
    unrealised: micros(profit),
    equity,
    marginUsed: micros(margin),
    marginAvailable: micros(equity - margin),
  };
}

/** Margin for a holding of either sign: notional at mid, times the margin rate, rounded up. */
export function marginFor(
  held: Units,
  doubledMid: number,
  by: { instrument: Instrument; toAccount: Rate },
): Micros {
  const size = (held < 0 ? -held : held) as Units;
  const doubled = convert(notional(doubledMid as Price, size, by.instrument), by.toAccount);
  const scaled = doubled * BigInt(by.instrument.marginRatePpm);
  return micros((scaled + 1_999_999n) / 2_000_000n);
}
