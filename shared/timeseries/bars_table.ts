/**
 * The `timeseries` schema: minute bars of the live feed as rows until their day is sealed, and blocks
 * of everything else. Prices are counts of the instrument's points.
 */

import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { blocksMigration, leftObjectsMigration, storeNameMigration } from "./blocks_table.ts";
import { timeseriesSchema } from "./database.ts";

export const timeseriesMigrations: Record<string, Migration> = {
  "2026-11-24_bars": {
    async up(db: Kysely<unknown>) {
      await db.schema.withSchema(timeseriesSchema).createTable("bars")
        .addColumn("symbol", "text", (column) => column.notNull())
        .addColumn("side", "text", (column) => column.notNull())
        .addColumn("open_time", "timestamptz", (column) => column.notNull())
        .addColumn("open", "int8", (column) => column.notNull())
        .addColumn("high", "int8", (column) => column.notNull())
        .addColumn("low", "int8", (column) => column.notNull())
        .addColumn("close", "int8", (column) => column.notNull())
        .addColumn("ticks", "int4", (column) => column.notNull())
        .addPrimaryKeyConstraint("bars_key", ["symbol", "side", "open_time"])
        .execute();
    },
  },
  "2026-11-24_blocks": blocksMigration,
  "2026-11-24_left_objects": leftObjectsMigration,
  "2026-12-01_store": storeNameMigration,
};
