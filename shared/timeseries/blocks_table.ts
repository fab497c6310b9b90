/**
 * The tables of blocks. `blocks` is partitioned by the month of a block's first time; partitions are
 * made when a month gets its first block. A growing block is a few rows as they came; a sealed one is
 * full, and sealed blocks of a series never share a moment.
 */

import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { TimeseriesDatabase } from "./database.ts";
import { monthName, monthOf } from "./months.ts";
import { within } from "./transactions.ts";

export const blocksMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table timeseries.series (
      id int4 generated always as identity primary key,
      kind text not null, symbol text not null, source text not null,
      side text not null, interval_ms int4 not null,
      unique (symbol, kind, source, side, interval_ms))`.execute(db);
    await sql`create sequence timeseries.block_place`.execute(db);
    await sql`create table timeseries.blocks (
      series_id int4 not null,
      from_time int8 not null,
      place int8 not null default nextval('timeseries.block_place'),
      to_time int8 not null,
      row_count int4 not null,
      version int4 not null,
      sealed bool not null,
      byte_count int4 not null,
      bytes bytea,
      depot_key text,
      depot_offset int4,
      primary key (series_id, from_time, place)
    ) partition by range (from_time)`.execute(db);
    // Compressed already: the database need not try.
    await sql`alter table timeseries.blocks alter column bytes set storage external`.execute(db);
    await sql`create index blocks_growing on timeseries.blocks (series_id, from_time)
      where not sealed`.execute(db);
    await sql`create table timeseries.batches (
      series_id int4 not null, batch text not null, to_time int8 not null,
      primary key (series_id, batch))`.execute(db);
  },
};

/** Objects of the depot that a block has left: by being replaced, written anew or dropped. */
export const leftObjectsMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table timeseries.left_objects (depot_key text primary key)`.execute(db);
    await sql`create index blocks_moved on timeseries.blocks (depot_key)
      where depot_key is not null`.execute(db);
  },
};

/** What the store's objects in a depot are named by; one that is restored from a backup is another. */
export const storeNameMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table timeseries.store (id uuid primary key default gen_random_uuid())`
      .execute(db);
    await sql`insert into timeseries.store default values`.execute(db);
  },
};

/**
 * Makes partitions that lack; asks the database once for each month that is there already. What the
 * transaction itself made is not remembered: it may be undone.
 */
export class Partitions {
  readonly #known = new Set<number>();

  async ensure(db: Kysely<TimeseriesDatabase>, times: Iterable<number>): Promise<void> {
    for (const at of times) {
      const { from, to } = monthOf(at);
      if (this.#known.has(from)) continue;
      const name = `blocks_${monthName(from)}`;
      const found = await find(db, name);
      if (found === null) await create(db, name, { from, to });
      else if (!found.own) this.#known.add(from);
    }
  }
}

async function find(
  db: Kysely<TimeseriesDatabase>,
  name: string,
): Promise<{ readonly own: boolean } | null> {
  const { rows } = await sql<{ own: boolean }>`select coalesce(
      xmin::text::int8 = pg_current_xact_id_if_assigned()::text::int8 & 4294967295, false) as own
    from pg_class where oid = to_regclass(${`timeseries.${name}`})`.execute(db);
  return rows[0] ?? null;
}

/** Made aside and attached, which readers and writers of the other partitions do not notice. */
async function create(
  db: Kysely<TimeseriesDatabase>,
  name: string,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const table = sql.raw(`timeseries.${name}`);
  await within(db, async (trx) => {
    // One at a time, and whoever waited hears of what was made meanwhile: a session that has the table
    // locked otherwise already goes on with what it knew of its partitions.
    await sql`lock table timeseries.blocks in share update exclusive mode`.execute(trx);
    if (await find(trx, name) !== null) return;
    await sql`create table ${table} (like timeseries.blocks including all)`.execute(trx);
    await sql`alter table timeseries.blocks attach partition ${table}
      for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(trx);
  });
}
