// Goal: ends of days and what was held at them are read back as they were kept, on a real Postgres.

import { assertEquals } from "@std/assert";
import { sql } from "kysely";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { migrate } from "../../../shared/storage/migrate.ts";
import { openStore } from "../../../shared/storage/open_store.ts";
import { realTest } from "../../../shared/testing/real.ts";
import { startPostgres } from "../../../shared/testing/real_postgres.ts";
import { tradingMigrations } from "../desk/migrations.ts";
import { type TradingDatabase, tradingSchema } from "../desk/tables.ts";
import { completeDay, keepEndedDay, lastEndedDay, pendingDays, uncharged } from "./roll_store.ts";

const account = (account_id: string, position_mode: string) => ({
  account_id,
  tenant: "default",
  position_mode,
  lot_matching: "average",
  currency: "USD",
  balance: "0",
  last_transaction_id: 9,
  open_orders: 0,
  margin_call: false,
});
const fill = (
  accountId: string,
  id: number,
  of: { units: string; time: string; closed?: string },
) => ({
  account_id: accountId,
  transaction_id: id,
  time: of.time,
  type: "order_filled",
  body: JSON.stringify({
    symbol: "EURUSD",
    units: of.units,
    ...(of.closed === undefined ? {} : { closed: [{ lotId: 1, units: of.closed }] }),
  }),
});
const held = (account_id: string, symbol: string, units: number, leg = "net") => ({
  account_id,
  symbol,
  leg,
  units,
  open_cost: "0",
});

realTest(
  "an ended day keeps its first quotes and its uncharged positions",
  ["postgres"],
  async () => {
    await using postgres = await startPostgres();
    const store = await openStore(postgres.url);
    try {
      await migrate(store, tradingSchema, tradingMigrations);
      const db = store.database<TradingDatabase>(tradingSchema);
      const endedAt = epochMs(Date.UTC(2026, 2, 4, 22));
      const ended = (bid: number) => {
        const quotes = new QuoteBook();
        const times = { venueTime: endedAt, receivedTime: endedAt, sequence: 1 };
        const symbol = "EURUSD" as Symbol;
        quotes.apply({ symbol, bid: price(bid), ask: price(bid + 10), ...times });
        return { day: "2026-03-04", endedAt, quotes };
      };
      assertEquals(await lastEndedDay(db), null);
      await keepEndedDay(db, ended(116_000), false);
      await keepEndedDay(db, ended(117_000), false);
      const [pending, ...more] = await pendingDays(db);
      assertEquals([pending?.day, pending?.endedAt, more.length], ["2026-03-04", endedAt, 0]);
      assertEquals(pending?.quotes.get("EURUSD")?.bid, price(116_000));

      await db.insertInto("positions").values([
        held("a", "EURUSD", 1_000),
        held("a", "USDJPY", -500),
        held("b", "EURUSD", 300),
        held("h", "EURUSD", 700, "long"),
        held("h", "EURUSD", -400, "short"),
      ]).execute();
      await db.insertInto("accounts")
        .values([account("a", "netting"), account("b", "netting"), account("h", "hedging")])
        .execute();
      for (
        const one of [
          fill("a", 1, { units: "1000", time: "2026-03-04T21:59:59.999Z" }),
          fill("a", 2, { units: "-250", time: "2026-03-04T22:00:00Z" }),
          fill("b", 1, { units: "300", time: "2026-03-05T08:00:00Z" }),
          // Bought 300: closed 200 of the short leg, and 100 more that opened.
          fill("h", 1, { units: "300", time: "2026-03-05T08:00:00Z", closed: "200" }),
        ]
      ) {
        await db.insertInto("transactions")
          .values({ ...one, body: sql<string>`${one.body}::text::json` }).execute();
      }
      await db.insertInto("booked_once")
        .values({ account_id: "a", key: "financing USDJPY 2026-03-04", transaction_id: 9 })
        .execute();
      assertEquals(
        (await uncharged(db, pending!)).map((one) =>
          [one.accountId, one.symbol, one.leg, one.units].join(" ")
        ),
        ["a EURUSD net 1250", "h EURUSD long 600", "h EURUSD short -600"],
      );
      await completeDay(db, "2026-03-04");
      assertEquals(await pendingDays(db), []);
      assertEquals(await lastEndedDay(db), "2026-03-04");
    } finally {
      await store.close();
    }
  },
);
