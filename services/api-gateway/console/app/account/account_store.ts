/** The account on the screen: what it has, owns and waits for, as the platform says. */

import { batch, type Signal, signal } from "@preact/signals";
import type {
  Account,
  AccountFeed,
  AccountSnapshot,
  AccountValuesFrame,
  FeedClient,
  Order,
  Position,
  Spotwire,
  Transaction,
} from "../../../../../shared/sdk/mod.ts";
import { Newest } from "../core/newest.ts";

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

interface Found {
  readonly accounts: readonly Account[];
  /** `null` for a key that reaches no account. */
  readonly found: {
    readonly snapshot: AccountSnapshot;
    /** Oldest first. */
    readonly transactions: readonly Transaction[];
  } | null;
}

export class AccountStore {
  readonly accounts: Signal<readonly Account[]> = signal([]);
  readonly account: Signal<Account | null> = signal(null);
  readonly orders: Signal<readonly Order[]> = signal([]);
  readonly positions: Signal<readonly Position[]> = signal([]);
  /** What the account is worth: twice a second at most while prices move. */
  readonly values: Signal<Worth | null> = signal(null);
  /** Newest first. */
  readonly transactions: Signal<readonly Transaction[]> = signal([]);
  /** `false` once it is known that the key reaches no account. */
  readonly reached: Signal<boolean> = signal(true);
  /** Whether the last read of the account went well. */
  readonly healthy: Signal<boolean> = signal(true);
  readonly #parts: AccountParts;
  readonly #newest = new Newest();
  #followed: AccountFeed | null = null;
  #refreshing = false;
  #again = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** Shows an account, the one named or the first that the key reaches, as soon as it can be read. */
  async open(wanted: string | null): Promise<void> {
    this.close();
    const isNewest = this.#newest.ask();
    try {
      const { accounts, found } = await this.#find(wanted);
      // Another account may have been chosen in the meantime.
      if (!isNewest()) return;
      this.accounts.value = accounts;
      this.reached.value = found !== null;
      if (found !== null) this.#begin(found);
    } catch {
      if (isNewest()) this.#failed(() => this.open(wanted));
    }
  }

  async #find(wanted: string | null): Promise<Found> {
    const { client } = this.#parts;
    const { accounts } = await client.listAccounts();
    const { accountId } = accounts.find((one) => one.accountId === wanted) ?? accounts[0] ?? {};
    if (accountId === undefined) return { accounts, found: null };
    const snapshot = await client.getAccountSnapshot(accountId);
    const since = Math.max(0, snapshot.account.lastTransactionId - transactionsFirst);
    const { transactions } = await client.listTransactions(accountId, { since, limit: 1_000 });
    return { accounts, found: { snapshot, transactions } };
  }

  #begin({ snapshot, transactions }: NonNullable<Found["found"]>): void {
    const { accountId, lastTransactionId } = snapshot.account;
    batch(() => {
      this.transactions.value = transactions.toReversed();
      this.#show(snapshot);
    });
    this.#followed = this.#parts.feed.account(accountId, {
      since: transactions.at(-1)?.transactionId ?? lastTransactionId,
    });
    this.#followed.on("transactions", (news) => this.#take(news));
    this.#followed.on("values", (values) => (this.values.value = values));
  }

  /** Shows no account: nothing of one stands beside the name of another. */
  close(): void {
    clearTimeout(this.#retry);
    this.#newest.turn();
    this.#followed?.close();
    this.#followed = null;
    batch(() => {
      this.account.value = null;
      this.values.value = null;
      this.orders.value = [];
      this.positions.value = [];
      this.transactions.value = [];
    });
  }

  #take(news: readonly Transaction[]): void {
    this.transactions.value = [...news.toReversed(), ...this.transactions.value]
      .slice(0, transactionsMax);
    void this.refresh();
    this.#parts.heard(news);
  }

  /** Reads again where the account stands; once more when asked during that. */
  async refresh(): Promise<void> {
    this.#again = true;
    if (this.#refreshing) return;
    this.#refreshing = true;
    while (this.#again) {
      this.#again = false;
      await this.#readAgain();
    }
    this.#refreshing = false;
  }

  async #readAgain(): Promise<void> {
    const accountId = this.account.peek()?.accountId;
    if (accountId === undefined) return;
    const isNewest = this.#newest.ask();
    try {
      const snapshot = await this.#parts.client.getAccountSnapshot(accountId);
      if (isNewest()) this.#show(snapshot);
    } catch {
      if (isNewest()) this.#failed(() => this.refresh());
    }
  }

  #failed(again: () => Promise<void>): void {
    this.healthy.value = false;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void again(), retryMs);
  }

  #show({ account, orders, positions }: AccountSnapshot): void {
    batch(() => {
      this.account.value = account;
      this.values.value = account;
      // Newest first, as the list of orders has them.
      this.orders.value = orders.toReversed();
      this.positions.value = positions;
      this.healthy.value = true;
    });
  }
}
