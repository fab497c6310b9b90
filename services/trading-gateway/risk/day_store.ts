/** What the day's result is worked out from: its fills and costs, and the prices it began with. */

import { type Kysely, sql } from "kysely";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { endedDayBefore } from "../financing/roll_store.ts";
import { fromTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";
import type { DayStore } from "./risk_source.ts";

export function createDayStore(db: Kysely<TradingDatabase>): DayStore {
  return {
    async daysOf(ids, since) {
      const wanted = JSON.stringify(ids);
      const rows = await db.selectFrom("transactions").select("body")
        .where(sql<boolean>`account_id in (select json_array_elements_text(${wanted}::text::json))`)
        .where("time", ">=", sql<Date>`${toRfc3339(since)}::timestamptz`)
        .where("type", "in", ["order_filled", "financing_charged"])
        .orderBy("account_id").orderBy("transaction_id").execute();
      const found = rows.map((row): Transaction =>
        fromTransactionView(row.body as TransactionView)
      );
      return Map.groupBy(found, (one): AccountId => one.accountId);
    },
    begunAt: (at) => endedDayBefore(db, at),
  };
}
