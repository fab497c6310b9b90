/** Reading transactions. */

import type { Kysely } from "kysely";
import type { TradingDatabase } from "../desk/tables.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

export interface TransactionQuery {
  readonly accountId: string;
  /** Those after this id. */
  readonly since: number;
  readonly limit: number;
  /** `null` for every type. */
  readonly types: readonly string[] | null;
}

export interface TransactionPage {
  readonly transactions: TransactionView[];
  /** The account's newest. */
  readonly lastTransactionId: number;
  /** `since` of the next page. */
  readonly next: number;
}

/** Oldest first; `null` for an account that is none. */
export async function selectTransactions(
  db: Kysely<TradingDatabase>,
  { accountId, since, limit, types }: TransactionQuery,
): Promise<TransactionPage | null> {
  const account = await db.selectFrom("accounts").select("last_transaction_id")
    .where("account_id", "=", accountId).executeTakeFirst();
  if (account === undefined) return null;
  // Read before the transactions: later ones are the next page's, so that no page skips any.
  const last = Number(account.last_transaction_id);
  let query = db.selectFrom("transactions").select("body")
    .where("account_id", "=", accountId)
    .where("transaction_id", ">", since)
    .where("transaction_id", "<=", last);
  if (types !== null) query = query.where("type", "in", types);
  const rows = await query.orderBy("transaction_id").limit(limit).execute();
  const transactions = rows.map((row) => row.body as TransactionView);
  const isFull = transactions.length === limit;
  const next = isFull ? transactions.at(-1)!.transactionId : Math.max(since, last);
  return { transactions, lastTransactionId: last, next };
}
