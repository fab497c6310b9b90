/** Transactions over history, and who waits for whom in them. */

import { type Kysely, sql } from "kysely";
import type { TimeseriesDatabase } from "./database.ts";

/** Any number, the same everywhere. */
const seriesLock = 730_581_120;

/** One transaction for everything; the caller's own where there is one. */
export function within<T>(
  db: Kysely<TimeseriesDatabase>,
  work: (trx: Kysely<TimeseriesDatabase>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}

/** Those that rewrite blocks of a series take turns; appending does not wait for them. */
export async function lockSeries(db: Kysely<TimeseriesDatabase>, seriesId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(seriesLock)}, ${seriesId}::int4)`.execute(db);
}
