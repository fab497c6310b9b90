/** Migrations of the `trading` schema, by name, in order. */

import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { backtestLeases, backtestTables } from "../backtests/jobs/backtest_tables.ts";
import { riskTables, riskTurns } from "../risk/risk_migrations.ts";

const openStatuses = sql`('pending_new', 'new', 'partially_filled', 'pending_cancel')`;

const firstTables: Migration = {
  async up(db: Kysely<unknown>) {
    const create = (table: string) => db.schema.withSchema("trading").createTable(table);
    await create("accounts")
      .addColumn("account_id", "text", (column) => column.primaryKey())
      .addColumn("currency", "text", (column) => column.notNull())
      .addColumn("balance", "int8", (column) => column.notNull())
      .addColumn("last_transaction_id", "int8", (column) => column.notNull())
      .addColumn("open_orders", "int4", (column) => column.notNull())
      .execute();
    await create("transactions")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("transaction_id", "int8", (column) => column.notNull())
      .addColumn("time", "timestamptz", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("body", "json", (column) => column.notNull())
      .addPrimaryKeyConstraint("transactions_key", ["account_id", "transaction_id"])
      .execute();
    await createOrders(db);
    await create("positions")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("symbol", "text", (column) => column.notNull())
      .addColumn("units", "int8", (column) => column.notNull())
      .addColumn("open_cost", "int8", (column) => column.notNull())
      .addPrimaryKeyConstraint("positions_key", ["account_id", "symbol"])
      .execute();
    await create("postings")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("transaction_id", "int8", (column) => column.notNull())
      .addColumn("line", "int2", (column) => column.notNull())
      .addColumn("book", "text", (column) => column.notNull())
      .addColumn("currency", "text", (column) => column.notNull())
      .addColumn("amount", "int8", (column) => column.notNull())
      .addColumn("rate", "numeric")
      .addPrimaryKeyConstraint("postings_key", ["account_id", "transaction_id", "line"])
      .execute();
    await create("fills")
      .addColumn("venue", "text", (column) => column.notNull())
      .addColumn("exec_id", "text", (column) => column.notNull())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("transaction_id", "int8", (column) => column.notNull())
      .addPrimaryKeyConstraint("fills_key", ["venue", "exec_id"])
      .execute();
    await create("outbox")
      .addColumn("id", "bigserial", (column) => column.primaryKey())
      .addColumn("topic", "text", (column) => column.notNull())
      .addColumn("bodies", "json", (column) => column.notNull())
      .execute();
  },
};

async function createOrders(db: Kysely<unknown>): Promise<void> {
  await db.schema.withSchema("trading").createTable("orders")
    .addColumn("account_id", "text", (column) => column.notNull())
    .addColumn("transaction_id", "int8", (column) => column.notNull())
    .addColumn("client_order_id", "text", (column) => column.notNull())
    .addColumn("symbol", "text", (column) => column.notNull())
    .addColumn("side", "text", (column) => column.notNull())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("time_in_force", "text", (column) => column.notNull())
    .addColumn("units", "int8", (column) => column.notNull())
    .addColumn("price", "int8")
    .addColumn("expire_time", "timestamptz")
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("filled_units", "int8", (column) => column.notNull())
    .addColumn("filled_cost", "numeric", (column) => column.notNull())
    .addColumn("reject_reason", "text")
    .addColumn("text", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("updated_at", "timestamptz", (column) => column.notNull())
    .addPrimaryKeyConstraint("orders_key", ["account_id", "transaction_id"])
    .addUniqueConstraint("orders_client_order_id", ["account_id", "client_order_id"])
    .execute();
  await sql`create index orders_open on trading.orders (account_id, transaction_id)
    where status in ${openStatuses}`.execute(db);
}

/** Orders that wait for a trigger, bounds, position rules and tags; replaces under way; linked orders. */
const orderTypes: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").alterTable("orders")
      .addColumn("trigger_price", "int8")
      .addColumn("trailing_distance", "int8")
      .addColumn("trigger_side", "text", (column) => column.notNull().defaultTo("default"))
      .addColumn("price_bound", "int8")
      .addColumn("position_fill", "text", (column) => column.notNull().defaultTo("default"))
      .addColumn("tag", "text")
      .addColumn("triggered_at", "timestamptz")
      .addColumn("revision", "int4", (column) => column.notNull().defaultTo(0))
      .addColumn("replacing", "json")
      .addColumn("on_fill", "json")
      .addColumn("parent_order_id", "text")
      .addColumn("oco_group", "text")
      .addColumn("releases", "boolean", (column) => column.notNull().defaultTo(false))
      .execute();
    await sql`drop index trading.orders_open`.execute(db);
    await sql`create index orders_open on trading.orders (account_id, transaction_id)
      where status in ('held', 'pending_new', 'new', 'partially_filled', 'pending_replace',
        'pending_cancel')`.execute(db);
  },
};

const bookedOnce: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").createTable("booked_once")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("key", "text", (column) => column.notNull())
      .addColumn("transaction_id", "int8", (column) => column.notNull())
      .addPrimaryKeyConstraint("booked_once_key", ["account_id", "key"])
      .execute();
  },
};

/** Transactions are stored nearly in order of time, which is what a BRIN index is small and quick for. */
const rolls: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").createTable("rolls")
      .addColumn("day", "text", (column) => column.primaryKey())
      .addColumn("ended_at", "timestamptz", (column) => column.notNull())
      .addColumn("quotes", "json", (column) => column.notNull())
      .addColumn("completed", "boolean", (column) => column.notNull())
      .execute();
    await sql`create index transactions_time on trading.transactions using brin (time)`
      .execute(db);
  },
};

const marginCalls: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").alterTable("accounts")
      .addColumn("margin_call", "boolean", (column) => column.notNull().defaultTo(false))
      .execute();
  },
};

/** Hedging accounts: a long and a short position a symbol, and the lots they are made of. */
const hedging: Migration = {
  async up(db: Kysely<unknown>) {
    const alter = (table: string) => db.schema.withSchema("trading").alterTable(table);
    await alter("accounts")
      .addColumn("position_mode", "text", (column) => column.notNull().defaultTo("netting"))
      .addColumn("lot_matching", "text", (column) => column.notNull().defaultTo("average"))
      .execute();
    await alter("orders").addColumn("close_lot_id", "int8").execute();
    await alter("positions")
      .addColumn("leg", "text", (column) => column.notNull().defaultTo("net"))
      .execute();
    await alter("positions").dropConstraint("positions_key").execute();
    await alter("positions")
      .addPrimaryKeyConstraint("positions_key", ["account_id", "symbol", "leg"]).execute();
    await db.schema.withSchema("trading").createTable("lots")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("lot_id", "int8", (column) => column.notNull())
      .addColumn("order_transaction_id", "int8", (column) => column.notNull())
      .addColumn("symbol", "text", (column) => column.notNull())
      .addColumn("units", "int8", (column) => column.notNull())
      .addColumn("price", "int8", (column) => column.notNull())
      .addColumn("opened_at", "timestamptz", (column) => column.notNull())
      .addPrimaryKeyConstraint("lots_key", ["account_id", "lot_id"])
      .execute();
  },
};

const lateFills: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").createTable("late_fills")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("transaction_id", "int8", (column) => column.notNull())
      .addColumn("symbol", "text", (column) => column.notNull())
      .addColumn("time", "timestamptz", (column) => column.notNull())
      .addPrimaryKeyConstraint("late_fills_key", ["account_id", "transaction_id"])
      .execute();
  },
};

/** What execution quality is measured by; orders are stored nearly in order of time. */
const arrivals: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").alterTable("orders").addColumn("arrival", "json")
      .execute();
    await sql`create index orders_created on trading.orders using brin (created_at)`.execute(db);
  },
};

const guaranteedStops: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").alterTable("orders")
      .addColumn("guaranteed_premium", "int8").execute();
  },
};

/** Migrations of the schema, in the order of their names. */
export const tradingMigrations: Record<string, Migration> = {
  "2026-11-23_first": firstTables,
  "2026-11-24_order_types": orderTypes,
  "2026-11-24_money_1_booked_once": bookedOnce,
  "2026-11-24_money_2_rolls": rolls,
  "2026-11-24_money_3_margin_calls": marginCalls,
  "2026-11-24_positions_1_hedging": hedging,
  "2026-11-24_positions_2_late_fills": lateFills,
  "2026-11-24_quality_1_arrivals": arrivals,
  "2026-11-25_risk": riskTables,
  "2026-11-26_backtests": backtestTables,
  "2026-11-26_backtests_leases": backtestLeases,
  "2026-11-30_guaranteed_stops": guaranteedStops,
  "2026-11-30_risk_turns": riskTurns,
};
