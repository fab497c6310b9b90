/**
 * What the levels that bound their accounts together have, as the desk decides: read from the books
 * when a level is first asked about, then moved on with every decision, so that of two accounts whose
 * orders come at once the second is told what the first was given. Another gateway over the same
 * store is kept apart by the level's turn; see `totals_store.ts`.
 */

import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import type { DayLedger } from "../../../shared/domain/risk/day_result.ts";
import {
  type AccountShare,
  type LevelTotals,
  shareOf,
} from "../../../shared/domain/risk/level_totals.ts";
import type { RiskLevelText, Tenant } from "../../../shared/domain/risk/levels.ts";
import { OrderPace, totalPaceOf } from "../../../shared/domain/risk/order_pace.ts";
import type { RiskBook } from "../../../shared/domain/risk/risk_book.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { TotalsStore } from "./totals_store.ts";
import type { LevelTurn } from "../desk/turn.ts";

export class DeskTotals {
  readonly #store: TotalsStore;
  readonly #book: RiskBook;
  readonly #levels = new Map<RiskLevelText, { turn: number; readonly totals: LevelTotals }>();
  readonly #shares = new Map<AccountId, AccountShare>();
  readonly #joined = new Set<RiskLevelText>();
  readonly #paces = new Map<RiskLevelText, OrderPace>();
  /** The rules and the day that what is held was read for. */
  #readFor = "";

  constructor(store: TotalsStore, book: RiskBook) {
    this.#store = store;
    this.#book = book;
  }

  /** Reads the levels of tenants that are new to it, and notes the shares of accounts that are. */
  async prepare(
    about: {
      readonly tenants: Iterable<Tenant>;
      readonly accounts: readonly Account[];
      /** When the day began; `null` while no limit asks for its result. */
      readonly since: EpochMs | null;
    },
    dayOf: (id: AccountId) => DayLedger | null,
  ): Promise<void> {
    const { since } = about;
    const readFor = `${this.#book.changes} ${since}`;
    if (readFor !== this.#readFor) this.lose();
    this.#readFor = readFor;
    for (const tenant of about.tenants) {
      for (const { level } of this.#book.totalsFor({ tenant })) {
        if (this.#levels.has(level)) continue;
        const joins = !this.#joined.has(level);
        this.#levels.set(level, { ...await this.#store.read(level, { joins, since }) });
        this.#joined.add(level);
      }
    }
    if (this.#levels.size === 0) return;
    for (const account of about.accounts) {
      const { accountId } = account;
      if (!this.#shares.has(accountId)) {
        this.#shares.set(accountId, shareOf(account, dayOf(accountId)));
      }
    }
  }

  /** A decision moved the account on. */
  follow(account: Account, day: DayLedger | null): void {
    const before = this.#shares.get(account.accountId);
    if (before === undefined) return;
    const after = shareOf(account, day);
    this.#shares.set(account.accountId, after);
    for (const { level } of this.#book.totalsFor(account)) {
      const totals = this.#levels.get(level)?.totals;
      totals?.add(before, -1);
      totals?.add(after, 1);
    }
  }

  /** An order or a replace of the account was taken; returns what takes that back. */
  spend(account: Account, now: EpochMs): (() => void)[] {
    return this.#book.totalsFor(account).flatMap(({ level, limits }) => {
      const pace = totalPaceOf(limits);
      return pace === null ? [] : [this.#paceOf(level).spend(null, pace, now)];
    });
  }

  admits(level: RiskLevelText, count: number, now: EpochMs): boolean {
    const pace = totalPaceOf(this.#book.rule(level).limits);
    return pace === null || this.#paceOf(level).admits(count, pace, now);
  }

  /** `undefined` while the level was not asked about. */
  of(level: RiskLevelText): LevelTotals | undefined {
    return this.#levels.get(level)?.totals;
  }

  /** The levels that a turn of the accounts counts up. */
  turnsOf(accounts: Iterable<Account>): LevelTurn[] {
    const turns = new Map<RiskLevelText, LevelTurn>();
    for (const account of accounts) {
      for (const { level } of this.#book.totalsFor(account)) {
        turns.set(level, { level, turn: this.#levels.get(level)?.turn ?? null });
      }
    }
    return [...turns.values()];
  }

  stored(turns: readonly LevelTurn[]): void {
    for (const { level } of turns) {
      const held = this.#levels.get(level);
      if (held !== undefined) held.turn++;
    }
  }

  /** What is held may not be what is stored: all of it is read again. */
  lose(): void {
    this.#levels.clear();
    this.#shares.clear();
  }

  /** The account is no longer held; what it has stays in the sums. */
  forget(id: AccountId): void {
    this.#shares.delete(id);
  }

  #paceOf(level: RiskLevelText): OrderPace {
    let pace = this.#paces.get(level);
    if (pace === undefined) this.#paces.set(level, pace = new OrderPace());
    return pace;
  }
}
