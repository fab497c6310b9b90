/** A served Postgres, over a pool of connections. */

import { Kysely, sql } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";
import { SessionFence } from "./session_fence.ts";
import type { BinaryRow, Store } from "./store.ts";

const connectionsDefault = 10;
const connectSecondsMax = 10;
const statementMsMax = 30_000;

/** Type numbers of Postgres's catalogue. */
const oid = { bytea: 17, json: 114, date: 1082, timestamp: 1114, timestamptz: 1184, jsonb: 3802 };

/** Where postgres.js and PGlite disagree, both answer what `Store` says. */
const types = {
  json: {
    to: oid.json,
    from: [oid.json, oid.jsonb],
    serialize: (value: unknown) => typeof value === "string" ? value : JSON.stringify(value),
    parse: (value: string) => JSON.parse(value),
  },
  date: {
    to: oid.timestamptz,
    from: [oid.timestamp, oid.timestamptz],
    serialize: (value: unknown) => value instanceof Date ? value.toISOString() : String(value),
    parse: (value: string) => new Date(value),
  },
  day: {
    to: oid.date,
    from: [oid.date],
    serialize: (value: unknown) => String(value),
    parse: (value: string) => value,
  },
  bytea: {
    to: oid.bytea,
    from: [oid.bytea],
    serialize: (value: Uint8Array) => `\\x${value.toHex()}`,
    parse: (value: string) => Uint8Array.fromHex(value.slice(2)),
  },
};

/** Connects on the first query; `ping()` says whether the server is there. */
export function openPostgresStore(
  url: string,
  options: { connectionsMax?: number | undefined } = {},
): Promise<Store> {
  const fence = new SessionFence();
  const pool = postgres(url, {
    max: options.connectionsMax ?? connectionsDefault,
    connect_timeout: connectSecondsMax,
    prepare: true,
    types,
    onnotice: () => {},
    onclose: fence.closed,
    connection: { application_name: "spotwire", statement_timeout: statementMsMax },
  });
  const fenced = { reserve: () => fence.reserve(pool), options: pool.options };
  const root = new Kysely<unknown>({
    dialect: new PostgresJSDialect({ postgres: () => fenced as unknown as typeof pool }),
  });
  let closed: Promise<void> | null = null;
  return Promise.resolve({
    kind: "postgres",
    database: <DB>(schema: string) => root.withSchema(schema) as Kysely<DB>,
    async readBinary(query) {
      // Only a cursor answers in binary to whoever did not prepare for it; it ends with its statements.
      const text = `declare page binary no scroll cursor for ${query}; fetch all from page`;
      const [, rows] = await pool.unsafe(text).simple().raw() as unknown as BinaryRow[][];
      return [...rows!];
    },
    upkeep: null,
    async ping() {
      await sql`select 1`.execute(root);
    },
    close: () => closed ??= pool.end({ timeout: connectSecondsMax }),
  });
}
