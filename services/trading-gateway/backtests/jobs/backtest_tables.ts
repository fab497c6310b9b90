/** The table of the `trading` schema that backtests are kept in. */

import type { ColumnType, Kysely } from "kysely";
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
