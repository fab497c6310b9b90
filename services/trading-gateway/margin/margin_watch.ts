/**
 * Watches the margin of every account with a position. A price or a change of the account marks it;
 * the marked ones are valued together, a few times a second, and only those whose level asks for
 * something reach the desk, which decides anew on the books themselves.
 */

import type { Kysely } from "kysely";
import type { Account } from "../../../shared/domain/account.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { levelsFor, marginNeed } from "../../../shared/domain/margin.ts";
import type { Quote } from "../../../shared/domain/quote.ts";
import { rateSymbols } from "../../../shared/domain/rates.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { pause } from "../../../shared/runtime/time.ts";
import type { BooksStore } from "../desk/books_store.ts";
import type { Market } from "../desk/decision.ts";
import type { Desk } from "../desk/desk.ts";
import type { TradingDatabase } from "../desk/tables.ts";

const everyMs = 100;
/** Rounds between two that read all accounts with positions: other copies change them too. */
const reloadEvery = 300;
/** Accounts read at once at most. */
const pageMax = 1_000;

export interface MarginWatchDeps {
  readonly db: Kysely<TradingDatabase>;
  readonly books: BooksStore;
  readonly desk: Pick<Desk, "submit">;
  readonly market: () => Market;
  readonly logger: Logger;
}

export class MarginWatch {
  readonly #deps: MarginWatchDeps;
  readonly #accounts = new Map<AccountId, Account>();
  /** Accounts by the symbols their value depends on. */
  readonly #bySymbol = new Map<string, Set<AccountId>>();
  readonly #marked = new Set<AccountId>();
  readonly #asked = new Set<AccountId>();

  constructor(deps: MarginWatchDeps) {
    this.#deps = deps;
  }

  /** Quotes that were news. */
  take = (quotes: readonly Quote[]): void => {
    for (const { symbol } of quotes) {
      const touched = this.#bySymbol.get(symbol);
      if (touched === undefined) continue;
      for (const id of touched) this.#marked.add(id);
    }
  };

  /** Accounts as they now stand. */
  update = (accounts: readonly Account[]): void => {
    for (const account of accounts) {
      const { accountId } = account;
      if (account.positions.size === 0 && !account.marginCall && account.balance >= 0n) {
        this.#accounts.delete(accountId);
        continue;
      }
      this.#accounts.set(accountId, account);
      this.#marked.add(accountId);
      for (const symbol of symbolsOf(account)) this.#watch(symbol, accountId);
    }
  };

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let left = 0; !signal.aborted; left--) {
      try {
        if (left <= 0) {
          await this.reload();
          left = reloadEvery;
        }
        await this.tick();
      } catch (error) {
        this.#deps.logger.error({ err: error }, "margins not assessed, will retry");
      }
      await pause(everyMs, signal);
    }
  }

  /** Reads every account with a position or a call anew. */
  async reload(): Promise<void> {
    const { db, books } = this.#deps;
    const held = db.selectFrom("positions").select("account_id");
    const called = db.selectFrom("accounts").select("account_id")
      .where((is) => is.or([is("margin_call", "=", true), is("balance", "<", 0)]));
    const ids = (await held.union(called).execute()).map((row) => row.account_id as AccountId);
    this.#bySymbol.clear();
    for (let at = 0; at < ids.length; at += pageMax) {
      this.update(await books.loadAccounts(ids.slice(at, at + pageMax)));
    }
  }

  /** Values the marked accounts and has the desk assess those that need it; waits for it. */
  async tick(): Promise<void> {
    const { desk, market } = this.#deps;
    const now = market();
    const marked = [...this.#marked];
    this.#marked.clear();
    await Promise.all(marked.map(async (accountId) => {
      const account = this.#accounts.get(accountId);
      if (account === undefined) return;
      if (this.#asked.has(accountId)) return void this.#marked.add(accountId);
      if (marginNeed(account, levelsFor(now.terms.margin, accountId), now) === null) return;
      this.#asked.add(accountId);
      try {
        await desk.submit({ kind: "assess_margin", accountId });
      } catch (error) {
        // No price need come to look at it again.
        this.#marked.add(accountId);
        throw error;
      } finally {
        this.#asked.delete(accountId);
      }
    }));
  }

  #watch(symbol: string, accountId: AccountId): void {
    const ids = this.#bySymbol.get(symbol);
    if (ids === undefined) this.#bySymbol.set(symbol, new Set([accountId]));
    else ids.add(accountId);
  }
}

/** Symbols of the positions, and of the pairs their profit is converted at. */
function symbolsOf(account: Account): Set<string> {
  const symbols = new Set<string>();
  for (const { symbol } of account.positions.values()) {
    symbols.add(symbol);
    const { quote } = instrumentOf(symbol);
    for (const pair of rateSymbols(quote, account.currency)) symbols.add(pair);
  }
  return symbols;
}
