/** The port of relational storage: one Postgres dialect, embedded (PGlite) or served. */

import type { Kysely } from "kysely";

/** See {@link Store.readBinary}; `null` for null. */
export type BinaryRow = readonly (Uint8Array | null)[];

/**
 * Both engines answer the same JavaScript types: `int8` and `numeric` as text, `timestamptz` as
 * `Date`, `date` as `YYYY-MM-DD`, `json` and `jsonb` parsed, `bytea` as `Uint8Array`. A string given
 * for a `json` parameter is taken as JSON text; anything else is stringified.
 */
export interface Store {
  readonly kind: "pglite" | "postgres";
  /**
   * Tables of `schema`; creates nothing. Inside `transaction()` use the transaction only: the
   * embedded engine has one connection, so asking for another there waits for itself.
   */
  database<DB>(schema: string): Kysely<DB>;
  /**
   * Rows of a query without parameters, columns in Postgres's own binary form: for bytes by the
   * megabyte, which as text would be spelt in hex and read back. On a connection of its own, planned
   * anew each time. `null` where the engine hands out text only.
   */
  readonly readBinary: ((query: string) => Promise<BinaryRow[]>) | null;
  /**
   * A round of what a served Postgres does by itself: room of rows that are gone is made free, and log
   * that is no longer needed. To be called every minute or so; `null` where nobody has to.
   */
  readonly upkeep: ((signal?: AbortSignal) => Promise<void>) | null;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  /** Idempotent. Callers finish their queries first. */
  close(): Promise<void>;
}
