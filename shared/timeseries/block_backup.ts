/**
 * Blocks in a backup. A block that was moved to the depot is written with its bytes, as one that never
 * was: a backup is whole without a depot, and can be restored beside another one, or none.
 */

import { type Kysely, sql } from "kysely";
import { insertRows, pages, textPages, textsOf } from "../storage/backup/table_rows.ts";
import type { TimeseriesDatabase } from "./database.ts";
import { Partitions } from "./blocks_table.ts";
import { type BlockDepot, DepotError } from "./depot/block_depot.ts";
import { monthOf } from "./months.ts";
import { checkSum } from "./plane_reader.ts";

type Db = Kysely<TimeseriesDatabase>;

const blocks = { schema: "timeseries", table: "blocks" };

interface MovedBlock {
  readonly series_id: number;
  readonly from_time: string;
  readonly place: string;
  readonly byte_count: number;
  readonly depot_key: string;
  readonly depot_offset: number;
}

/** Rows of the table of blocks as text, a page at a time, none of them in the depot. @throws DepotError */
export async function* blockRowTexts(
  trx: Db,
  depot: BlockDepot | null,
): AsyncGenerator<string[]> {
  yield* textPages(
    trx,
    sql`select whole_row::text as line from timeseries.blocks as whole_row
      where depot_key is null`,
  );
  const moved = sql`select series_id, from_time, place, byte_count, depot_key, depot_offset
    from timeseries.blocks where depot_key is not null order by depot_key, depot_offset`;
  for await (const page of pages<MovedBlock>(trx, moved)) {
    if (depot === null) throw new DepotError("History lies in a depot, and none is set");
    for (const [key, ofObject] of Map.groupBy(page, (block) => block.depot_key)) {
      yield await broughtBack(trx, ofObject, await readObject(depot, key, ofObject));
    }
  }
}

/** One read for blocks that lie in one object, each with its bytes checked. */
async function readObject(
  depot: BlockDepot,
  key: string,
  of: readonly MovedBlock[],
): Promise<Uint8Array[]> {
  const offset = Math.min(...of.map((block) => block.depot_offset));
  const end = Math.max(...of.map((block) => block.depot_offset + block.byte_count));
  const object = await depot.get({ key, offset, length: end - offset });
  return of.map((block) => {
    const at = block.depot_offset - offset;
    const bytes = object.subarray(at, at + block.byte_count);
    try {
      checkSum(bytes);
    } catch (cause) {
      throw new DepotError(`${key} is damaged at byte ${block.depot_offset}`, { cause });
    }
    return bytes;
  });
}

async function broughtBack(
  trx: Db,
  of: readonly MovedBlock[],
  bytes: readonly Uint8Array[],
): Promise<string[]> {
  const given = of.map(({ series_id, from_time, place }, at) => ({
    ...{ series_id, from_time, place },
    text: `\\x${bytes[at]!.toHex()}`,
  }));
  const { rows } = await sql<{ line: string }>`
    select jsonb_populate_record(b,
      jsonb_build_object('bytes', k.text, 'depot_key', null, 'depot_offset', null))::text as line
    from json_to_recordset(${JSON.stringify(given)}::text::json)
      as k(series_id int4, from_time int8, place int8, text text)
    join timeseries.blocks b using (series_id, from_time, place)`.execute(trx);
  return rows.map(({ line }) => line);
}

/** Adds rows of {@link blockRowTexts}, with the partitions they need. */
export class BlockRestorer {
  readonly #partitions = new Partitions();
  readonly #made = new Set<number>();

  async insert(trx: Db, lines: readonly string[]): Promise<void> {
    const { rows } = await sql<{ at: string }>`select distinct (parsed).from_time as at
      from (select line::timeseries.blocks as parsed from ${textsOf(lines)} as given(line)
        offset 0) as rows`.execute(trx);
    const months = new Set(rows.map(({ at }) => monthOf(Number(at)).from));
    const lacking = [...months.difference(this.#made)];
    await this.#partitions.ensure(trx, lacking);
    for (const month of lacking) this.#made.add(month);
    await insertRows(trx, blocks, lines);
  }
}
