/** The SQL of blocks: rows in and out, in the caller's transaction when `db` is one. */

import { type Kysely, type RawBuilder, sql } from "kysely";
import { createHash } from "node:crypto";
import type { BinaryRow, Store } from "../storage/store.ts";
import type { TimeseriesDatabase } from "./database.ts";
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

const columns = sql.raw(
  `from_time, to_time, place, row_count, version, sealed, byte_count, bytes, depot_key, depot_offset`,
);

/** A row of `columns` as the database hands it out. */
export interface RawBlock {
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
  of: BlocksOf,
  { limit, lock = false }: { limit?: number | undefined; lock?: boolean } = {},
): Promise<BlockRow[]> {
  const { rows } = await sql<RawBlock>`${blocksOf(of)}
    ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ${lock ? sql`for update` : sql``}`.execute(db);
  return rows.map(toBlockRow);
}

/** Which blocks. */
export interface BlocksOf {
  readonly seriesId: number | RawBuilder<number>;
  readonly earliest: number;
  readonly range: TimeRange;
}

/** `value` writes a number into the statement. */
export const blocksOf = (
  { seriesId, earliest, range }: BlocksOf,
  value: (value: number) => RawBuilder<unknown> = (value) => sql`${value}`,
): RawBuilder<RawBlock> =>
  sql`select ${columns} from timeseries.blocks
    where series_id = ${
    typeof seriesId === "number" ? value(seriesId) : seriesId
  } and from_time >= ${value(earliest)}
      and from_time < ${value(range.to)} and to_time >= ${value(range.from)}
    order by from_time, place`;

/** {@link selectBlocks} without the detour of the bytes over text; outside transactions only. */
export async function readBlocks(
  db: Kysely<TimeseriesDatabase>,
  readBinary: NonNullable<Store["readBinary"]>,
  { limit, ...of }: BlocksOf & { readonly limit: number },
): Promise<BlockRow[]> {
  const query = sql`${blocksOf(of, sql.lit)} limit ${sql.lit(limit)}`.compile(db);
  return (await readBinary(query.sql)).map(fromBinary);
}

/** In the order of `columns`. */
function fromBinary(row: BinaryRow): BlockRow {
  const viewOf = (at: number): DataView => {
    const { buffer, byteOffset, byteLength } = row[at]!;
    return new DataView(buffer, byteOffset, byteLength);
  };
  const int4 = (at: number): number => viewOf(at).getInt32(0);
  const int8 = (at: number): number => Number(viewOf(at).getBigInt64(0));
  const [byteCount, bytes, key] = [int4(6), row[7], row[8]];
  return {
    fromTime: int8(0),
    toTime: int8(1),
    place: int8(2),
    rows: int4(3),
    version: int4(4),
    sealed: row[5]![0] === 1,
    byteCount,
    bytes: bytes
      // A plain array: code that met one kind only is faster.
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : { key: new TextDecoder().decode(key!), offset: int4(9), length: byteCount },
  };
}

/** Growing blocks of a span, the first that came first. */
export async function selectGrowing(
  db: Kysely<TimeseriesDatabase>,
  { seriesId, span, limit }: { seriesId: number; span: TimeRange; limit: number },
): Promise<BlockRow[]> {
  const { rows } = await sql<RawBlock>`select ${columns} from timeseries.blocks
    where series_id = ${seriesId} and from_time >= ${span.from} and from_time < ${span.to}
      and not sealed
    order by place limit ${limit}`.execute(db);
  return rows.map(toBlockRow);
}

/** The last sealed block of a span that ends before a time. */
export async function selectLastSealed(
  db: Kysely<TimeseriesDatabase>,
  { seriesId, span, before }: { seriesId: number; span: TimeRange; before: number },
): Promise<BlockRow[]> {
  const { rows } = await sql<RawBlock>`select ${columns} from timeseries.blocks
    where series_id = ${seriesId} and from_time >= ${span.from} and from_time < ${before}
      and to_time < ${before} and sealed
    order by from_time desc limit 1`.execute(db);
  return rows.map(toBlockRow);
}

export const toBlockRow = (row: RawBlock): BlockRow => ({
  fromTime: Number(row.from_time),
  toTime: Number(row.to_time),
  place: Number(row.place),
  rows: row.row_count,
  version: row.version,
  sealed: row.sealed,
  byteCount: row.byte_count,
  bytes: row.bytes ?? { key: row.depot_key!, offset: row.depot_offset!, length: row.byte_count },
});

/** Their partitions must be there. Returns their places. */
export async function insertBlocks(
  db: Kysely<TimeseriesDatabase>,
  blocks: readonly NewBlock[],
): Promise<number[]> {
  const places: number[] = [];
  for (let at = 0; at < blocks.length; at += insertMax) {
    const values = blocks.slice(at, at + insertMax).map((block) =>
      sql`(${block.seriesId}, ${block.fromTime}, ${block.toTime}, ${block.rows}, ${block.version},
        ${block.sealed}, ${block.bytes.length}, ${block.bytes},
        coalesce(${block.place ?? null}::int8, nextval('timeseries.block_place')))`
    );
    const { rows } = await sql<{ place: string }>`insert into timeseries.blocks
      (series_id, from_time, to_time, row_count, version, sealed, byte_count, bytes, place)
      values ${sql.join(values)} returning place`.execute(db);
    places.push(...rows.map((row) => Number(row.place)));
  }
  return places;
}

/**
 * Reads blocks back from where they lie, by a digest over what is stored there.
 *
 * @throws WriteNotVerified when one is missing or differs.
 */
export async function verifyBlocks(
  db: Kysely<TimeseriesDatabase>,
  blocks: readonly (NewBlock & { readonly place: number })[],
): Promise<void> {
  for (let at = 0; at < blocks.length; at += insertMax) {
    const some = blocks.slice(at, at + insertMax);
    const keys = some.map(({ seriesId, fromTime, place }) =>
      sql`(${seriesId}::int4, ${fromTime}::int8, ${place}::int8)`
    );
    const { rows } = await sql<{ key: string; digest: Uint8Array }>`
      select from_time || ' ' || place as key, sha256(bytes) as digest from timeseries.blocks
      where (series_id, from_time, place) in (${sql.join(keys)})`.execute(db);
    const found = new Map(rows.map(({ key, digest }) => [key, digest.toHex()]));
    for (const { fromTime, place, bytes } of some) {
      const digest = createHash("sha256").update(bytes).digest("hex");
      if (found.get(`${fromTime} ${place}`) === digest) continue;
      throw new WriteNotVerified(`The block of ${fromTime} did not come back as it was written`);
    }
  }
}

/** Objects of the depot that they lay in are noted, to be removed once no block lies there. */
export async function deleteBlocks(
  db: Kysely<TimeseriesDatabase>,
  seriesId: number,
  blocks: readonly Pick<BlockRow, "fromTime" | "place">[],
): Promise<void> {
  if (blocks.length === 0) return;
  const keys = JSON.stringify(blocks.map(({ fromTime, place }) => ({ fromTime, place })));
  await sql`with gone as (
      delete from timeseries.blocks b
      using json_to_recordset(${keys}::text::json) as k("fromTime" int8, place int8)
      where b.series_id = ${seriesId} and b.from_time = k."fromTime" and b.place = k.place
      returning b.depot_key)
    insert into timeseries.left_objects (depot_key)
    select distinct depot_key from gone where depot_key is not null
    on conflict do nothing`.execute(db);
}
