/** What the edge knows in its own memory, kept fresh by messages: prices and accounts. */

import type { AccountUpdated } from "../../../shared/contracts/messages/accounts.ts";
import { fromRuleData, type RiskRuleChanged } from "../../../shared/contracts/messages/risk.ts";
import { type Account, type Valuation, valueAccount } from "../../../shared/domain/account.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { parseUnits, type Symbol } from "../../../shared/domain/instrument.ts";
import { type Micros, parseMicros } from "../../../shared/domain/money.ts";
import { legOf, type Position, positionKey } from "../../../shared/domain/position.ts";
import { defaultTerms, type TradingTerms } from "../../../shared/domain/terms.ts";
import { type Quote, QuoteBook, type QuoteStatus } from "../../../shared/domain/quote.ts";
import { quoteRates, type Rates } from "../../../shared/domain/rates.ts";
import type { Tenant } from "../../../shared/domain/risk/levels.ts";
import { RiskBook } from "../../../shared/domain/risk/risk_book.ts";
import type { Clock } from "../../../shared/domain/time.ts";

/** An account as trading last announced it. */
export type EdgeAccount =
  & Pick<Account, "accountId" | "tenant" | "currency" | "positionMode" | "balance" | "openOrders">
  & { readonly lastTransactionId: number; readonly positions: ReadonlyMap<string, Position> };

/** What of the broker's terms an order check asks for. */
export type EdgeTerms = Pick<TradingTerms, "margin" | "guarantees">;

/** Accounts kept at most; beyond, the one announced longest ago is forgotten. */
const accountsMax = 1_000_000;

export class EdgeMarket {
  readonly quotes = new QuoteBook();
  readonly rates: Rates = quoteRates(this.quotes);
  readonly risk = new RiskBook();
  readonly hours: TradingHours;
  readonly clock: Clock;
  /** How the platform margins what accounts hold, and where it guarantees stops. */
  readonly terms: EdgeTerms;
  readonly #accounts = new Map<string, EdgeAccount>();
  /** Valuations of accounts as they stand, good until a price moves. */
  readonly #valued = new WeakMap<EdgeAccount, { version: number; valuation: Valuation | null }>();

  constructor(parts: { hours: TradingHours; clock: Clock; terms?: EdgeTerms }) {
    this.hours = parts.hours;
    this.clock = parts.clock;
    this.terms = parts.terms ?? defaultTerms;
  }

  status(quote: Quote): QuoteStatus {
    const now = this.clock.now();
    return this.quotes.status(quote, { now, open: this.hours.of(quote.symbol).isOpen(now) });
  }

  /** `undefined` while this edge has not heard of the account. */
  account(accountId: string): EdgeAccount | undefined {
    return this.#accounts.get(accountId);
  }

  /** Takes an announcement unless a newer one is held. */
  takeAccount(data: AccountUpdated["data"]): void {
    const held = this.#accounts.get(data.accountId);
    if (held !== undefined && held.lastTransactionId >= data.lastTransactionId) return;
    this.#accounts.delete(data.accountId);
    const oldest = this.#accounts.keys().next().value;
    if (this.#accounts.size >= accountsMax && oldest !== undefined) this.#accounts.delete(oldest);
    this.#accounts.set(data.accountId, readAccount(data));
  }

  /** Takes a level's rule unless a newer one is held. */
  takeRule(data: RiskRuleChanged["data"]): void {
    const { level, rule } = fromRuleData(data);
    this.risk.take(level, rule);
  }

  /** Margin the account has left at the newest prices; `null` while one of them is missing. */
  marginAvailable(account: EdgeAccount): Micros | null {
    if (account.positions.size === 0) return account.balance;
    return this.valuation(account)?.marginAvailable ?? null;
  }

  /** The account at the newest prices; `null` while one of them is missing. */
  valuation(account: EdgeAccount): Valuation | null {
    const { version } = this.quotes;
    let held = this.#valued.get(account);
    if (held?.version !== version) {
      held = { version, valuation: valueAccount(account, this) };
      this.#valued.set(account, held);
    }
    return held.valuation;
  }
}

function readAccount(data: AccountUpdated["data"]): EdgeAccount {
  const positions = data.positions.map((held) => {
    const symbol = held.symbol as Symbol;
    const units = exact(parseUnits(held.units), held.units);
    return [positionKey(symbol, legOf(data.positionMode, units)), {
      symbol,
      units,
      openCost: exact(parseMicros(held.openCost), held.openCost),
    }] as const;
  });
  return {
    accountId: data.accountId as AccountId,
    tenant: data.tenant as Tenant,
    currency: data.currency,
    positionMode: data.positionMode,
    balance: exact(parseMicros(data.balance), data.balance),
    openOrders: data.openOrders,
    lastTransactionId: data.lastTransactionId,
    positions: new Map(positions),
  };
}

/** @throws RangeError for a number its publisher should not have written. */
function exact<T extends number | bigint>(value: T | string, text: string): T {
  if (typeof value === "string") throw new RangeError(`Cannot read the amount ${text}`);
  return value;
}
