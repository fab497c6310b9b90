/**
 * What an FX day (from 17:00 New York) has made of an account so far, realised and not.
 *
 * Of each symbol it is the value of what is held now, less the value of what was held when the day
 * began at the prices it began with, less what the day's fills cost: the change of equity that
 * trading made. Commissions and financing of the day are in it, deposits and transfers are not. A
 * symbol without a price of the day's beginning counts what its fills realised and what the
 * position has made since it was opened.
 */

import type { Account } from "../account.ts";
import { fxDayEnd, fxDayOf } from "../fx_week.ts";
import { notional, type Price, type Symbol, type Units, units } from "../instrument.ts";
import { instrumentOf } from "../instruments.ts";
import { convert, type Micros, micros } from "../money.ts";
import { unrealised } from "../position.ts";
import type { QuoteBook } from "../quote.ts";
import type { Rates } from "../rates.ts";
import type { EpochMs } from "../time.ts";
import type { Transaction } from "../transaction.ts";
import { riskCurrency } from "./limits.ts";

/** 17:00 New York by which the FX day of a moment began. */
export const fxDayStart = (at: EpochMs): EpochMs => fxDayEnd(fxDayOf(at).subtract({ days: 1 }));

interface DayFills {
  units: number;
  /** In the quote currency. */
  cost: bigint;
  realised: bigint;
}

/** The day's transactions of one account, folded as they come. */
export class DayLedger {
  readonly startsAt: EpochMs;
  readonly #fills = new Map<string, DayFills>();
  /** Financing less commissions, in the account's currency. */
  #costs = 0n;

  constructor(startsAt: EpochMs) {
    this.startsAt = startsAt;
  }

  /** Transactions of other days, and those that no trading made, change nothing. */
  take(one: Transaction): void {
    if (one.time < this.startsAt) return;
    if (one.type === "financing_charged") this.#costs += one.amount;
    if (one.type !== "order_filled") return;
    const fills = this.#fills.get(one.symbol) ?? { units: 0, cost: 0n, realised: 0n };
    fills.units += one.units;
    fills.cost += notional(one.price, one.units, instrumentOf(one.symbol));
    fills.realised += one.realised;
    this.#fills.set(one.symbol, fills);
    this.#costs -= one.commission?.charged ?? 0n;
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
    for (const symbol of new Set([...account.positions.keys(), ...this.#fills.keys()])) {
      const made = this.#madeBy(account, symbol, { quotes, begun });
      const rate = rates.rate(instrumentOf(symbol as Symbol).quote, riskCurrency);
      if (made === null || rate === null) return null;
      sum += convert(made, rate);
    }
    return micros(sum);
  }

  /** In the symbol's quote currency. */
  #madeBy(
    account: Account,
    symbol: string,
    at: { readonly quotes: QuoteBook; readonly begun: QuoteBook },
  ): Micros | null {
    const instrument = instrumentOf(symbol as Symbol);
    const fills = this.#fills.get(symbol);
    const held = account.positions.get(symbol);
    const now = at.quotes.get(symbol);
    if (held !== undefined && now === undefined) return null;
    const before = units((held?.units ?? 0) - (fills?.units ?? 0));
    const start = at.begun.get(symbol);
    if (before !== 0 && start === undefined) {
      const open = held === undefined ? 0n : unrealised(held, now!, instrument);
      return micros((fills?.realised ?? 0n) + open);
    }
    const valueAt = (count: Units, quote: { bid: Price; ask: Price }): bigint =>
      notional(count >= 0 ? quote.bid : quote.ask, count, instrument);
    return micros(
      (held === undefined ? 0n : valueAt(held.units, now!)) -
        (before === 0 ? 0n : valueAt(before, start!)) - (fills?.cost ?? 0n),
    );
  }
}
