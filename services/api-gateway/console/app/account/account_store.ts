/** The account on the screen: what it has, owns and waits for, as the platform says. */

import { batch, type Signal, signal } from "@preact/signals";
import type {
  Account,
  AccountFeed,
  AccountValuesFrame,
  FeedClient,
  Order,
  Position,
  Spotwire,
  Transaction,
} from "../../../../../shared/sdk/mod.ts";

/** Transactions the screen keeps, and those it begins with. */
const transactionsMax = 2_000;
const transactionsFirst = 500;
/** How long after a failed read the next is tried, in milliseconds. */
const retryMs = 1_000;

export interface AccountParts {
  readonly client: Spotwire;
  readonly feed: Pick<FeedClient, "account">;
  /** Told of what happens from now on, not of what had. */
  heard(transactions: readonly Transaction[]): void;
}

/** Decimal text in the account's currency; `null` while a price is missing. */
export type Worth = Pick<
  AccountValuesFrame,
  "balance" | "unrealised" | "equity" | "marginUsed" | "marginAvailable"
>;

export class AccountStore {
  readonly accounts: Signal<readonly Account[]> = signal([]);
  readonly account: Signal<Account | null> = signal(null);
  readonly orders: Signal<readonly Order[]> = signal([]);
  readonly positions: Signal<readonly Position[]> = signal([]);
  /** What the account is worth: twice a second at most while prices move. */
  readonly values: Signal<Worth | null> = signal(null);
  /** Newest first. */
  readonly transactions: Signal<readonly Transaction[]> = signal([]);
  /** Whether the last read of the account went well. */
  readonly healthy: Signal<boolean> = signal(true);
  readonly #parts: AccountParts;
  #followed: AccountFeed | null = null;
  #refreshing = false;
  #again = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** Shows an account: the one named, or the first that the key reaches. */
  async open(wanted: string | null): Promise<void> {
    this.close();
    const { client, feed } = this.#parts;
    const { accounts } = await client.listAccounts();
    this.accounts.value = accounts;
    const found = accounts.find((one) => one.accountId === wanted) ?? accounts[0];
    if (found === undefined) return;
    const { accountId } = found;
    const { lastTransactionId } = await this.#load(accountId);
    const since = Math.max(0, lastTransactionId - transactionsFirst);
    const { transactions } = await client.listTransactions(accountId, { since, limit: 1_000 });
    this.transactions.value = transactions.toReversed();
    this.#followed = feed.account(accountId, {
      since: transactions.at(-1)?.transactionId ?? lastTransactionId,
    });
    this.#followed.on("transactions", (news) => this.#take(news));
    this.#followed.on("values", (values) => (this.values.value = values));
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#followed?.close();
    this.#followed = null;
  }

  #take(news: readonly Transaction[]): void {
    this.transactions.value = [...news.toReversed(), ...this.transactions.value]
      .slice(0, transactionsMax);
    void this.refresh();
    this.#parts.heard(news);
  }

  /** Reads again where the account stands; once more when asked during that. */
  async refresh(): Promise<void> {
    const accountId = this.account.peek()?.accountId;
    if (accountId === undefined) return;
    if (this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    try {
      do {
        this.#again = false;
        await this.#load(accountId);
      } while (this.#again);
      this.healthy.value = true;
    } catch {
      this.healthy.value = false;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => void this.refresh(), retryMs);
    } finally {
      this.#refreshing = false;
    }
  }

  async #load(accountId: string): Promise<Account> {
    const { account, orders, positions } = await this.#parts.client.getAccountSnapshot(accountId);
    batch(() => {
      this.account.value = account;
      this.values.value = account;
      // Newest first, as the list of orders has them.
      this.orders.value = orders.toReversed();
      this.positions.value = positions;
    });
    return account;
  }
}
