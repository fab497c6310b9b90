/** Tables of reference series: what each is, and its numbers as they became known. */

import { type ColumnType, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

export interface ReferenceDatabase {
  reference_series: {
    /** `ecb.USD`, `cftc.099741` */
    series: string;
    source: string;
    /** For a person: which rate, which contract. */
    title: string;
  };
  /** One row for each time the numbers of a day were told; never changed afterwards. */
  reference_numbers: {
    series: string;
    /** The day the numbers describe, `2025-01-07`. */
    day: string;
    /** Milliseconds since the epoch; nothing before this moment may use them. */
    known_at: ColumnType<string, string | number, string | number>;
    /** How that moment is known: `schedule`, `name` (of the file) or `import`. */
    known_by: string;
    /** Decimal text by name. */
    numbers: ColumnType<unknown, string, string>;
  };
}

/**
 * Without a foreign key: a restore puts one table back after another, in any order. Numbers are only
 * ever written together with their series.
 */
export const referenceMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table pipeline.reference_series (
      series text primary key, source text not null, title text not null)`.execute(db);
    await sql`create table pipeline.reference_numbers (
      series text not null,
      day text not null, known_at int8 not null, known_by text not null, numbers jsonb not null,
      primary key (series, day, known_at))`.execute(db);
  },
};
