/**
 * The SQL of imports. Every change says which state, owner and attempt it expects, so that a copy
 * that lost its lease, or a request that comes twice, changes nothing.
 */

import { type Kysely, type Selectable, sql } from "kysely";
import type { DukascopyKind } from "../../../shared/venues/files/dukascopy_download.ts";
import { withoutNul } from "../quarantine/quarantine_store.ts";
import type { PipelineDatabase } from "./tables.ts";

export type ImportRow = Selectable<PipelineDatabase["imports"]>;

export interface ImportRequest {
  /** Below the import folder, `/` between names. */
  readonly path: string;
  readonly format: string | null;
  readonly clock: string | null;
  readonly source: string | null;
  readonly symbol: string | null;
  /** What the source calls instruments. */
  readonly symbols?: Readonly<Record<string, string>> | null;
  readonly columns: Readonly<Record<string, string | number>> | null;
  readonly csv: CsvReading | null;
  readonly gates: Readonly<
    Record<string, Readonly<Record<string, Record<string, string | number>>>>
  >;
  readonly unreadable: "stop" | "quarantine";
  /** Missing in those made before there were downloads. */
  readonly download?: DownloadRequest | null;
}

/** Dukascopy's files of a period, and the folder that they go to. */
export interface DownloadRequest {
  readonly folder: string;
  readonly symbol: string;
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly DukascopyKind[];
}

/** How far a download is. */
export interface Downloaded {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytes: number;
}

/** What a generic CSV file does not say of itself. */
export interface CsvReading {
  readonly delimiter?: string | undefined;
  readonly headerLines?: number | undefined;
  readonly timeFormat?: string | undefined;
  readonly priceDecimals?: number | undefined;
  readonly side?: "bid" | "ask" | "mid" | undefined;
  readonly intervalMs?: number | undefined;
}

export interface ImportError {
  readonly code: "file" | "gate" | "download" | "internal";
  readonly message: string;
  readonly file: string | null;
  readonly row: number | null;
}

/** Who runs an import: its lease, and the attempt that a later one outdates. */
export interface Lease {
  readonly importId: string;
  readonly owner: string;
  readonly attempt: number;
}

/** What a heartbeat tells of a load. */
export interface Told {
  readonly bytesDone: number;
  readonly currentFile: string | null;
  readonly rowsPerSecond: number;
  readonly secondsLeft: number | null;
  readonly download: Downloaded | null;
}

/** Another copy runs the import now; nothing of this one's may be stored any more. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** How long a copy may be silent before another takes its import over. */
const leaseSeconds = 6;

export type EndState = "done" | "stopped" | "failed" | "canceled";

export class ImportStore {
  readonly db: Kysely<PipelineDatabase>;

  constructor(db: Kysely<PipelineDatabase>) {
    this.db = db;
  }

  async insert(importId: string, request: ImportRequest, createdAt: number): Promise<ImportRow> {
    return await this.db.insertInto("imports").values({
      import_id: importId,
      state: "queued",
      request: JSON.stringify(request),
      created_at: createdAt,
      notes: "[]",
      carry: "{}",
    } as never).returningAll().executeTakeFirstOrThrow();
  }

  async find(importId: string): Promise<ImportRow | null> {
    const query = this.db.selectFrom("imports").selectAll().where("import_id", "=", importId);
    return await query.executeTakeFirst() ?? null;
  }

  /** Newest first; `before` is the id the page before ended with. */
  async list(
    of: { state?: string | undefined; before?: string | undefined; limit: number },
  ): Promise<ImportRow[]> {
    let query = this.db.selectFrom("imports").selectAll().orderBy("import_id", "desc")
      .limit(of.limit);
    if (of.state !== undefined) query = query.where("state", "=", of.state);
    if (of.before !== undefined) query = query.where("import_id", "<", of.before);
    return await query.execute();
  }

  /** Takes the oldest import that nobody runs; `null` when there is none. */
  async claim(owner: string, now: number, only?: string): Promise<ImportRow | null> {
    const mine = only === undefined ? sql`true` : sql`import_id = ${only}`;
    const { rows } = await sql<ImportRow>`update pipeline.imports set
        state = 'running', lease_owner = ${owner}, attempt = attempt + 1,
        lease_until = now() + make_interval(secs => ${sql.lit(leaseSeconds)}),
        started_at = coalesce(started_at, ${String(now)}::int8)
      where import_id = (
        select import_id from pipeline.imports
        where ${mine} and (state = 'queued' or (state = 'running' and lease_until < now()))
        order by import_id limit 1 for update skip locked)
      returning *`.execute(this.db);
    return rows[0] ?? null;
  }

  /** Renews the lease; whether the import was asked to end. @throws LeaseLost */
  async beat(
    lease: Lease,
    told: Told,
  ): Promise<{ readonly cancelAsked: boolean }> {
    const { rows } = await sql<{ cancel_asked: boolean }>`update pipeline.imports set
        lease_until = now() + make_interval(secs => ${sql.lit(leaseSeconds)}),
        bytes_done = ${String(Math.floor(told.bytesDone))}::int8,
        current_file = ${told.currentFile}::text,
        rows_per_second = ${String(Math.round(told.rowsPerSecond))}::float8,
        seconds_left = ${told.secondsLeft === null ? null : String(told.secondsLeft)}::float8,
        download = coalesce(${told.download === null ? null : JSON.stringify(told.download)}::text
          ::json, download)
      where ${held(lease)} returning cancel_asked`.execute(this.db);
    if (rows[0] === undefined) throw new LeaseLost(lease.importId);
    return { cancelAsked: rows[0].cancel_asked };
  }

  /** Writes down what the import consists of, once. @throws LeaseLost */
  async plan(
    lease: Lease,
    plan: { files: readonly { path: string; bytes: number }[]; notes: readonly string[] },
  ): Promise<void> {
    const bytes = plan.files.reduce((sum, file) => sum + file.bytes, 0);
    await this.db.transaction().execute(async (trx) => {
      for (let at = 0; at < plan.files.length; at += filesMax) {
        const part = plan.files.slice(at, at + filesMax);
        const records = JSON.stringify(part.map((file, n) => ({ ...file, position: at + n })));
        await sql`insert into pipeline.files (import_id, position, path, bytes)
          select ${lease.importId}, position, path, bytes
          from json_to_recordset(${records}::text::json)
            as x(position int4, path text, bytes int8)`.execute(trx);
      }
      await expectHeld(
        trx.updateTable("imports").set({
          planned: true,
          files_total: plan.files.length,
          bytes_total: bytes,
          notes: JSON.stringify(plan.notes),
        }).where(held(lease)).executeTakeFirst(),
        lease,
      );
    });
  }

  async files(importId: string): Promise<string[]> {
    const rows = await this.db.selectFrom("files").select("path")
      .where("import_id", "=", importId).orderBy("position").execute();
    return rows.map((row) => row.path);
  }

  /** @throws LeaseLost */
  async end(
    lease: Lease,
    how: {
      readonly state: EndState;
      readonly error: ImportError | null;
      readonly now: number;
      /** To be added to those of the plan. */
      readonly notes?: readonly string[];
      /** The last row read of each file. */
      readonly readTo?: ReadonlyMap<string, number>;
    },
  ): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      if (how.state === "done") await dropOutdated(trx, lease.importId, how.readTo ?? new Map());
      await expectHeld(
        trx.updateTable("imports").set({
          state: how.state,
          error: how.error === null ? null : JSON.stringify(how.error),
          finished_at: how.now,
          notes: sql<string>`(notes::jsonb || ${
            JSON.stringify((how.notes ?? []).map(withoutNul))
          }::text::jsonb)::json`,
          lease_owner: null,
          lease_until: null,
          current_file: null,
          ...(how.state === "done"
            ? { next_file: sql<number>`files_total`, bytes_done: sql<string>`bytes_total` }
            : {}),
        }).where(held(lease)).executeTakeFirst(),
        lease,
      );
    });
  }

  /** Gives the import back, for whoever comes next to go on with. */
  async yield(lease: Lease): Promise<void> {
    await this.db.updateTable("imports")
      .set({ state: "queued", lease_owner: null, lease_until: null })
      .where(held(lease)).execute();
  }

  /** Asks a running import to end, or ends a waiting one; `null` when it has ended already. */
  async cancel(importId: string, now: number): Promise<ImportRow | null> {
    const { rows } = await sql<ImportRow>`update pipeline.imports set
        cancel_asked = true,
        state = case when state = 'queued' then 'canceled' else state end,
        finished_at = case when state = 'queued' then ${String(now)}::int8 else finished_at end
      where import_id = ${importId} and state in ('queued', 'running')
      returning *`.execute(this.db);
    return rows[0] ?? null;
  }

  /** Whether there was one that has ended; its history and quarantine stay. */
  async delete(importId: string): Promise<boolean> {
    return await this.db.transaction().execute(async (trx) => {
      const gone = await trx.deleteFrom("imports").where("import_id", "=", importId)
        .where("state", "not in", ["queued", "running"]).executeTakeFirst();
      if (gone.numDeletedRows === 0n) return false;
      await trx.deleteFrom("files").where("import_id", "=", importId).execute();
      await trx.deleteFrom("days").where("import_id", "=", importId).execute();
      return true;
    });
  }

  /** Imports by state, for the metrics. */
  async counts(): Promise<Map<string, number>> {
    const rows = await this.db.selectFrom("imports")
      .select(["state", (eb) => eb.fn.countAll<string>().as("count")]).groupBy("state").execute();
    return new Map(rows.map((row) => [row.state, Number(row.count)]));
  }
}

/** Files in one insert statement at most. */
const filesMax = 2_000;

/** What every change by a runner is conditional on. */
export const held = ({ importId, owner, attempt }: Lease) =>
  sql<boolean>`import_id = ${importId} and lease_owner = ${owner}
    and attempt = ${String(attempt)}::int4 and state = 'running'`;

/** @throws LeaseLost */
export async function expectHeld(
  updating: Promise<{ readonly numUpdatedRows: bigint }>,
  { importId }: Lease,
): Promise<void> {
  if ((await updating).numUpdatedRows !== 1n) throw new LeaseLost(importId);
}

/**
 * Drops the rows of the same files that an earlier load kept apart, and that this one read and found
 * nothing wrong with. Rows of days that it has none of stay: their file was written anew with others.
 */
async function dropOutdated(
  trx: Kysely<PipelineDatabase>,
  importId: string,
  readTo: ReadonlyMap<string, number>,
): Promise<void> {
  const outdated = sql`q.state = 'held' and q.import_id < ${importId}
    and (q.kind = 'reference' or exists (select from pipeline.days d
      where d.import_id = ${importId} and d.source = q.source
        and (q.day is null or (d.day = q.day and d.symbol = q.symbol and d.kind = q.kind))))`;
  const { rows } = await sql<{ file: string }>`select distinct q.file
    from pipeline.quarantine q where ${outdated}`.execute(trx);
  const read = rows.filter(({ file }) => readTo.has(file)).map(({ file }) => ({
    file,
    row: Math.min(readTo.get(file)!, Number.MAX_SAFE_INTEGER),
  }));
  for (let at = 0; at < read.length; at += filesMax) {
    const records = JSON.stringify(read.slice(at, at + filesMax));
    await sql`delete from pipeline.quarantine q
      using json_to_recordset(${records}::text::json) as f(file text, row int8)
      where ${outdated} and q.file = f.file and q.row <= f.row`.execute(trx);
  }
}
