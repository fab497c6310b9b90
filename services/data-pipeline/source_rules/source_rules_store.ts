/** The SQL of the rules of sources. */

import type { Kysely } from "kysely";
import type { GateOverrides } from "../checks/gates.ts";
import type { PipelineDatabase } from "../imports/tables.ts";

/** How the files of a source are read, where an import does not say it itself. */
export interface SourceRules {
  readonly clock?: string | undefined;
  readonly priceDecimals?: number | undefined;
  readonly symbols?: Readonly<Record<string, string>> | undefined;
  readonly gates?: GateOverrides | undefined;
}

export interface StoredRules {
  readonly source: string;
  readonly rules: SourceRules;
  readonly updatedAt: number;
}

/** By name. */
export async function listRules(db: Kysely<PipelineDatabase>): Promise<StoredRules[]> {
  const rows = await db.selectFrom("source_rules").selectAll().orderBy("source").execute();
  return rows.map(({ source, rules, updated_at }) => ({
    source,
    rules: rules as SourceRules,
    updatedAt: Number(updated_at),
  }));
}

/** None where the source has none. */
export async function rulesOf(
  db: Kysely<PipelineDatabase>,
  source: string | undefined,
): Promise<SourceRules> {
  if (source === undefined) return {};
  const row = await db.selectFrom("source_rules").select("rules").where("source", "=", source)
    .executeTakeFirst();
  return (row?.rules ?? {}) as SourceRules;
}

export async function putRules(
  db: Kysely<PipelineDatabase>,
  { source, rules, updatedAt }: StoredRules,
): Promise<void> {
  const set = { rules: JSON.stringify(rules), updated_at: updatedAt };
  await db.insertInto("source_rules").values({ source, ...set })
    .onConflict((conflict) => conflict.column("source").doUpdateSet(set)).execute();
}

/** Whether there were any. */
export async function deleteRules(db: Kysely<PipelineDatabase>, source: string): Promise<boolean> {
  const gone = await db.deleteFrom("source_rules").where("source", "=", source)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}
