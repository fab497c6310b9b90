/**
 * The SQL of the rows kept apart. A row is known by its source, file, number, side and text: a file
 * that is written anew under its name has other rows under the same numbers.
 */

import { type Kysely, type Selectable, sql } from "kysely";
import type { PipelineDatabase } from "../imports/tables.ts";

export type QuarantineRow = Selectable<PipelineDatabase["quarantine"]>;

/** A row to keep apart, exactly as its file has it. */
export interface HeldRow {
  readonly symbol: string | null;
  readonly kind: "ticks" | "bars" | "reference";
  readonly side: string;
  readonly intervalMs: number;
  readonly file: string;
  /** From 1; 0 for a whole file. */
  readonly row: number;
  readonly original: string;
  readonly reasons: readonly string[];
  readonly detail: string;
  readonly time: number | null;
  /** The day it was read with; null where it was read with none. */
  readonly day?: string | null;
  /** Its numbers, to be put into history; null where it holds none. */
  readonly columns: readonly (number | null)[] | null;
}

/** Postgres's text holds no NUL. */
export const withoutNul = (text: string): string => text.replaceAll("\0", "\\0");

/** Rows in one insert statement at most. */
const insertMax = 1_000;

/** Keeps rows, in the caller's transaction. One that was kept before keeps its id. */
export async function keepRows(
  trx: Kysely<PipelineDatabase>,
  of: { importId: string; source: string; rows: readonly HeldRow[] },
): Promise<void> {
  for (let at = 0; at < of.rows.length; at += insertMax) {
    const records = JSON.stringify(
      of.rows.slice(at, at + insertMax).map(({ intervalMs, original, detail, ...rest }) => ({
        ...rest,
        original: withoutNul(original),
        detail: withoutNul(detail),
        interval_ms: intervalMs,
      })),
    );
    await sql`insert into pipeline.quarantine as kept
        (import_id, source, symbol, kind, side, interval_ms, file, row, original, reasons, detail,
          time, day, columns, state)
      select ${of.importId}, ${of.source}, symbol, kind, side, interval_ms, file, row, original,
        reasons, detail, time, day, columns, 'held'
      from json_to_recordset(${records}::text::json) as x(
        symbol text, kind text, side text, interval_ms int8, file text, row int8, original text,
        reasons json, detail text, time int8, day text, columns json)
      on conflict (source, file, row, side, md5(original)) do update set
        import_id = excluded.import_id, symbol = excluded.symbol, kind = excluded.kind,
        interval_ms = excluded.interval_ms, reasons = excluded.reasons, detail = excluded.detail,
        time = excluded.time, day = excluded.day, columns = excluded.columns
      where kept.state = 'held'`.execute(trx);
  }
}

/** Released rows looked at in one load at most. */
const releasedMax = 1_000_000;

/** What every released row of a source is known by: they pass. */
export async function releasedKeys(
  db: Kysely<PipelineDatabase>,
  source: string,
): Promise<Set<string>> {
  const rows = await db.selectFrom("quarantine").select(["file", "row", "side", "original"])
    .where("source", "=", source).where("state", "=", "released").limit(releasedMax).execute();
  return new Set(rows.map((row) => rowKey({ ...row, row: Number(row.row) })));
}

/** Of rows about to be kept, those that somebody has released meanwhile. */
export async function releasedAmong(
  trx: Kysely<PipelineDatabase>,
  source: string,
  rows: readonly HeldRow[],
): Promise<HeldRow[]> {
  if (rows.length === 0) return [];
  const files = [...new Set(rows.map(({ file }) => file))];
  const found = await trx.selectFrom("quarantine").select(["file", "row", "side", "original"])
    .where("source", "=", source).where("state", "=", "released").where("file", "in", files)
    .limit(releasedMax).execute();
  const released = new Set(found.map((row) => rowKey({ ...row, row: Number(row.row) })));
  return rows.filter((row) => released.has(rowKey(row)));
}

export const rowKey = (
  { file, row, side, original }: Pick<HeldRow, "file" | "row" | "side" | "original">,
): string => `${file} ${row} ${side} ${withoutNul(original)}`;

export interface QuarantineFilter {
  readonly importId?: string | undefined;
  readonly symbol?: string | undefined;
  readonly source?: string | undefined;
  readonly reason?: string | undefined;
  readonly state?: string | undefined;
  /** The last row's id of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** By id, which is the order they were first kept in. */
export async function listRows(
  db: Kysely<PipelineDatabase>,
  filter: QuarantineFilter,
): Promise<QuarantineRow[]> {
  let query = db.selectFrom("quarantine").selectAll().orderBy("row_id").limit(filter.limit);
  if (filter.importId !== undefined) query = query.where("import_id", "=", filter.importId);
  if (filter.symbol !== undefined) query = query.where("symbol", "=", filter.symbol);
  if (filter.source !== undefined) query = query.where("source", "=", filter.source);
  if (filter.state !== undefined) query = query.where("state", "=", filter.state);
  if (filter.after !== undefined) query = query.where("row_id", ">", filter.after);
  if (filter.reason !== undefined) {
    const wanted = JSON.stringify([filter.reason]);
    query = query.where(sql<boolean>`reasons::jsonb @> ${wanted}::text::jsonb`);
  }
  return await query.execute();
}

export async function findRow(
  db: Kysely<PipelineDatabase>,
  rowId: string,
): Promise<QuarantineRow | null> {
  return await db.selectFrom("quarantine").selectAll().where("row_id", "=", rowId)
    .executeTakeFirst() ?? null;
}

/** Marks a held row as released; whether it was held. */
export async function markReleased(
  trx: Kysely<PipelineDatabase>,
  rowId: string,
  now: number,
): Promise<boolean> {
  const done = await trx.updateTable("quarantine").set({ state: "released", released_at: now })
    .where("row_id", "=", rowId).where("state", "=", "held").executeTakeFirst();
  return done.numUpdatedRows === 1n;
}
