/** Where a replay begins: an account as it stood, and what was recorded from there on. */

import { type Account, emptyAccount } from "../../../../shared/domain/account.ts";
import { applyTransaction } from "../../../../shared/domain/books.ts";
import type { AccountId } from "../../../../shared/domain/ids.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";
import { forgetEndedOrders } from "../../desk/books_store.ts";

/** Whole batches that were booked before a moment. */
export function bookedBefore(recorded: readonly Transaction[], to: number): readonly Transaction[] {
  const end = recorded.findIndex((one) => one.batchId === undefined && one.time >= to);
  return end < 0 ? recorded : recorded.slice(0, end);
}

export interface SessionStart {
  readonly account: Account;
  readonly transactions: readonly Transaction[];
}

/**
 * The last place not after `from` at which no order was open, so that nobody need know what the
 * venue held there: how far a trailing stop had come is in no transaction. From the account's
 * beginning where there is none.
 * @throws ImpossibleTransaction for transactions no desk can have booked.
 */
export function sessionFrom(
  accountId: AccountId,
  recorded: readonly Transaction[],
  from: number,
): SessionStart {
  const ahead = emptyAccount(accountId);
  let begin = 0;
  for (const [at, one] of recorded.entries()) {
    if (one.time >= from) break;
    applyTransaction(ahead, one);
    forgetEndedOrders(ahead);
    const isWhole = recorded[at + 1]?.batchId === undefined;
    if (isWhole && ahead.openOrders === 0) begin = at + 1;
  }
  const account = emptyAccount(accountId);
  for (const one of recorded.slice(0, begin)) applyTransaction(account, one);
  forgetEndedOrders(account);
  return { account, transactions: recorded.slice(begin) };
}
