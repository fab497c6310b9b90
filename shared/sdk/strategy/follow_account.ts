/** An account over the feed: where it stands, then each transaction once, however often it breaks. */

import type { AccountSnapshotFrame } from "../account_frames.ts";
import { wait } from "../backoff.ts";
import type { FeedClient } from "../feed.ts";
import type { Transaction } from "../generated/types.gen.ts";
import { SpotwireProblem } from "../problem.ts";
import type { Spotwire } from "../spotwire_api.ts";
import { AccountFold } from "./account_fold.ts";
import { deferred } from "./deferred.ts";
import { acceptanceOf } from "./order_fold.ts";

export interface FollowedAccount {
  readonly snapshot: AccountSnapshotFrame;
  /** As it stands, kept up with what the feed says it is worth. */
  readonly account: AccountFold;
  /** Those after the snapshot; ends with the feed. Throws the feed's refusal. */
  readonly transactions: AsyncIterable<Transaction>;
}

/** @throws FeedRefusal where the account may not be read */
export async function followAccount(feed: FeedClient, accountId: string): Promise<FollowedAccount> {
  const told = feed.account(accountId);
  const snapshot = deferred<AccountSnapshotFrame>();
  told.on("snapshot", (frame) => snapshot.resolve(frame));
  const first = told.next();
  first.then(({ done }) => {
    if (done) snapshot.reject(new Error("Feed closed"));
  }, (refusal) => snapshot.reject(refusal));
  const begun = await snapshot.promise;
  const account = new AccountFold(begun);
  if (told.values !== null) account.tell(told.values);
  told.on("values", (values) => account.tell(values));
  return {
    snapshot: begun,
    account,
    transactions: (async function* () {
      for (let one = await first; !one.done; one = await told.next()) yield one.value;
    })(),
  };
}

/** Pause after the platform could not be asked. */
const retryMs = 1_000;
const pageMax = 1_000;

/**
 * The transactions of an order up to one of its account, oldest first, asked for until they are
 * had. @throws SpotwireProblem where they may not be read; the signal's reason
 */
export async function recallOrder(
  spotwire: Spotwire,
  about: { accountId: string; orderId: string; upTo: number; signal: AbortSignal },
): Promise<Transaction[]> {
  const { accountId, orderId, upTo, signal } = about;
  const found: Transaction[] = [];
  let since = acceptanceOf(orderId) - 1;
  while (since < upTo) {
    try {
      const query = { since, limit: pageMax };
      const { transactions, next } = await spotwire.listTransactions(accountId, query, { signal });
      if (next <= since) throw new Error(`There is no transaction ${upTo} of ${accountId}`);
      found.push(...transactions.filter((one) => one.orderId === orderId));
      since = next;
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
      await wait(retryMs, signal);
    }
  }
  return found.filter(({ transactionId }) => transactionId <= upTo);
}

/** Whether no answer came, or one that may be another next time. */
const mayPass = (error: unknown): boolean =>
  error instanceof SpotwireProblem
    ? error.status >= 500 || error.status === 429
    : error instanceof TypeError || error instanceof DOMException;
