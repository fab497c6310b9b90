/** Whether an account was ever opened. */

import type { Kysely } from "kysely";
import type { TradingDatabase } from "../desk/tables.ts";

export async function accountExists(
  db: Kysely<TradingDatabase>,
  accountId: string,
): Promise<boolean> {
  const found = await db.selectFrom("accounts").select("account_id")
    .where("account_id", "=", accountId).executeTakeFirst();
  return found !== undefined;
}
