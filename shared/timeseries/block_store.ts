/** The SQL of blocks: rows in and out, in the caller's transaction when `db` is one. */

import { type Kysely, sql } from "kysely";
import { createHash } from "node:crypto";
import type { TimeseriesDatabase } from "./bars_table.ts";
import type { TimeRange } from "./columns.ts";
import type { DepotPlace } from "./depot/block_depot.ts";

/** A block as it lies in the table. `place` orders growing blocks as they came. */
export interface BlockRow {
  readonly fromTime: number;
  /** Of its last row. */
  readonly toTime: number;
  readonly place: number;
  readonly rows: number;
  readonly version: number;
  readonly sealed: boolean;
  readonly byteCount: number;
  /** Here, or in the depot. */
  readonly bytes: Uint8Array | DepotPlace;
}

export interface NewBlock {
  readonly seriesId: number;
  readonly fromTime: number;
  readonly toTime: number;
  readonly rows: number;
  readonly version: number;
  readonly sealed: boolean;
  /** Its place among growing blocks; the next one where it is new. */
  readonly place?: number;
  readonly bytes: Uint8Array;
}

/** What was written did not come back as it was written. */
export class WriteNotVerified extends Error {
  override readonly name = "WriteNotVerified";
}

/** Blocks in one insert at most; a few hundred kilobytes. */
const insertMax = 32;

interface RawBlock {
  from_time: string;
  to_time: string;
  place: string;
  row_count: number;
  version: number;
  sealed: boolean;
  byte_count: number;
  bytes: Uint8Array | null;
  depot_key: string | null;
  depot_offset: number | null;
}

/**
 * Blocks that hold something of `range`, by first time. A block begins at `earliest` or later.
 * With `lock`, no other transaction changes them before this one ends.
 */
export async function selectBlocks(
  db: Kysely<TimeseriesDatabase>,
  of: { seriesId: number; earliest: number; range: TimeRange },
  { limit, lock = false }: { limit?: number | undefined; lock?: boolean } = {},
): Promise<BlockRow[]> {
  const { rows } = await sql<RawBlock>`select from_time, to_time, place, row_count, version, sealed,
      byte_count, bytes, depot_key, depot_offset
    from timeseries.blocks
    where series_id = ${of.seriesId} and from_time >= ${of.earliest} and from_time < ${of.range.to}
      and to_time >= ${of.range.from}
    order by from_time, place
    ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ${lock ? sql`for update` : sql``}`.execute(db);
  return rows.map((row) => ({
    fromTime: Number(row.from_time),
    toTime: Number(row.to_time),
    place: Number(row.place),
    rows: row.row_count,
    version: row.version,
    sealed: row.sealed,
    byteCount: row.byte_count,
    bytes: row.bytes ??
      { key: row.depot_key!, offset: row.depot_offset!, length: row.byte_count },
  }));
}

/** Their partitions must be there. */
export async function insertBlocks(
  db: Kysely<TimeseriesDatabase>,
  blocks: readonly NewBlock[],
): Promise<void> {
  for (let at = 0; at < blocks.length; at += insertMax) {
    const values = blocks.slice(at, at + insertMax).map((block) =>
      sql`(${block.seriesId}, ${block.fromTime}, ${block.toTime}, ${block.rows}, ${block.version},
        ${block.sealed}, ${block.bytes.length}, ${block.bytes},
        coalesce(${block.place ?? null}::int8, nextval('timeseries.block_place')))`
    );
    await sql`insert into timeseries.blocks
      (series_id, from_time, to_time, row_count, version, sealed, byte_count, bytes, place)
      values ${sql.join(values)}`.execute(db);
  }
}

/**
 * Reads sealed blocks back from where they lie, by a digest over what is stored there.
 *
 * @throws WriteNotVerified when one is missing or differs.
 */
export async function verifyBlocks(
  db: Kysely<TimeseriesDatabase>,
  blocks: readonly NewBlock[],
): Promise<void> {
  for (let at = 0; at < blocks.length; at += insertMax) {
    const some = blocks.slice(at, at + insertMax);
    const keys = some.map((block) => sql`(${block.seriesId}::int4, ${block.fromTime}::int8)`);
    const { rows } = await sql<{ from_time: string; digest: Uint8Array }>`
      select from_time, sha256(bytes) as digest from timeseries.blocks
      where (series_id, from_time) in (${sql.join(keys)}) and sealed`.execute(db);
    const found = new Map(rows.map((row) => [Number(row.from_time), row.digest.toHex()]));
    for (const { fromTime, bytes } of some) {
      if (found.get(fromTime) === createHash("sha256").update(bytes).digest("hex")) continue;
      throw new WriteNotVerified(`The block of ${fromTime} did not come back as it was written`);
    }
  }
}

export async function deleteBlocks(
  db: Kysely<TimeseriesDatabase>,
  seriesId: number,
  blocks: readonly Pick<BlockRow, "fromTime" | "place">[],
): Promise<void> {
  if (blocks.length === 0) return;
  const keys = JSON.stringify(blocks.map(({ fromTime, place }) => ({ fromTime, place })));
  await sql`delete from timeseries.blocks b
    using json_to_recordset(${keys}::text::json) as k("fromTime" int8, place int8)
    where b.series_id = ${seriesId} and b.from_time = k."fromTime" and b.place = k.place`
    .execute(db);
}
