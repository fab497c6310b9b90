/** Reads an account's transactions, page by page, into a statement. */

import type { Kysely } from "kysely";
import type { AccountId } from "../../../shared/domain/ids.ts";
import {
  type Statement,
  StatementFold,
  StatementTooLong,
  statementTypes,
} from "../../../shared/domain/statement.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { fromTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

const pageMax = 5_000;

/** @throws Problem `invalid_request` for a period that ends before it begins, or holds too much. */
export async function readStatement(
  db: Kysely<TradingDatabase>,
  of: { readonly accountId: AccountId; readonly from: EpochMs; readonly to: EpochMs },
): Promise<Statement> {
  if (of.to < of.from) throw refused("/to", "Expected a time after `from`");
  const fold = new StatementFold(of);
  let after = 0;
  for (;;) {
    const rows = await db.selectFrom("transactions").select(["transaction_id", "body"])
      .where("account_id", "=", of.accountId)
      .where("transaction_id", ">", after)
      .where("type", "in", statementTypes)
      .orderBy("transaction_id").limit(pageMax).execute();
    try {
      for (const row of rows) fold.take(fromTransactionView(row.body as TransactionView));
    } catch (error) {
      if (!(error instanceof StatementTooLong)) throw error;
      throw refused("/from", `${error.message}; ask for a shorter period`);
    }
    if (rows.length < pageMax) return fold.statement();
    after = Number(rows.at(-1)!.transaction_id);
  }
}

const refused = (path: string, message: string): Problem =>
  new Problem("invalid_request", "The period cannot be stated", { errors: [{ path, message }] });
