/** Brings one schema up to date with the migrations its owner carries in code. */

import { type Kysely, sql, type Transaction } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Store } from "./store.ts";

/** Any number, the same in every copy: the advisory lock under which schemas are created. */
const creationLock = 7_305_811_204_417n;

/**
 * Creates `schema` and runs the migrations it lacks, in the order of their names. Its own tables of
 * finished migrations lie inside the schema. Copies that start together take turns.
 *
 * @throws Error naming the schema and the failed migration, with the database's error as cause.
 */
export async function migrate(
  store: Store,
  schema: string,
  migrations: Record<string, Migration>,
): Promise<void> {
  const db = store.database<unknown>(schema);
  await db.transaction().execute((trx) => createSchema(trx, schema));
  await runMigrations(db, schema, migrations);
}

/** {@link migrate} as part of the caller's transaction: others that migrate wait for its end. */
export async function migrateWithin(
  trx: Transaction<unknown>,
  schema: string,
  migrations: Record<string, Migration>,
): Promise<void> {
  await createSchema(trx, schema);
  await runMigrations(trx.withSchema(schema), schema, migrations);
}

async function runMigrations(
  db: Kysely<unknown>,
  schema: string,
  migrations: Record<string, Migration>,
): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: schema,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === "Error")?.migrationName;
  const what = failed === undefined ? `schema ${schema}` : `schema ${schema}, ${failed}`;
  throw new Error(`Cannot migrate ${what}: ${messageOf(error)}`, { cause: error });
}

/** Two copies running `create schema if not exists` at once can both find it missing. */
async function createSchema(trx: Transaction<unknown>, schema: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(creationLock)})`.execute(trx);
  await sql`create schema if not exists ${sql.id(schema)}`.execute(trx);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
