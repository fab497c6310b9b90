/** The table of the `trading` schema that backtests are kept in. */

import { type ColumnType, type Generated, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { BacktestReport } from "../../../../shared/contracts/http/backtest_report.ts";
import type {
  BacktestState,
  CreateBacktestBody,
} from "../../../../shared/contracts/http/backtests.ts";

type Instant = ColumnType<Date, string, string>;
type NullableInstant = ColumnType<Date | null, string | null, string | null>;

export interface BacktestTables {
  backtests: {
    backtest_id: string;
    /** In the order they were asked for: many may share a moment. */
    sequence: number;
    state: BacktestState;
    asked: ColumnType<CreateBacktestBody, string, never>;
    created_at: Instant;
    started_at: NullableInstant;
    finished_at: NullableInstant;
    failure: string | null;
    digest: string | null;
    report: ColumnType<BacktestReport | null, string | null, string | null>;
    /** The process that runs it, until when it is believed to be alive, and its turn. */
    lease_owner: string | null;
    lease_until: NullableInstant;
    attempt: Generated<number>;
    /** Turns that ended without an outcome: their process died, or prices could not be read. */
    faults: Generated<number>;
    /** Of the period, as the holder of the lease last said. */
    percent: Generated<number>;
  };
}

export const backtestTables: Migration = {
  async up(db: Kysely<unknown>) {
    const schema = db.schema.withSchema("trading");
    await schema.createTable("backtests")
      .addColumn("backtest_id", "text", (column) => column.primaryKey())
      .addColumn("sequence", "int4", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("asked", "json", (column) => column.notNull())
      .addColumn("created_at", "timestamptz", (column) => column.notNull())
      .addColumn("started_at", "timestamptz")
      .addColumn("finished_at", "timestamptz")
      .addColumn("failure", "text")
      .addColumn("digest", "text")
      .addColumn("report", "json")
      .execute();
  },
};

/** What ran before there were leases waits again; places that two had got are made one each. */
export const backtestLeases: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.withSchema("trading").alterTable("backtests")
      .addColumn("lease_owner", "text")
      .addColumn("lease_until", "timestamptz")
      .addColumn("attempt", "int4", (column) => column.notNull().defaultTo(0))
      .addColumn("faults", "int4", (column) => column.notNull().defaultTo(0))
      .addColumn("percent", "float8", (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`update trading.backtests b set
        sequence = o.place,
        state = case when b.state = 'running' then 'queued' else b.state end,
        started_at = case when b.state = 'running' then null else b.started_at end
      from (select backtest_id, row_number() over (order by sequence, created_at, backtest_id)
        as place from trading.backtests) o
      where o.backtest_id = b.backtest_id`.execute(db);
    await db.schema.withSchema("trading").createIndex("backtests_sequence").on("backtests")
      .column("sequence").unique().execute();
  },
};
