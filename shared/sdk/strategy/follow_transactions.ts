/** The transactions of an account as they are booked, without gaps. */

import { wait } from "../backoff.ts";
import type { Transaction } from "../generated/types.gen.ts";
import { SpotwireProblem } from "../problem.ts";
import type { Spotwire } from "../spotwire_api.ts";

const everyMs = 100;
/** Pause after the platform could not be asked. */
const retryMs = 1_000;
const pageMax = 1_000;

export interface FollowTransactions {
  readonly accountId: string;
  /** The last one known. */
  readonly since: number;
  readonly signal: AbortSignal;
}

/** Until the signal aborts. Throws a SpotwireProblem where the account may not be read. */
export async function* followTransactions(
  spotwire: Spotwire,
  { accountId, since, signal }: FollowTransactions,
): AsyncGenerator<Transaction[]> {
  while (!signal.aborted) {
    let pause = everyMs;
    try {
      const query = { since, limit: pageMax };
      const { transactions } = await spotwire.listTransactions(accountId, query, { signal });
      const last = transactions[transactions.length - 1];
      if (last !== undefined) {
        since = last.transactionId;
        yield transactions;
        if (transactions.length === pageMax) continue;
      }
    } catch (error) {
      if (signal.aborted) return;
      const mayPass = !(error instanceof SpotwireProblem) || error.status >= 500 ||
        error.status === 429;
      if (!mayPass) throw error;
      pause = retryMs;
    }
    await wait(pause, signal).catch(() => {});
  }
}
