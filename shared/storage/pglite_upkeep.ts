/**
 * What a served Postgres does behind its clients, and the embedded engine has nobody for: without
 * checkpoints its log grows for as long as it is open, and without vacuum the room of rows that are
 * gone is never used again.
 */

import { type Kysely, sql } from "kysely";

/** Of log since the last checkpoint; a start after a kill has to go through it again. */
const logBytesMax = 64 * 1024 ** 2;
/** A table is cleaned when so many of its rows are gone, and a fifth of it. */
const goneRowsMin = 500;
const goneShare = 0.2;

/** One round; each statement lets those that wait for the engine go first. */
export async function tidyEngine(db: Kysely<unknown>, signal?: AbortSignal): Promise<void> {
  for (const { schema, table } of await tablesToClean(db)) {
    if (signal?.aborted) return;
    await sql`vacuum ${sql.id(schema, table)}`.execute(db);
  }
  if (signal?.aborted || await logBytes(db) < logBytesMax) return;
  await sql`checkpoint`.execute(db);
}

async function tablesToClean(db: Kysely<unknown>) {
  const { rows } = await sql<{ schema: string; table: string }>`
    select schemaname as schema, relname as table from pg_stat_user_tables
    where n_dead_tup >= ${sql.lit(goneRowsMin)} + ${sql.lit(goneShare)} * n_live_tup
    order by n_dead_tup desc`.execute(db);
  return rows;
}

async function logBytes(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::int8 as bytes
    from pg_control_checkpoint()`.execute(db);
  return Number(rows[0]!.bytes);
}
