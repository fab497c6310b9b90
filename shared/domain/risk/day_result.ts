/**
 * What an FX day (from 17:00 New York) has made of an account so far, realised and not.
 *
 * Of each symbol it is the value of what is held now, less the value of what was held when the day
 * began at the prices it began with, less what the day's fills cost: the change of equity that
 * trading made. Commissions, premiums and financing of the day are in it, deposits and transfers are not. A
 * symbol without a price of the day's beginning counts what its fills realised and what the
 * position has made since it was opened.
 */

import type { Account } from "../account.ts";
import { chargedFor } from "../books.ts";
import { fxDayEnd, fxDayOf } from "../fx_week.ts";
import { legUnits } from "../holdings.ts";
import { type Instrument, notional, type Price, type Symbol, units } from "../instrument.ts";
import { instrumentOf } from "../instruments.ts";
import type { LegUnits } from "../margin_rates.ts";
import { convert, type Micros, micros } from "../money.ts";
import type { QuoteBook } from "../quote.ts";
import type { Rates } from "../rates.ts";
import type { EpochMs } from "../time.ts";
import type { Transaction } from "../transaction.ts";
import { riskCurrency } from "./limits.ts";

/** 17:00 New York by which the FX day of a moment began. */
export const fxDayStart = (at: EpochMs): EpochMs => fxDayEnd(fxDayOf(at).subtract({ days: 1 }));

interface DayFills {
  /** What the fills added to each leg, less what they closed of it. */
  long: number;
  short: number;
  /** In the quote currency. */
  cost: bigint;
  realised: bigint;
}

/** The day's transactions of one account, folded as they come. */
export class DayLedger {
  readonly startsAt: EpochMs;
  readonly #fills = new Map<string, DayFills>();
  /** Financing less commissions and premiums, in the account's currency. */
  #costs = 0n;

  constructor(startsAt: EpochMs) {
    this.startsAt = startsAt;
  }

  /** Transactions of other days, and those that no trading made, change nothing. */
  take(one: Transaction): void {
    if (one.time < this.startsAt) return;
    if (one.type === "financing_charged") this.#costs += one.amount;
    if (one.type !== "order_filled") return;
    const fills = this.#fills.get(one.symbol) ?? { ...noFills };
    const closed = one.closed?.reduce((sum, lot) => sum + lot.units, 0) ?? 0;
    const opened = Math.abs(one.units) - closed;
    fills.long += one.units > 0 ? opened : -closed;
    fills.short += one.units > 0 ? -closed : opened;
    fills.cost += notional(one.price, one.units, instrumentOf(one.symbol));
    fills.realised += one.realised;
    this.#fills.set(one.symbol, fills);
    this.#costs -= chargedFor(one);
  }

  /** In the currency of the limits; `null` while a price or a rate is missing. */
  result(
    account: Account,
    market: { readonly quotes: QuoteBook; readonly rates: Rates },
    begun: QuoteBook,
  ): Micros | null {
    const { quotes, rates } = market;
    const costsAt = rates.rate(account.currency, riskCurrency);
    if (costsAt === null) return null;
    let sum: bigint = convert(micros(this.#costs), costsAt);
    for (
      const symbol of new Set([
        ...account.positions.values().map((held) => held.symbol),
        ...this.#fills.keys() as Iterable<Symbol>,
      ])
    ) {
      const made = this.#madeBy(account, symbol, { quotes, begun });
      const rate = rates.rate(instrumentOf(symbol).quote, riskCurrency);
      if (made === null || rate === null) return null;
      sum += convert(made, rate);
    }
    return micros(sum);
  }

  /** In the symbol's quote currency. */
  #madeBy(
    account: Account,
    symbol: Symbol,
    at: { readonly quotes: QuoteBook; readonly begun: QuoteBook },
  ): Micros | null {
    return madeInDay(this.symbolDay(account, symbol), {
      instrument: instrumentOf(symbol),
      now: at.quotes.get(symbol),
      start: at.begun.get(symbol),
    });
  }

  /** What the account's day in the symbol comes from. */
  symbolDay(account: Account, symbol: Symbol): SymbolDay {
    const { long, short, cost, realised } = this.#fills.get(symbol) ?? noFills;
    return { ...symbolDay(account, symbol, { long, short }), cost, realised };
  }

  /** Financing less commissions and premiums, in the account's currency. */
  get costs(): bigint {
    return this.#costs;
  }

  /** The symbols of its fills. */
  get symbols(): Iterable<Symbol> {
    return this.#fills.keys() as Iterable<Symbol>;
  }
}

const noFills: Readonly<DayFills> = { long: 0, short: 0, cost: 0n, realised: 0n };

/** A day in one symbol, of one account or the sum of many. */
export interface SymbolDay {
  /** Held now, each way; a netting account holds one way. */
  readonly long: number;
  readonly short: number;
  /** Held when the day began. */
  readonly startLong: number;
  readonly startShort: number;
  /** What the positions cost, and the day's fills, in micros of the quote currency. */
  readonly openCost: bigint;
  readonly cost: bigint;
  readonly realised: bigint;
}

/** The day of an account that filled nothing in it but what is named, without the fills' money. */
export function symbolDay(account: Account, symbol: Symbol, filled: LegUnits): SymbolDay {
  const { long, short } = legUnits(account, symbol);
  const before = legsOf(account, { long: long - filled.long, short: short - filled.short });
  let openCost = 0n;
  for (const held of account.positions.values()) {
    if (held.symbol === symbol) openCost += held.openCost;
  }
  return {
    long,
    short,
    startLong: before.reduce((sum, leg) => sum + Math.max(leg, 0), 0),
    startShort: before.reduce((sum, leg) => sum - Math.min(leg, 0), 0),
    openCost,
    cost: 0n,
    realised: 0n,
  };
}

/** What the day made, in the symbol's quote currency; `null` while what is held has no price. */
export function madeInDay(
  day: SymbolDay,
  at: {
    readonly instrument: Instrument;
    readonly now: SidesOfMarket | undefined;
    readonly start: SidesOfMarket | undefined;
  },
): Micros | null {
  const { instrument, now, start } = at;
  const { long, short, startLong, startShort } = day;
  const worth = (held: LegUnits, quote: SidesOfMarket | undefined): bigint =>
    held.long + held.short === 0 ? 0n : notional(quote!.bid, units(held.long), instrument) -
      notional(quote!.ask, units(held.short), instrument);
  if (now === undefined && long + short > 0) return null;
  const worthNow = worth({ long, short }, now);
  if (start === undefined && startLong + startShort > 0) {
    return micros(day.realised + worthNow - day.openCost);
  }
  return micros(worthNow - worth({ long: startLong, short: startShort }, start) - day.cost);
}

interface SidesOfMarket {
  readonly bid: Price;
  readonly ask: Price;
}

/** Signed, each valued by itself: both legs of a hedging account, the difference of a netting one. */
const legsOf = ({ positionMode }: Account, { long, short }: LegUnits): readonly number[] =>
  positionMode === "hedging" ? [long, -short] : [long - short];
