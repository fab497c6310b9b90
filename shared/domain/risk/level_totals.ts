/**
 * What all accounts of a level have together: each account's share, added up. A share is worked out
 * from the account alone, so that the sum over the accounts is exact however it was arrived at: read
 * from the books, or kept by taking an account's share out and putting the new one in. Money is
 * converted once, when it is asked for: of a sum, never a sum of rounded parts.
 */

import type { Account } from "../account.ts";
import type { AccountCurrency } from "../currency.ts";
import type { Symbol } from "../instrument.ts";
import { instrumentOf } from "../instruments.ts";
import { convert, type Micros, micros } from "../money.ts";
import type { Side } from "../orders/order.ts";
import type { QuoteBook } from "../quote.ts";
import type { Rates } from "../rates.ts";
import { doubledNotional, openingUnitsOf, unitsBeyond } from "./account_exposure.ts";
import { type DayLedger, madeInDay, type SymbolDay, symbolDay } from "./day_result.ts";
import { riskCurrency } from "./limits.ts";

/** In one symbol. */
export interface SymbolShare extends SymbolDay {
  /** Units of waiting orders that may open a position. */
  readonly buying: number;
  readonly selling: number;
  /** Of them, those that an account holds nothing against: if all fill, they add to its side. */
  readonly addsLong: number;
  readonly addsShort: number;
}

const noneWaiting = { buying: 0, selling: 0, addsLong: 0, addsShort: 0 } as const;

/** What one account adds to its levels. */
export interface AccountShare {
  readonly currency: AccountCurrency;
  readonly openOrders: number;
  /** The day's financing less commissions and premiums. */
  readonly costs: bigint;
  readonly symbols: ReadonlyMap<Symbol, SymbolShare>;
}

/** `day` is `null` while no limit asks for the day's result. */
export function shareOf(account: Account, day: DayLedger | null): AccountShare {
  const symbols = new Map<Symbol, { -readonly [Field in keyof SymbolShare]: SymbolShare[Field] }>();
  const shareIn = (symbol: Symbol) => {
    let share = symbols.get(symbol);
    if (share === undefined) {
      const own = day?.symbolDay(account, symbol) ??
        symbolDay(account, symbol, { long: 0, short: 0 });
      symbols.set(symbol, share = { ...own, ...noneWaiting });
    }
    return share;
  };
  for (const { symbol } of account.positions.values()) shareIn(symbol);
  for (const symbol of day?.symbols ?? []) shareIn(symbol);
  for (const order of account.orders.values()) {
    const waiting = openingUnitsOf(order);
    if (waiting > 0) shareIn(order.symbol)[order.side === "buy" ? "buying" : "selling"] += waiting;
  }
  for (const [symbol, share] of symbols) {
    share.addsLong = unitsBeyond(account, { symbol, side: "buy" }, share.buying);
    share.addsShort = unitsBeyond(account, { symbol, side: "sell" }, share.selling);
  }
  const { currency, openOrders } = account;
  return { currency, openOrders, costs: day?.costs ?? 0n, symbols };
}

export class LevelTotals {
  #openOrders = 0;
  readonly #costs = new Map<AccountCurrency, bigint>();
  readonly #symbols = new Map<Symbol, SymbolShare>();

  get openOrders(): number {
    return this.#openOrders;
  }

  /** Puts a share in, or takes it out. */
  add(share: AccountShare, by: 1 | -1): void {
    this.#openOrders += by * share.openOrders;
    const costs = (this.#costs.get(share.currency) ?? 0n) + BigInt(by) * share.costs;
    if (costs === 0n) this.#costs.delete(share.currency);
    else this.#costs.set(share.currency, costs);
    for (const [symbol, one] of share.symbols) {
      const sum = added(this.#symbols.get(symbol) ?? nothing, one, by);
      if (isNothing(sum)) this.#symbols.delete(symbol);
      else this.#symbols.set(symbol, sum);
    }
  }

  /** Units on one side of the symbol: what is held, and what may be when all that waits there fills. */
  unitsOn(symbol: Symbol, side: Side): number {
    const { long, short, addsLong, addsShort } = this.#symbols.get(symbol) ?? nothing;
    return side === "buy" ? long + addsLong : short + addsShort;
  }

  /** Notional at mid of what is held and of what waits; `null` while a price or rate is missing. */
  exposure(market: { readonly quotes: QuoteBook; readonly rates: Rates }): Micros | null {
    let doubled = 0n;
    for (const [symbol, { long, short, buying, selling }] of this.#symbols) {
      const count = long + short + buying + selling;
      const one = count === 0 ? 0n : doubledNotional(symbol, count, market);
      if (one === null) return null;
      doubled += one;
    }
    return micros((doubled + 1n) / 2n);
  }

  /** As `DayLedger.result` has it, of all accounts. */
  dayResult(
    market: { readonly quotes: QuoteBook; readonly rates: Rates },
    begun: QuoteBook,
  ): Micros | null {
    const { quotes, rates } = market;
    let sum = 0n;
    for (const [currency, costs] of this.#costs) {
      const rate = rates.rate(currency, riskCurrency);
      if (rate === null) return null;
      sum += convert(micros(costs), rate);
    }
    for (const [symbol, day] of this.#symbols) {
      const instrument = instrumentOf(symbol);
      const rate = rates.rate(instrument.quote, riskCurrency);
      const at = { instrument, now: quotes.get(symbol), start: begun.get(symbol) };
      const made = madeInDay(day, at);
      if (made === null || rate === null) return null;
      sum += convert(made, rate);
    }
    return micros(sum);
  }
}

const nothing: SymbolShare = {
  long: 0,
  short: 0,
  startLong: 0,
  startShort: 0,
  openCost: 0n,
  cost: 0n,
  realised: 0n,
  ...noneWaiting,
};

function added(sum: SymbolShare, one: SymbolShare, by: 1 | -1): SymbolShare {
  const sign = BigInt(by);
  return {
    long: sum.long + by * one.long,
    short: sum.short + by * one.short,
    startLong: sum.startLong + by * one.startLong,
    startShort: sum.startShort + by * one.startShort,
    openCost: sum.openCost + sign * one.openCost,
    cost: sum.cost + sign * one.cost,
    realised: sum.realised + sign * one.realised,
    addsLong: sum.addsLong + by * one.addsLong,
    addsShort: sum.addsShort + by * one.addsShort,
    buying: sum.buying + by * one.buying,
    selling: sum.selling + by * one.selling,
  };
}

const isNothing = (one: SymbolShare): boolean =>
  one.long === 0 && one.short === 0 && one.startLong === 0 && one.startShort === 0 &&
  one.buying === 0 && one.selling === 0 && one.openCost === 0n && one.cost === 0n &&
  one.realised === 0n;
