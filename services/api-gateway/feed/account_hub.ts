/**
 * The accounts that clients of this edge follow. It holds of each only how far it goes and what it
 * was worth when last told; the transactions are the trading gateway's, and those that came last.
 */

import { feedLimits } from "../../../shared/contracts/messages/feed.ts";
import type { BookedTransaction } from "../../../shared/contracts/messages/feed_account.ts";
import { formatMicros, type Micros } from "../../../shared/domain/money.ts";
import type { Clock } from "../../../shared/domain/time.ts";
import type { EdgeAccount, EdgeMarket } from "../market/edge_market.ts";
import { AccountFollower, type FollowRequest, type Watched } from "./account_follower.ts";
import type { AccountSource } from "./account_source.ts";
import { RecentTransactions } from "./recent_transactions.ts";

/** Transactions kept of all followed accounts together. */
const recentMax = 10_000;
/** Turns over which the accounts are spread, so that they are not all valued at one moment. */
const slots = 20;

interface WatchedAccount extends Watched {
  readonly followers: Set<AccountFollower>;
  readonly slot: number;
  /** What the account was, and at which prices, when it was valued last. */
  valued: { readonly account: EdgeAccount; readonly version: number; readonly text: string } | null;
}

export interface AccountHubParts {
  readonly source: AccountSource;
  readonly market: EdgeMarket;
  readonly clock: Clock;
}

export class AccountHub {
  /** Transactions sent since the start. */
  sent = 0;
  readonly #parts: AccountHubParts;
  readonly #watched = new Map<string, WatchedAccount>();
  readonly #slots = Array.from({ length: slots }, () => new Set<string>());
  readonly #recent = new RecentTransactions(recentMax);
  #waiting = new Set<AccountFollower>();
  #turns = 0;
  #turnedAt = 0;

  constructor(parts: AccountHubParts) {
    this.#parts = parts;
  }

  /** Accounts that someone follows. */
  get size(): number {
    return this.#watched.size;
  }

  /** What the desk booked, as the stream tells it: perhaps again, perhaps with gaps. */
  take(transactions: readonly BookedTransaction[]): void {
    const touched = new Set<WatchedAccount>();
    for (const one of transactions) {
      const watched = this.#watched.get(one.accountId);
      if (watched === undefined) continue;
      this.#recent.put(one);
      watched.head = Math.max(watched.head, one.transactionId);
      touched.add(watched);
    }
    for (const { followers } of touched) followers.forEach((one) => one.advance());
  }

  follow(request: Omit<FollowRequest, "isNewest">): AccountFollower {
    const { accountId } = request.reader;
    const watched = this.#watch(accountId);
    const known = this.#parts.market.account(accountId);
    const isNewest = known !== undefined && known.lastTransactionId === request.since;
    const follower = new AccountFollower({ ...request, isNewest }, watched, {
      source: this.#parts.source,
      recent: this.#recent,
      now: () => this.#parts.clock.now(),
      waits: (one) => this.#waiting.add(one),
      sent: (count) => this.sent += count,
    });
    watched.followers.add(follower);
    return follower;
  }

  #watch(accountId: string): WatchedAccount {
    let watched = this.#watched.get(accountId);
    if (watched === undefined) {
      const slot = this.#watched.size % slots;
      this.#watched.set(accountId, watched = { head: 0, followers: new Set(), slot, valued: null });
      this.#slots[slot]!.add(accountId);
    }
    return watched;
  }

  /** Safe to call again. */
  leave(follower: AccountFollower): void {
    follower.end();
    this.#waiting.delete(follower);
    const { accountId } = follower.request.reader;
    const watched = this.#watched.get(accountId);
    if (watched?.followers.delete(follower) !== true || watched.followers.size > 0) return;
    this.#watched.delete(accountId);
    this.#slots[watched.slot]!.delete(accountId);
  }

  /** Serves those that wait, and values the accounts whose turn it is. */
  turn(): void {
    const now = this.#parts.clock.now();
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const follower of waiting) {
      if (follower.lookAgain(now)) this.#waiting.add(follower);
    }
    if (now - this.#turnedAt < feedLimits.accountValuesMs / slots) return;
    this.#turnedAt = now;
    for (const accountId of this.#slots[this.#turns++ % slots]!) this.#look(accountId);
  }

  #look(accountId: string): void {
    const watched = this.#watched.get(accountId)!;
    const account = this.#parts.market.account(accountId);
    if (account === undefined) return;
    // Its transactions may have come before anyone followed it, when nobody took note of them.
    if (account.lastTransactionId > watched.head) {
      watched.head = account.lastTransactionId;
      watched.followers.forEach((one) => one.advance());
    }
    const values = this.#valueOf(watched, account);
    const frame = () =>
      `{"type":"account_values","accountId":"${accountId}","time":${this.#parts.clock.now()},${values}}`;
    for (const follower of watched.followers) follower.tellValues(values, frame);
  }

  #valueOf(watched: WatchedAccount, account: EdgeAccount): string {
    const { market } = this.#parts;
    const { version } = market.quotes;
    const { valued } = watched;
    if (valued?.account === account && valued.version === version) return valued.text;
    const now = market.valuation(account);
    const text = JSON.stringify({
      lastTransactionId: account.lastTransactionId,
      balance: formatMicros(account.balance),
      unrealised: amountText(now?.unrealised),
      equity: amountText(now?.equity),
      marginUsed: amountText(now?.marginUsed),
      marginAvailable: amountText(now?.marginAvailable),
    }).slice(1, -1);
    watched.valued = { account, version, text };
    return text;
  }
}

const amountText = (amount: Micros | undefined): string | null =>
  amount === undefined ? null : formatMicros(amount);
