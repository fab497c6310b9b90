/** The SQL of the days' reports. */

import { type Kysely, type Selectable, sql } from "kysely";
import type { PipelineDatabase } from "../imports/tables.ts";
import type { DayQuality } from "./day_quality.ts";

export type DayRow = Selectable<PipelineDatabase["days"]>;

/** A day's report with the series it is of. */
export interface DayReport extends DayQuality {
  readonly importId: string;
  readonly symbol: string;
  readonly source: string;
  readonly kind: "ticks" | "bars";
  readonly side: "bid" | "ask" | "mid" | null;
  readonly intervalMs: number | null;
  readonly day: string;
}

const toReport = (row: DayRow): DayReport => ({
  importId: row.import_id,
  symbol: row.symbol,
  source: row.source,
  kind: row.kind as DayReport["kind"],
  side: row.side === "" ? null : row.side as DayReport["side"],
  intervalMs: row.kind === "ticks" ? null : Number(row.interval_ms),
  day: row.day,
  ...(row.report as DayQuality),
});

/** Days of one import that a report is made of at most. */
export const reportDaysMax = 20_000;

/** Of an import, oldest first; one more than a report is made of where there are more. */
export async function daysOfImport(
  db: Kysely<PipelineDatabase>,
  importId: string,
): Promise<DayReport[]> {
  const rows = await db.selectFrom("days").selectAll().where("import_id", "=", importId)
    .orderBy("symbol").orderBy("kind").orderBy("side").orderBy("interval_ms").orderBy("day")
    .limit(reportDaysMax + 1).execute();
  return rows.map(toReport);
}

/** Reasons of an import's rows that belong to no day. */
export async function looseReasons(
  db: Kysely<PipelineDatabase>,
  importId: string,
): Promise<Record<string, number>> {
  const { rows } = await sql<{ reason: string; count: string }>`
    select reason, count(*) as count from pipeline.quarantine,
      json_array_elements_text(reasons) as reason
    where import_id = ${importId} and symbol is null group by reason`.execute(db);
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, Number(count)]));
}

export interface DayFilter {
  readonly symbol: string;
  readonly source?: string | undefined;
  readonly kind?: string | undefined;
  readonly day?: string | undefined;
  /** Days before this one only. */
  readonly before?: string | undefined;
  /** Days from this one on only. */
  readonly since?: string | undefined;
  readonly limit: number;
}

/** Of a symbol, newest first; of each day and series what the newest import says. */
export async function daysOfSymbol(
  db: Kysely<PipelineDatabase>,
  filter: DayFilter,
): Promise<DayReport[]> {
  return (await newestDays(db, filter).selectAll().execute()).map(toReport);
}

/** The day of the last of the filter's rows; `null` where it has none. */
export async function lastDay(
  db: Kysely<PipelineDatabase>,
  filter: DayFilter,
): Promise<string | null> {
  return (await newestDays(db, filter).select("day").execute()).at(-1)?.day ?? null;
}

function newestDays(db: Kysely<PipelineDatabase>, filter: DayFilter) {
  let query = db.selectFrom("days")
    .distinctOn(["day", "source", "kind", "side", "interval_ms"])
    .where("symbol", "=", filter.symbol)
    .orderBy("day", "desc").orderBy("source").orderBy("kind").orderBy("side")
    .orderBy("interval_ms").orderBy("import_id", "desc").limit(filter.limit);
  if (filter.source !== undefined) query = query.where("source", "=", filter.source);
  if (filter.kind !== undefined) query = query.where("kind", "=", filter.kind);
  if (filter.day !== undefined) query = query.where("day", "=", filter.day);
  if (filter.before !== undefined) query = query.where("day", "<", filter.before);
  if (filter.since !== undefined) query = query.where("day", ">=", filter.since);
  return query;
}
