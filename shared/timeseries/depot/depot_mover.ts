/**
 * Moves old sealed blocks out of the database: a day or more of a series becomes one object, which is
 * read back whole and compared before the rows forget their bytes. A row always says where its bytes
 * are; an object that no row names any more may be removed.
 */

import { type Kysely, sql } from "kysely";
import { createHash } from "node:crypto";
import type { TimeseriesDatabase } from "../database.ts";
import { type BlockRow, selectBlocks } from "../block_store.ts";
import { historyTimes, monthName, monthOf } from "../months.ts";
import type { SeriesKey } from "../series_store.ts";
import { type BlockDepot, DepotError } from "./block_depot.ts";

/** Blocks of one object at most: eight megabytes of ticks or so. */
const objectBlocks = 512;
/** Objects written, or removed, in one call at most. */
const objectsMax = 200;
/** Any number, the same everywhere: the advisory lock of those who remove, or need, objects. */
const objectsLock = 7_305_811_204_419n;

export interface Moved {
  readonly blocks: number;
  readonly bytes: number;
}

interface DueMonth {
  readonly seriesId: number;
  readonly key: SeriesKey;
  readonly month: { readonly from: number; readonly to: number };
}

/** Moves sealed blocks whose last row is older than `before`. @throws DepotError */
export async function moveToDepot(
  db: Kysely<TimeseriesDatabase>,
  depot: BlockDepot,
  options: { readonly before: number; readonly signal?: AbortSignal | undefined },
): Promise<Moved> {
  const { signal } = options;
  const before = Math.floor(Math.min(options.before, historyTimes.to));
  const sum = { blocks: 0, bytes: 0 };
  for (let objects = 0; objects < objectsMax && !signal?.aborted; objects++) {
    const due = await dueMonth(db, before);
    if (due === null) break;
    const { blocks, bytes } = await moveMonth(db, depot, { due, before });
    sum.blocks += blocks;
    sum.bytes += bytes;
  }
  return sum;
}

async function dueMonth(
  db: Kysely<TimeseriesDatabase>,
  before: number,
): Promise<DueMonth | null> {
  const { rows } = await sql<
    { id: number; kind: "ticks" | "bars"; symbol: string; source: string; at: string }
  >`
    select s.id, s.kind, s.symbol, s.source, b.from_time as at
    from timeseries.blocks b join timeseries.series s on s.id = b.series_id
    where b.sealed and b.bytes is not null and b.from_time < ${before} and b.to_time < ${before}
    order by b.from_time limit 1`.execute(db);
  const found = rows[0];
  if (found === undefined) return null;
  const { id, kind, symbol, source, at } = found;
  const key: SeriesKey = { kind, symbol, source, side: "", intervalMs: 0 };
  return { seriesId: id, key, month: monthOf(Number(at)) };
}

/** No transaction is open while the depot works; a block rewritten meanwhile just keeps its bytes. */
async function moveMonth(
  db: Kysely<TimeseriesDatabase>,
  depot: BlockDepot,
  { due, before }: { due: DueMonth; before: number },
): Promise<Moved> {
  const { seriesId, key, month } = due;
  const range = { from: month.from, to: Math.min(month.to, before) };
  const there = await selectBlocks(db, { seriesId, earliest: month.from, range });
  const blocks = there.filter((block) =>
    block.sealed && block.toTime < before && block.bytes instanceof Uint8Array
  ).slice(0, objectBlocks);
  if (blocks.length === 0) return { blocks: 0, bytes: 0 };
  const object = joined(blocks);
  // By its content: whoever writes an object over writes the same, also one who moves beside us.
  const digest = createHash("sha256").update(object).digest("hex").slice(0, 32);
  const { fromTime, place } = blocks[0]!;
  const name = `${monthName(month.from)}-${fromTime}-${place}-${digest}`;
  const depotKey = `${await storeName(db)}/${key.kind}/${key.symbol}/${key.source}/${seriesId}/` +
    `${name}.blocks`;
  // Whatever stops this before a block lies there, the object will be removed.
  await noteObject(db, depotKey);
  await depot.put(depotKey, object);
  const back = await depot.get({ key: depotKey, offset: 0, length: object.length });
  if (!back.every((byte, at) => byte === object[at])) {
    throw new DepotError(`${depotKey} did not come back as it was put`);
  }
  return await forgetBytes(db, { seriesId, depotKey, blocks });
}

function joined(blocks: readonly BlockRow[]): Uint8Array {
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.byteCount, 0));
  let at = 0;
  for (const block of blocks) {
    bytes.set(block.bytes as Uint8Array, at);
    at += block.byteCount;
  }
  return bytes;
}

/** Objects of several stores may lie in one depot: each removes its own only. */
async function storeName(db: Kysely<TimeseriesDatabase>): Promise<string> {
  const { rows } = await sql<{ id: string }>`select id from timeseries.store`.execute(db);
  return rows[0]!.id;
}

/** Among those to be removed once no block lies there. */
async function noteObject(db: Kysely<TimeseriesDatabase>, depotKey: string): Promise<void> {
  await sql`insert into timeseries.left_objects (depot_key) values (${depotKey})
    on conflict do nothing`.execute(db);
}

/**
 * Blocks that are still as they were put. What stays of one that was partly replaced meanwhile has its
 * time and its place, but another version. An object that nothing lies in stays noted.
 */
async function forgetBytes(
  db: Kysely<TimeseriesDatabase>,
  of: { seriesId: number; depotKey: string; blocks: readonly BlockRow[] },
): Promise<Moved> {
  let offset = 0;
  const places = of.blocks.map(({ fromTime, place, version, byteCount }) => {
    const at = offset;
    offset += byteCount;
    return { fromTime, place, version, at };
  });
  return await db.transaction().execute(async (trx) => {
    // Held until the end, and gone where somebody beside us has removed the object.
    const { rows: [noted] } = await sql`select from timeseries.left_objects
      where depot_key = ${of.depotKey} for update`.execute(trx);
    if (noted === undefined) {
      await noteObject(trx, of.depotKey);
      return { blocks: 0, bytes: 0 };
    }
    const { rows: [moved] } = await sql<Moved>`with moved as (
        update timeseries.blocks b
        set bytes = null, depot_key = ${of.depotKey}, depot_offset = k.at
        from json_to_recordset(${JSON.stringify(places)}::text::json)
          as k("fromTime" int8, place int8, version int4, at int4)
        where b.series_id = ${of.seriesId} and b.from_time = k."fromTime" and b.place = k.place
          and b.version = k.version and b.bytes is not null
        returning b.byte_count)
      select count(*)::int4 as blocks, coalesce(sum(byte_count), 0)::int4 as bytes from moved`
      .execute(trx);
    if (moved!.blocks > 0) {
      await sql`delete from timeseries.left_objects where depot_key = ${of.depotKey}`.execute(trx);
    }
    return moved!;
  });
}

/**
 * Removes objects that blocks have left and none lies in any more; returns how many. None while
 * {@link keepObjects} holds them.
 */
export async function removeUnused(
  db: Kysely<TimeseriesDatabase>,
  depot: BlockDepot,
  signal?: AbortSignal,
): Promise<number> {
  const { rows } = await sql<{ depot_key: string }>`select depot_key
    from timeseries.left_objects o where not exists (
      select from timeseries.blocks b where b.depot_key = o.depot_key)
    limit ${objectsMax}`.execute(db);
  let removed = 0;
  for (const { depot_key: key } of rows) {
    if (signal?.aborted) break;
    if (await db.transaction().execute((trx) => removeObject(trx, depot, key))) removed++;
  }
  return removed;
}

async function removeObject(
  trx: Kysely<TimeseriesDatabase>,
  depot: BlockDepot,
  key: string,
): Promise<boolean> {
  const { rows: [may] } = await sql<{ free: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(objectsLock)}) as free`.execute(trx);
  if (!may!.free) return false;
  // Whoever is about to lay blocks there holds it, or waits and finds it gone.
  const { rows: [noted] } = await sql`select from timeseries.left_objects
    where depot_key = ${key} for update skip locked`.execute(trx);
  if (noted === undefined) return false;
  const { rows: [used] } = await sql<{ found: boolean }>`select exists (
    select from timeseries.blocks where depot_key = ${key}) as found`.execute(trx);
  if (used!.found) return false;
  await depot.remove(key);
  await sql`delete from timeseries.left_objects where depot_key = ${key}`.execute(trx);
  return true;
}

/**
 * Runs `work` on one connection while no object of the depot is removed, so that what a snapshot says
 * lies there stays there.
 */
export function keepObjects<T>(
  db: Kysely<TimeseriesDatabase>,
  work: (connection: Kysely<TimeseriesDatabase>) => Promise<T>,
): Promise<T> {
  return db.connection().execute(async (connection) => {
    const lock = sql.lit(objectsLock);
    await sql`select pg_advisory_lock_shared(${lock})`.execute(connection);
    try {
      return await work(connection);
    } finally {
      await sql`select pg_advisory_unlock_shared(${lock})`.execute(connection);
    }
  });
}
