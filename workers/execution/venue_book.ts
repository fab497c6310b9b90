/** The SQL of the `execution` schema: orders a simulated venue holds, and every report it made. */

import { type ColumnType, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import {
  type ExecutionReport,
  type ExecutionReported,
  fromReportData,
  toReportData,
} from "../../shared/contracts/messages/executions.ts";
import type { OrderId } from "../../shared/domain/ids.ts";
import type { HeldOrder } from "../../shared/venues/venue.ts";

export const executionSchema = "execution";

export interface ExecutionDatabase {
  held_orders: { order_id: string; held: ColumnType<unknown, string, string> };
  reports: {
    /** Order of making; reports of one order are published in this order. */
    id: ColumnType<string | number, never, never>;
    exec_id: string;
    order_id: string;
    report: ColumnType<unknown, string, string>;
    published: boolean;
  };
}

export const executionMigrations: Record<string, Migration> = {
  "2026-11-23_first": {
    async up(db: Kysely<unknown>) {
      const create = (table: string) => db.schema.withSchema(executionSchema).createTable(table);
      await create("held_orders")
        .addColumn("order_id", "text", (column) => column.primaryKey())
        .addColumn("held", "jsonb", (column) => column.notNull())
        .execute();
      await create("reports")
        .addColumn("id", "bigserial", (column) => column.primaryKey())
        .addColumn("exec_id", "text", (column) => column.notNull().unique())
        .addColumn("order_id", "text", (column) => column.notNull())
        .addColumn("report", "jsonb", (column) => column.notNull())
        .addColumn("published", "boolean", (column) => column.notNull().defaultTo(false))
        .execute();
      await sql`create index reports_of_order on execution.reports (order_id, id)`.execute(db);
      await sql`create index reports_unpublished on execution.reports (id) where not published`
        .execute(db);
    },
  },
  /** Orders held before there were triggers wait for none. */
  "2026-11-24_order_types": {
    async up(db: Kysely<unknown>) {
      await sql`update execution.held_orders set held =
        jsonb_build_object('triggered', true, 'trailingLevelHalves', null,
          'revision', 0,
          'traded', (held -> 'order' ->> 'units')::int8 - (held ->> 'remaining')::int8) || held ||
        jsonb_build_object('order', jsonb_build_object('triggerPrice', null,
          'trailingDistance', null, 'triggerSide', 'default', 'priceBound', null,
          'positionFill', 'default', 'tag', null, 'onFill', null, 'ocoGroup', null) || (held -> 'order'))`
        .execute(
          db,
        );
    },
  },
  /** Orders held before there were guarantees have none. */
  "2026-11-30_guaranteed_stops": {
    async up(db: Kysely<unknown>) {
      await sql`update execution.held_orders set held = held || jsonb_build_object('order',
        jsonb_build_object('guaranteedPremium', null) || (held -> 'order'))`.execute(db);
    },
  },
};

/** Unpublished reports read at once at most. */
export const unpublishedMax = 1_000;

export interface VenueBook {
  heldOrders(): Promise<HeldOrder[]>;
  /** Every report made for the orders, by order, oldest first. */
  reportsOf(orderIds: readonly OrderId[]): Promise<Map<OrderId, ExecutionReport[]>>;
  /** Reports not known to be on the stream, oldest first. */
  unpublished(): Promise<ExecutionReport[]>;
  /** Stores both, or neither. */
  keep(
    reports: readonly ExecutionReport[],
    changes: ReadonlyMap<OrderId, HeldOrder | null>,
  ): Promise<void>;
  markPublished(reports: readonly ExecutionReport[]): Promise<void>;
}

export function createVenueBook(db: Kysely<ExecutionDatabase>): VenueBook {
  return {
    async heldOrders() {
      const rows = await db.selectFrom("held_orders").select("held").orderBy("order_id").execute();
      return rows.map((row) => row.held as HeldOrder);
    },
    async reportsOf(orderIds) {
      const ids = JSON.stringify(orderIds);
      const rows = await db.selectFrom("reports").select("report")
        .where(sql<boolean>`order_id in (select json_array_elements_text(${ids}::text::json))`)
        .orderBy("id").execute();
      return Map.groupBy(rows.map(toReport), (report) => report.orderId);
    },
    async unpublished() {
      const rows = await db.selectFrom("reports").select("report")
        .where("published", "=", false).orderBy("id").limit(unpublishedMax).execute();
      return rows.map(toReport);
    },
    keep: (reports, changes) =>
      db.transaction().execute(async (trx) => {
        await keepReports(trx, reports);
        await keepChanges(trx, changes);
      }),
    async markPublished(reports) {
      const ids = JSON.stringify(reports.map((report) => report.execId));
      await sql`update execution.reports set published = true
        where exec_id in (select json_array_elements_text(${ids}::text::json))`.execute(db);
    },
  };
}

const toReport = (row: { report: unknown }): ExecutionReport =>
  fromReportData(row.report as ExecutionReported["data"]);

async function keepReports(
  trx: Kysely<ExecutionDatabase>,
  reports: readonly ExecutionReport[],
): Promise<void> {
  if (reports.length === 0) return;
  const records = JSON.stringify(reports.map((report) => ({
    exec_id: report.execId,
    order_id: report.orderId,
    report: toReportData(report),
  })));
  await sql`insert into execution.reports (exec_id, order_id, report)
    select exec_id, order_id, report from json_to_recordset(${records}::text::json)
      as x(exec_id text, order_id text, report jsonb)
    on conflict (exec_id) do nothing`.execute(trx);
}

async function keepChanges(
  trx: Kysely<ExecutionDatabase>,
  changes: ReadonlyMap<OrderId, HeldOrder | null>,
): Promise<void> {
  const held = [...changes].flatMap(([order_id, one]) =>
    one === null ? [] : [{ order_id, held: one }]
  );
  const ended = [...changes].flatMap(([orderId, one]) => (one === null ? [orderId] : []));
  if (held.length > 0) {
    await sql`insert into execution.held_orders (order_id, held)
      select order_id, held from json_to_recordset(${JSON.stringify(held)}::text::json)
        as x(order_id text, held jsonb)
      on conflict (order_id) do update set held = excluded.held`.execute(trx);
  }
  if (ended.length > 0) {
    await sql`delete from execution.held_orders where order_id in
      (select json_array_elements_text(${JSON.stringify(ended)}::text::json))`.execute(trx);
  }
}
