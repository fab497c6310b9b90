/** The lots of an account that keeps none: its fills folded anew, the oldest lot closed first. */

import type { Kysely } from "kysely";
import type { Account } from "../../../shared/domain/account.ts";
import { applyFillTo, fillEffect } from "../../../shared/domain/holdings.ts";
import type { Position } from "../../../shared/domain/position.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { fromTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

const pageMax = 5_000;
const fifo = { positionMode: "netting", lotMatching: "fifo" } as const;
/** What closes the oldest lot first: an order that names none. */
const oldestFirst = { positionFill: "default", closeLotId: null, parentOrderId: null } as const;

/** Positions as an account that nets by lots would have them after the same fills. */
export async function foldLots(
  db: Kysely<TradingDatabase>,
  account: Account,
): Promise<Map<string, Position>> {
  const positions = new Map<string, Position>();
  for (let after = 0;;) {
    const rows = await db.selectFrom("transactions").select(["transaction_id", "body"])
      .where("account_id", "=", account.accountId)
      .where("transaction_id", ">", after)
      .where("transaction_id", "<=", account.lastTransactionId)
      .where("type", "=", "order_filled")
      .orderBy("transaction_id").limit(pageMax).execute();
    for (const row of rows) {
      const fill = fromTransactionView(row.body as TransactionView);
      if (fill.type !== "order_filled") continue;
      const { closed } = fillEffect({ ...fifo, positions }, fill, oldestFirst);
      applyFillTo(positions, fifo, { ...fill, ...(closed === undefined ? {} : { closed }) });
    }
    if (rows.length < pageMax) return positions;
    after = Number(rows.at(-1)!.transaction_id);
  }
}
