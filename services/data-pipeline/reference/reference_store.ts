/** The SQL of reference series. A number that was told stays; a later one is told beside it. */

import { type Kysely, sql } from "kysely";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { PipelineDatabase } from "../imports/tables.ts";
import type { ReferenceNumber } from "./reference_number.ts";

/** Numbers in one insert statement at most. */
const insertMax = 2_000;

/**
 * Keeps numbers, in the caller's transaction; how many are new. Numbers that contradict what was
 * said to be known at the same moment are a correction nobody dated: known from `now` on.
 */
export async function keepNumbers(
  trx: Kysely<PipelineDatabase>,
  numbers: readonly ReferenceNumber[],
  now: EpochMs,
): Promise<number> {
  let added = 0;
  for (let at = 0; at < numbers.length; at += insertMax) {
    const records = JSON.stringify(numbers.slice(at, at + insertMax));
    await sql`insert into pipeline.reference_series as kept (series, source, title)
      select distinct on (series) series, source, title
      from json_to_recordset(${records}::text::json) as x(series text, source text, title text)
      on conflict (series) do nothing`.execute(trx);
    const told = await sql`insert into pipeline.reference_numbers
        (series, day, known_at, known_by, numbers)
      select series, day, "knownAt", "knownBy", numbers from ${rowsOf(records)}
      on conflict (series, day, known_at) do nothing`.execute(trx);
    const corrected = await sql`insert into pipeline.reference_numbers
        (series, day, known_at, known_by, numbers)
      select series, day, ${String(now)}::int8, 'import', numbers from ${rowsOf(records)}
      where not exists (select from pipeline.reference_numbers k
        where k.series = x.series and k.day = x.day and k.numbers = x.numbers)
      on conflict (series, day, known_at) do nothing`.execute(trx);
    added += Number(told.numAffectedRows ?? 0n) + Number(corrected.numAffectedRows ?? 0n);
  }
  return added;
}

const rowsOf = (records: string) =>
  sql`json_to_recordset(${records}::text::json) as x(
    series text, day text, "knownAt" int8, "knownBy" text, numbers jsonb)`;

export interface SeriesRow {
  readonly series: string;
  readonly source: string;
  readonly title: string;
  readonly first_day: string;
  readonly last_day: string;
  readonly days: string;
  readonly last_known_at: string;
}

/** By name, those after `after`. */
export async function listSeries(
  db: Kysely<PipelineDatabase>,
  { after = "", limit }: { after?: string | undefined; limit: number },
): Promise<SeriesRow[]> {
  const { rows } = await sql<SeriesRow>`select s.series, s.source, s.title, n.*
    from (select * from pipeline.reference_series where series > ${after}
      order by series limit ${sql.lit(limit)}) s,
    lateral (select min(day) as first_day, max(day) as last_day,
      count(distinct day) as days, max(known_at) as last_known_at
      from pipeline.reference_numbers n where n.series = s.series) n
    order by s.series`.execute(db);
  return rows;
}

/** The series, or `null`. */
export async function findSeries(
  db: Kysely<PipelineDatabase>,
  series: string,
): Promise<{ readonly series: string; readonly source: string; readonly title: string } | null> {
  return await db.selectFrom("reference_series").selectAll().where("series", "=", series)
    .executeTakeFirst() ?? null;
}

export interface NumberRow {
  readonly day: string;
  readonly known_at: string;
  readonly known_by: string;
  readonly numbers: unknown;
}

export interface NumbersAsked {
  readonly series: string;
  /** Days from here on, and before `to`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: string | undefined;
  /** What was not known by then does not exist. */
  readonly knownAt: EpochMs;
  readonly limit: number;
}

/**
 * Of each day the numbers that stood at `knownAt`, oldest day first. Numbers that were only told
 * again count as known since they were told first.
 */
export async function readNumbers(
  db: Kysely<PipelineDatabase>,
  { series, from = "", to = "9999-99-99", after = "", knownAt, limit }: NumbersAsked,
): Promise<NumberRow[]> {
  const { rows } = await sql<NumberRow>`select distinct on (day) day, known_at, known_by, numbers
    from (select *, numbers is distinct from
        lag(numbers) over (partition by day order by known_at) as is_news
      from pipeline.reference_numbers
      where series = ${series} and day >= ${from} and day < ${to} and day > ${after}
        and known_at <= ${String(knownAt)}::int8) told
    where is_news order by day, known_at desc limit ${sql.lit(limit)}`.execute(db);
  return rows;
}
