/**
 * Rows of any table as text and back: Postgres's own text of a row, which is exact for every type and
 * the same on every store. In bounded memory, a few hundred rows at a time.
 */

import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";

/** Rows read or written at once; the largest are blocks of history of some ten kilobytes. */
export const pageRows = 256;

/** A table by name. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** Makes the text of dates, bytes and numbers the same whatever the server prefers. */
export async function settleRowText(trx: QueryExecutorProvider): Promise<void> {
  await sql`select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
    set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true),
    set_config('extra_float_digits', '1', true)`.execute(trx);
}

/** All rows of a table, a page at a time. */
export const tableRows = (trx: QueryExecutorProvider, of: TableName): AsyncGenerator<string[]> =>
  textPages(trx, sql`select whole_row::text as line from ${idOf(of)} as whole_row`);

/** What a query selects as `line`, a page at a time; within a transaction. */
export async function* textPages(
  trx: QueryExecutorProvider,
  query: RawBuilder<unknown>,
): AsyncGenerator<string[]> {
  for await (const rows of pages<{ line: string }>(trx, query)) yield rows.map(({ line }) => line);
}

/** What a query selects, a page at a time; within a transaction, one query at a time. */
export async function* pages<Row>(
  trx: QueryExecutorProvider,
  query: RawBuilder<unknown>,
): AsyncGenerator<Row[]> {
  await sql`declare backup_rows no scroll cursor for ${query}`.execute(trx);
  for (;;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(pageRows)} from backup_rows`.execute(trx);
    if (rows.length === 0) break;
    yield rows;
  }
  await sql`close backup_rows`.execute(trx);
}

/** Adds rows as {@link tableRows} gave them, numbers of identity columns included. */
export async function insertRows(
  trx: QueryExecutorProvider,
  of: TableName,
  lines: readonly string[],
): Promise<void> {
  await sql`insert into ${idOf(of)} overriding system value
    select (parsed).* from (
      select line::${idOf(of)} as parsed from ${textsOf(lines)} as given(line) offset 0
    ) as rows`.execute(trx);
}

/** Texts as a set of rows of one column. */
export const textsOf = (lines: readonly string[]): RawBuilder<unknown> =>
  sql`json_array_elements_text(${JSON.stringify(lines)}::text::json)`;

const idOf = ({ schema, table }: TableName): RawBuilder<unknown> => sql.id(schema, table);
