/**
 * What the desk knows of risk beside the books: the rules, how fast each account has sent orders,
 * and what its day has made of it. All in memory, fed by the transactions the desk books; what a
 * restart takes is read again (the day) or begins anew (the pace, a matter of seconds).
 */

import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { type Micros, micros } from "../../../shared/domain/money.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import {
  heldExposure,
  openingUnits,
  unitsBeyond,
  waitingExposure,
} from "../../../shared/domain/risk/account_exposure.ts";
import type { CheckedRisk, CheckedTotal } from "../../../shared/domain/risk/check_risk.ts";
import { DayLedger, fxDayStart } from "../../../shared/domain/risk/day_result.ts";
import type { RiskLevelText, Tenant } from "../../../shared/domain/risk/levels.ts";
import type { LevelTotals } from "../../../shared/domain/risk/level_totals.ts";
import { noRule, riskCurrency } from "../../../shared/domain/risk/limits.ts";
import { OrderPace, paceOf } from "../../../shared/domain/risk/order_pace.ts";
import { type LevelLimits, RiskBook } from "../../../shared/domain/risk/risk_book.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import { DeskTotals } from "./desk_totals.ts";
import type { TotalsStore } from "./totals_store.ts";
import type { DayStore, RiskMarket, RiskSource } from "./risk_source.ts";

const noQuotes = new QuoteBook();
/** How soon the prices of a day's beginning are asked for again while they are not there. */
const askAgainMs = 10_000;

export class DeskRisk implements RiskSource {
  readonly book = new RiskBook();
  readonly totals: DeskTotals;
  readonly #store: DayStore;
  readonly #paces = new Map<AccountId, OrderPace>();
  /** Takes back what the turn at hand has counted of paces. */
  readonly #spent: (() => void)[] = [];
  readonly #days = new Map<AccountId, DayLedger>();
  #begun: { startsAt: EpochMs; askedAt: EpochMs; exact: boolean; quotes: QuoteBook } | null = null;

  constructor(store: DayStore, totals: TotalsStore) {
    this.#store = store;
    this.totals = new DeskTotals(totals, this.book);
  }

  /**
   * Reads the day of accounts that are new to it where a rule limits the loss, and what the levels
   * have that bound them together. `opened` are the tenants of accounts to be opened.
   */
  async prepare(
    accounts: readonly Account[],
    opened: readonly Tenant[],
    now: EpochMs,
  ): Promise<void> {
    // A calendar's day costs more than all the rest where no rule asks for it.
    const since = this.book.limitsDailyLoss ? fxDayStart(now) : null;
    if (since !== null) await this.#readDays(accounts.map((one) => one.accountId), since, now);
    const tenants = [...accounts.map(({ tenant }) => tenant), ...opened];
    await this.totals.prepare({ accounts, tenants, since }, (id) => this.#days.get(id) ?? null);
  }

  async #readDays(ids: readonly AccountId[], startsAt: EpochMs, now: EpochMs): Promise<void> {
    await this.#readBeginning(startsAt, now);
    const missing = ids.filter((id) => this.#days.get(id)?.startsAt !== startsAt);
    if (missing.length === 0) return;
    const found = await this.#store.daysOf(missing, startsAt);
    for (const id of missing) {
      const day = new DayLedger(startsAt);
      for (const one of found.get(id) ?? []) day.take(one);
      this.#days.set(id, day);
    }
  }

  async #readBeginning(startsAt: EpochMs, now: EpochMs): Promise<void> {
    const held = this.#begun;
    if (held?.startsAt === startsAt && (held.exact || now - held.askedAt < askAgainMs)) return;
    const begun = await this.#store.begunAt(startsAt);
    this.#begun = {
      startsAt,
      askedAt: now,
      exact: begun?.endedAt === startsAt,
      quotes: begun?.quotes ?? noQuotes,
    };
  }

  /** A turn begins to be decided; what is counted from here on can be taken back. */
  beginTurn(): void {
    this.#spent.length = 0;
  }

  /** The turn was not stored, as far as is known: its orders will be counted when they come again. */
  takeBackTurn(): void {
    for (const takeBack of this.#spent.reverse()) takeBack();
    this.#spent.length = 0;
  }

  /** Counts what a command booked; orders and replaces only where a client `asked` for them. */
  count(
    account: Account,
    booked: readonly Transaction[],
    { asked, now }: { readonly asked: boolean; readonly now: EpochMs },
  ): void {
    for (const one of booked) {
      this.#days.get(one.accountId)?.take(one);
      if (!asked || (one.type !== "order_accepted" && one.type !== "order_replace_requested")) {
        continue;
      }
      const terms = one.type === "order_accepted" ? one.terms : null;
      const symbol = one.type === "order_accepted" ? one.terms.symbol : one.symbol;
      this.#spent.push(...this.totals.spend(account, now));
      const { limits } = this.book.ruleFor(account, symbol);
      if (limits.ordersPerSecondMax === null && limits.duplicateMs === null) continue;
      this.#spent.push(this.#paceOf(account.accountId).spend(terms, paceOf(limits), now));
    }
    if (booked.length > 0) {
      this.totals.follow(account, this.#days.get(account.accountId) ?? null);
    }
  }

  /** The accounts are read anew, or no longer held. */
  forget(id: AccountId, { pace = false } = {}): void {
    this.#days.delete(id);
    this.totals.forget(id);
    if (pace) this.#paces.delete(id);
  }

  about(
    account: Account,
    instrument: Instrument,
    market: RiskMarket & { readonly level?: RiskLevelText },
  ): CheckedRisk | null {
    const { rates, now, level } = market;
    const rule = level === undefined
      ? this.book.ruleFor(account, instrument.symbol)
      : this.book.rule(level);
    if (rule === noRule) return null;
    const pace = paceOf(rule.limits);
    return {
      rule,
      toLimits: () => rates.rate(instrument.quote, riskCurrency),
      exposure: () => exposureOf(account, market),
      history: {
        openingUnits: (terms) => openingUnits(account, terms),
        dayResult: () => this.dayResult(account, market),
        admits: (count) =>
          pace === null || this.#paceOf(account.accountId).admits(count, pace, now),
        repeats: (terms, withinMs) =>
          this.#paces.get(account.accountId)?.repeats(terms, withinMs, now) ?? false,
      },
      totals: this.book.totalsFor(account).flatMap((total) => {
        // One that came this moment is read before the next turn.
        const has = this.totals.of(total.level);
        return has === undefined || (level !== undefined && level !== total.level)
          ? []
          : [this.#checked(total, has, { account, market })];
      }),
    };
  }

  #checked(
    total: LevelLimits,
    has: LevelTotals,
    { account, market }: { readonly account: Account; readonly market: RiskMarket },
  ): CheckedTotal {
    const { level } = total;
    return {
      ...total,
      unitsOn: (terms) => {
        const all = has.unitsOn(terms.symbol, terms.side);
        if ((terms.ocoGroup ?? null) === null) return all;
        // Its own group's other orders shrink as it fills.
        const adds = (of: typeof terms) => unitsBeyond(account, of, openingUnits(account, of));
        return all - (adds({ ...terms, ocoGroup: null }) - adds(terms));
      },
      exposure: () => has.exposure(market),
      openOrders: () => has.openOrders,
      dayResult: () => this.levelDayResult(level, market),
      admits: (count) => this.totals.admits(level, count, market.now),
    };
  }

  /** Of all accounts of a level, as {@link dayResult}. */
  levelDayResult(level: RiskLevelText, market: RiskMarket): Micros | null {
    const totals = this.totals.of(level);
    return totals === undefined || this.#begun === null
      ? null
      : totals.dayResult(market, this.#begun.quotes);
  }

  /** In the currency of the limits; `null` while the day is not read, or a price is missing. */
  dayResult(account: Account, market: RiskMarket): Micros | null {
    const day = this.#days.get(account.accountId);
    return day === undefined || this.#begun === null
      ? null
      : day.result(account, market, this.#begun.quotes);
  }

  #paceOf(id: AccountId): OrderPace {
    let pace = this.#paces.get(id);
    if (pace === undefined) {
      pace = new OrderPace();
      this.#paces.set(id, pace);
    }
    return pace;
  }
}

export function exposureOf(account: Account, market: RiskMarket): Micros | null {
  const held = heldExposure(account.positions, market);
  const waiting = waitingExposure(account.orders.values(), market);
  return held === null || waiting === null ? null : micros(held + waiting);
}
