/** The transactions that came last, of all accounts that are followed; beyond a bound the oldest go. */

import type { BookedTransaction } from "../../../shared/contracts/messages/feed_account.ts";

export class RecentTransactions {
  readonly #max: number;
  /** JSON text by `<accountId> <transactionId>`, in the order they came. */
  readonly #texts = new Map<string, string>();

  constructor(max: number) {
    this.#max = max;
  }

  put(one: BookedTransaction): void {
    this.#texts.set(keyOf(one.accountId, one.transactionId), JSON.stringify(one));
    if (this.#texts.size <= this.#max) return;
    for (const oldest of this.#texts.keys()) return void this.#texts.delete(oldest);
  }

  /** Those that follow `after` without a gap, `max` at most. */
  following(accountId: string, after: number, max: number): string[] {
    const found: string[] = [];
    while (found.length < max) {
      const text = this.#texts.get(keyOf(accountId, after + found.length + 1));
      if (text === undefined) break;
      found.push(text);
    }
    return found;
  }
}

const keyOf = (accountId: string, transactionId: number): string => `${accountId} ${transactionId}`;
