// Goal: a database from before hedging accounts keeps every row, and its accounts go on netting.

import { assertEquals } from "@std/assert";
import { sql } from "kysely";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { migrate } from "../../../shared/storage/migrate.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import { createBooksStore } from "./books_store.ts";
import { tradingMigrations } from "./migrations.ts";
import { type TradingDatabase, tradingSchema } from "./tables.ts";

Deno.test("accounts and positions from before legs and lots are read as they were", async () => {
  const store = await openTestStore();
  const before = Object.fromEntries(
    Object.entries(tradingMigrations).filter(([name]) => name < "2026-11-24_positions"),
  );
  await migrate(store, tradingSchema, before);
  const db = store.database<TradingDatabase>(tradingSchema);
  await sql`insert into trading.accounts
      (account_id, currency, balance, last_transaction_id, open_orders)
    values ('old', 'USD', 5000000, 9, 0)`.execute(db);
  await sql`insert into trading.positions (account_id, symbol, units, open_cost)
    values ('old', 'EURUSD', -300, -330000000)`.execute(db);
  await migrate(store, tradingSchema, tradingMigrations);
  const [account] = await createBooksStore(db).loadAccounts(["old" as AccountId]);
  assertEquals(
    [account!.positionMode, account!.lotMatching, account!.balance] as unknown[],
    ["netting", "average", 5_000_000n],
  );
  assertEquals([...account!.positions] as unknown[], [
    ["EURUSD", { symbol: "EURUSD", units: -300, openCost: -330_000_000n }],
  ]);
  await store.close();
});
