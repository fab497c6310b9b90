/** The account on the screen: what it has, owns and waits for, as the platform says. */

import { batch, type Signal, signal } from "@preact/signals";
import type {
  Account,
  Order,
  Position,
  Spotwire,
  Transaction,
} from "../../../../../shared/sdk/mod.ts";
import { AccountEvents } from "./account_events.ts";

/** Transactions the screen keeps, and those it begins with. */
const transactionsMax = 2_000;
const transactionsFirst = 500;

export class AccountStore {
  readonly accounts: Signal<readonly Account[]> = signal([]);
  readonly account: Signal<Account | null> = signal(null);
  readonly orders: Signal<readonly Order[]> = signal([]);
  readonly positions: Signal<readonly Position[]> = signal([]);
  /** Newest first. */
  readonly transactions: Signal<readonly Transaction[]> = signal([]);
  readonly healthy: Signal<boolean> = signal(true);
  readonly #client: Spotwire;
  readonly #heard: (transactions: readonly Transaction[]) => void;
  #events: AccountEvents | null = null;
  #refreshing = false;
  #again = false;

  /** `heard` is told of what happens from now on, not of what had. */
  constructor(client: Spotwire, heard: (transactions: readonly Transaction[]) => void) {
    this.#client = client;
    this.#heard = heard;
  }

  /** Shows an account: the one named, or the first that the key reaches. */
  async open(wanted: string | null): Promise<void> {
    this.close();
    const { accounts } = await this.#client.listAccounts();
    this.accounts.value = accounts;
    const account = accounts.find((one) => one.accountId === wanted) ?? accounts[0];
    if (account === undefined) return;
    const { accountId, lastTransactionId } = account;
    this.account.value = account;
    const since = Math.max(0, lastTransactionId - transactionsFirst);
    const { transactions } = await this.#client.listTransactions(accountId, {
      since,
      limit: 1_000,
    });
    await this.#load(accountId);
    this.transactions.value = transactions.toReversed();
    this.#events = new AccountEvents({
      client: this.#client,
      accountId,
      since: transactions.at(-1)?.transactionId ?? lastTransactionId,
      onTransactions: (news) => this.#take(news),
      onHealth: (healthy) => (this.healthy.value = healthy),
    });
  }

  close(): void {
    this.#events?.stop();
    this.#events = null;
  }

  /** Something was sent. */
  hurry(): void {
    this.#events?.hurry();
  }

  #take(news: readonly Transaction[]): void {
    this.transactions.value = [...news.toReversed(), ...this.transactions.value]
      .slice(0, transactionsMax);
    void this.refresh();
    this.#heard(news);
  }

  /** Asks again for what the account has; once more when asked during that. */
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
    } catch {
      // The events tell of the lost connection, and the next ones refresh again.
    } finally {
      this.#refreshing = false;
    }
  }

  async #load(accountId: string): Promise<void> {
    const [account, { orders }, { positions }] = await Promise.all([
      this.#client.getAccount(accountId),
      this.#client.listOrders(accountId, { limit: 1_000 }),
      this.#client.listPositions(accountId),
    ]);
    batch(() => {
      this.account.value = account;
      this.orders.value = orders;
      this.positions.value = positions;
    });
  }
}
