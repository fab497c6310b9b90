/** The tables of risk, and the tenant that accounts carry. */

import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

export const riskTables: Migration = {
  async up(db: Kysely<unknown>) {
    const schema = db.schema.withSchema("trading");
    await schema.alterTable("accounts")
      .addColumn("tenant", "text", (column) => column.notNull().defaultTo("default"))
      .execute();
    await schema.createIndex("accounts_tenant").on("accounts").column("tenant").execute();
    await schema.createTable("risk_rules")
      .addColumn("level", "text", (column) => column.primaryKey())
      .addColumn("version", "int4", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("limits", "json", (column) => column.notNull())
      .addColumn("changed_at", "timestamptz", (column) => column.notNull())
      .execute();
    await schema.createTable("risk_changes")
      .addColumn("change_id", "int4", (column) => column.primaryKey())
      .addColumn("at", "timestamptz", (column) => column.notNull())
      .addColumn("actor", "text", (column) => column.notNull())
      .addColumn("level", "text", (column) => column.notNull())
      .addColumn("before", "json", (column) => column.notNull())
      .addColumn("after", "json", (column) => column.notNull())
      .addColumn("reason", "text", (column) => column.notNull())
      .addColumn("kill_id", "text")
      .addColumn("previous_hash", "text", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .execute();
    await createKills(db);
    await appendOnly(db);
  },
};

/** Levels that bound their accounts together. */
export const riskTurns: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").createTable("risk_turns")
      .addColumn("level", "text", (column) => column.primaryKey())
      .addColumn("turn", "int8", (column) => column.notNull())
      .execute();
  },
};

async function createKills(db: Kysely<unknown>): Promise<void> {
  const schema = db.schema.withSchema("trading");
  await schema.createTable("risk_kills")
    .addColumn("kill_id", "text", (column) => column.primaryKey())
    .addColumn("level", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("flatten", "boolean", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("state_before", "text", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("finished_at", "timestamptz")
    .addColumn("released_at", "timestamptz")
    .execute();
  await schema.createTable("risk_kill_orders")
    .addColumn("kill_id", "text", (column) => column.notNull())
    .addColumn("account_id", "text", (column) => column.notNull())
    .addColumn("transaction_id", "int4", (column) => column.notNull())
    .addPrimaryKeyConstraint("risk_kill_orders_key", ["kill_id", "account_id", "transaction_id"])
    .execute();
  await sql`create index orders_of_kills on trading.orders (tag)
    where client_order_id like 'sw:kill:%'`.execute(db);
}

/** The database itself refuses to alter the audit; whoever lifts that breaks the chain of hashes. */
async function appendOnly(db: Kysely<unknown>): Promise<void> {
  await sql`create function trading.refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'risk_changes is append-only'; end $$`.execute(db);
  await sql`create trigger risk_changes_append_only before update or delete on trading.risk_changes
    for each statement execute function trading.refuse_change()`.execute(db);
}
