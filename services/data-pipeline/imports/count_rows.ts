/** How many rows an import stored and kept apart, from what it left in the tables. */

import { type Kysely, sql } from "kysely";
import { expectHeld, held, type Lease } from "./import_store.ts";
import type { PipelineDatabase } from "./tables.ts";

/** Sets the counts: of its days, of its reference numbers up to now, of loose rows. @throws LeaseLost */
export async function countRows(
  trx: Kysely<PipelineDatabase>,
  lease: Lease,
  reference: number,
): Promise<void> {
  const loose = sql`(select count(*) from pipeline.quarantine q
    where q.import_id = ${lease.importId} and q.symbol is null)`;
  const days = (column: string) =>
    sql`(select coalesce(sum(${sql.ref(column)}), 0) from pipeline.days d
      where d.import_id = ${lease.importId})`;
  const numbers = sql`${String(reference)}::int8`;
  await expectHeld(
    trx.updateTable("imports").set({
      rows_read: sql<string>`${days("rows_read")} + ${loose} + ${numbers}`,
      rows_stored: sql<string>`${days("rows_stored")} + ${numbers}`,
      rows_quarantined: sql<string>`${days("rows_quarantined")} + ${loose}`,
    }).where(held(lease)).executeTakeFirst(),
    lease,
  );
}
