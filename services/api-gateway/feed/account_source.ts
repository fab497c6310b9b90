/** Reads accounts from the trading gateway, for those who follow them over the feed. */

import type { BookedTransaction } from "../../../shared/contracts/messages/feed_account.ts";
import { createPolicy } from "../../../shared/resilience/policies.ts";
import type { AuthContext } from "../../../shared/runtime/auth.ts";
import type { InternalTokens } from "../forward/forward.ts";
import type { Upstream } from "../forward/upstream.ts";

/** Transactions of one read. */
const pageMax = 500;
/** How long an answer may take, in milliseconds. */
const answerMsMax = 5_000;
/** Reads at once, and those that wait for their turn: one for each account that is followed. */
const policyOptions = {
  timeoutMs: answerMsMax,
  breaker: { failuresMax: 20, cooldownMs: 500 },
  bulkhead: { concurrentMax: 32, waitingMax: 100_000 },
};

/** The trading gateway has no such account, or will not show it to this key. */
export class AccountRefused extends Error {
  override readonly name = "AccountRefused";
  readonly code: "account_unknown" | "account_denied";

  constructor(code: AccountRefused["code"]) {
    super(`Cannot read the account: ${code}`);
    this.code = code;
  }
}

export interface AccountPage {
  /** After `since`, oldest first, without gaps; the first ones only where there are many. */
  readonly transactions: readonly BookedTransaction[];
  readonly lastTransactionId: number;
}

export interface AccountSnapshot {
  readonly account: { readonly lastTransactionId: number };
  readonly orders: readonly unknown[];
  readonly positions: readonly unknown[];
}

/** Whose account is read, and with whose rights. */
export interface AccountReader {
  readonly accountId: string;
  readonly auth: AuthContext;
}

/** Both throw {@link AccountRefused}, or whatever kept the answer from coming. */
export interface AccountSource {
  snapshot(reader: AccountReader): Promise<AccountSnapshot>;
  transactions(reader: AccountReader, since: number): Promise<AccountPage>;
}

export function createAccountSource(trading: Upstream, tokenOf: InternalTokens): AccountSource {
  const policy = createPolicy(policyOptions);
  async function read(
    { accountId, auth }: AccountReader,
    path: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const headers = { authorization: `Bearer ${await tokenOf(auth)}` };
    const url = `http://${trading.name}/v1/accounts/${accountId}/${path}`;
    const answer = await trading.fetch(new Request(url, { headers, signal }));
    if (answer.ok) return await answer.json();
    await answer.body?.cancel();
    if (answer.status === 404) return new AccountRefused("account_unknown");
    if (answer.status === 403) return new AccountRefused("account_denied");
    throw new Error(`Cannot read the account: ${trading.name} answered ${answer.status}`);
  }
  // A refusal is an answer: thrown inside the policy it would count against the trading gateway.
  async function ask(reader: AccountReader, path: string): Promise<unknown> {
    const answer = await policy.execute((signal) => read(reader, path, signal));
    if (answer instanceof AccountRefused) throw answer;
    return answer;
  }
  return {
    snapshot: async (reader) => await ask(reader, "snapshot") as AccountSnapshot,
    transactions: async (reader, since) =>
      await ask(reader, `transactions?since=${since}&limit=${pageMax}`) as AccountPage,
  };
}
