/** An account as its transactions left it. `applyTransaction` in `books.ts` is its only writer. */

import type { AccountCurrency } from "./currency.ts";
import type { AccountId, OrderId, TransactionId } from "./ids.ts";
import { legUnits } from "./holdings.ts";
import { instrumentOf } from "./instruments.ts";
import { hedgedMarginFor, legsMargin, marginFor, type MarginMethod } from "./margin_rates.ts";
import { convert, type Micros, micros, zeroMicros } from "./money.ts";
import type { Order } from "./orders/order.ts";
import {
  defaultPositions,
  type Position,
  positionKey,
  type PositionRules,
  unrealised,
} from "./position.ts";
import { type QuoteBook, twiceMid } from "./quote.ts";
import type { Rates } from "./rates.ts";
import { defaultTenant, type Tenant } from "./risk/levels.ts";

export interface Account extends PositionRules {
  readonly accountId: AccountId;
  /** Whose rules of risk govern it beside its own. */
  tenant: Tenant;
  currency: AccountCurrency;
  positionMode: PositionRules["positionMode"];
  lotMatching: PositionRules["lotMatching"];
  lastTransactionId: TransactionId;
  /** Cash, in the account's currency. */
  balance: Micros;
  /** Positions that are not flat, by `positionKey`. */
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
  ...defaultPositions,
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

type Valued = Pick<Account, "accountId" | "currency" | "balance" | "positionMode"> & {
  readonly positions: ReadonlyMap<string, Position>;
};

/** What an account is valued by. */
export interface ValuedBy {
  readonly quotes: QuoteBook;
  readonly rates: Rates;
  readonly terms: { readonly margin: MarginMethod };
}

/** Values the account at the newest quotes; a position without a price or a rate makes it `null`. */
export function valueAccount(account: Valued, by: ValuedBy): Valuation | null {
  const { tiers } = by.terms.margin;
  const hedging = account.positionMode === "hedging";
  let profit = 0n;
  let margin = 0n;
  for (const held of account.positions.values()) {
    const instrument = instrumentOf(held.symbol);
    const quote = by.quotes.get(held.symbol);
    const toAccount = by.rates.rate(instrument.quote, account.currency);
    if (quote === undefined || toAccount === null) return null;
    profit += convert(unrealised(held, quote, instrument), toAccount);
    if (!hedging) {
      margin += marginFor(held.units, twiceMid(quote), { instrument, toAccount, tiers });
    } else if (isFirstLeg(account, held)) {
      const hedged = hedgedMarginFor(by.terms.margin, account.accountId);
      const legs = legUnits(account, held.symbol);
      margin += legsMargin(legs, twiceMid(quote), { instrument, toAccount, tiers, hedged });
    }
  }
  const equity = micros(account.balance + profit);
  return {
    unrealised: micros(profit),
    equity,
    marginUsed: micros(margin),
    marginAvailable: micros(equity - margin),
  };
}

/** The margin of both legs is counted with the long one, or with the only one. */
const isFirstLeg = (account: Valued, held: Position): boolean =>
  held.units > 0 || !account.positions.has(positionKey(held.symbol, "long"));
