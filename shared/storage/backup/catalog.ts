/** What a store holds, by its own catalogue: schemas, their migrations, tables and sequences. */

import { type QueryExecutorProvider, sql } from "kysely";

/** Kysely's own tables of finished migrations. */
const migrationTable = "kysely_migration";
const migrationTables = [migrationTable, "kysely_migration_lock"];

export interface StoredTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** Schemas that migrations have made. */
export async function migratedSchemas(db: QueryExecutorProvider): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select n.nspname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relname = ${migrationTable} order by n.nspname`.execute(db);
  return rows.map((row) => row.name);
}

/** Names of the migrations a schema has been through, in order. */
export async function appliedMigrations(
  db: QueryExecutorProvider,
  schema: string,
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.id(schema, migrationTable)} order by name`.execute(db);
  return rows.map((row) => row.name);
}

/** Tables that hold data, with their columns in order; a partitioned one stands for its parts. */
export async function storedTables(
  db: QueryExecutorProvider,
  schema: string,
): Promise<StoredTable[]> {
  const { rows } = await sql<{ table: string; columns: string[] }>`
    select c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = ${schema} and c.relkind in ('r', 'p') and not c.relispartition
    group by c.relname order by c.relname`.execute(db);
  return rows.filter((row) => !migrationTables.includes(row.table))
    .map((row) => ({ schema, ...row }));
}

/** Whether a table holds a row. */
export async function holdsRows(db: QueryExecutorProvider, of: StoredTable): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from ${sql.id(of.schema, of.table)}) as found`.execute(db);
  return rows[0]!.found;
}

/** The last value of each sequence; null where none was given. */
export async function sequenceValues(
  db: QueryExecutorProvider,
  schema: string,
): Promise<Record<string, string | null>> {
  const { rows } = await sql<{ name: string; value: string | null }>`
    select sequencename as name, last_value as value from pg_sequences
    where schemaname = ${schema} order by sequencename`.execute(db);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

export async function setSequences(
  db: QueryExecutorProvider,
  schema: string,
  values: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    if (value === null) continue;
    const sequence = `${schema}.${name}`;
    await sql`select setval(${sequence}::text::regclass, ${value}::text::int8)`.execute(db);
  }
}
