/**
 * Reading blocks of a series by time, a bounded number at once: from the table, and their bytes from
 * the depot where they were moved there.
 */

import type { Kysely } from "kysely";
import type { Store } from "../storage/store.ts";
import { selectRowsAndBlocks } from "./bar_rows.ts";
import type { TimeseriesDatabase } from "./database.ts";
import { BlockFormatError, decodeBars, decodeTicks, type TickRoom } from "./block_codec.ts";
import { type BlockRow, readBlocks, selectBlocks } from "./block_store.ts";
import type { BarColumns, TickColumns, TimeRange } from "./columns.ts";
import { type BlockDepot, DepotError } from "./depot/block_depot.ts";
import type { SeriesKey } from "./series_store.ts";
import { spanOf } from "./spans.ts";

/** Blocks of the first page, and of later ones; doubled where all of them begin at the same moment. */
const firstPageBlocks = 16;
const pageBlocks = 128;

/** A stored block cannot be read; `cause` says why. */
export class HistoryDamaged extends Error {
  override readonly name = "HistoryDamaged";
}

/** `blocks` are all that hold anything of `[from, to)`; they may hold more. */
export interface BlockPage extends TimeRange {
  readonly blocks: readonly BlockRow[];
  /** Live minutes of the range that are rows still. */
  readonly rows?: BarColumns;
}

export interface PageOf {
  readonly key: SeriesKey;
  readonly seriesId: number;
  readonly range: TimeRange;
  readonly readBinary?: Store["readBinary"];
}

/** How many blocks the next page asks for. */
export interface PageSize {
  readonly limit: number;
}

/**
 * A page of the range from its start; an empty one when `limit` blocks begin at one moment. Large
 * pages by `readBinary` where it is given; a small one is there sooner by a plan that is kept.
 */
export async function readPage(
  db: Kysely<TimeseriesDatabase>,
  { key, seriesId, range, readBinary = null }: PageOf,
  { limit }: PageSize,
): Promise<BlockPage> {
  const { from } = range;
  const of = { seriesId, earliest: spanOf(key, from).from, range };
  const blocks = readBinary === null || limit < pageBlocks
    ? await selectBlocks(db, of, { limit })
    : await readBlocks(db, readBinary, { ...of, limit });
  return { blocks, from, to: pageEnd(blocks, range, { limit }) };
}

/** Up to where `blocks` are all of the range. */
const pageEnd = (
  blocks: readonly BlockRow[],
  { from, to }: TimeRange,
  { limit }: PageSize,
): number => blocks.length < limit ? to : Math.max(from, blocks.at(-1)!.fromTime);

/** The same of live minutes: the rows that are not sealed yet with them, of one moment. */
export async function readLivePage(
  db: Kysely<TimeseriesDatabase>,
  key: SeriesKey,
  { range, limit }: PageSize & { readonly range: TimeRange },
): Promise<BlockPage> {
  const earliest = spanOf(key, range.from).from;
  const { blocks, bars, to } = await selectRowsAndBlocks(db, key, { earliest, range, limit });
  const end = Math.min(to, pageEnd(blocks, range, { limit }));
  return { blocks, rows: bars, from: range.from, to: end };
}

/**
 * Pages of `read` from one end of the range to the other. With `ahead`, once a second page was asked
 * for, the database works on the next page while the last one is used.
 */
export async function* eachPage<P extends TimeRange>(
  { from, to }: TimeRange,
  read: (rest: TimeRange, size: PageSize) => Promise<P>,
  { ahead }: { readonly ahead: boolean },
): AsyncGenerator<P> {
  let limit = firstPageBlocks;
  let begun: Promise<P> | null = null;
  try {
    for (let pages = 0; from < to;) {
      const page: P = await (begun ?? read({ from, to }, { limit }));
      begun = null;
      if (page.to <= from) {
        limit *= 2;
        continue;
      }
      from = page.to;
      limit = pageBlocks;
      if (ahead && pages++ > 0 && from < to) {
        begun = read({ from, to }, { limit });
        // A failure is thrown where the page is awaited.
        begun.catch(() => {});
      }
      yield page;
    }
  } finally {
    // A reader that stops early leaves no query behind.
    await begun?.catch(() => {});
  }
}

/** Bytes of blocks, decoded; @throws HistoryDamaged naming the series and the block. */
export class BlockOpener {
  readonly #depot: BlockDepot | null;

  constructor(depot: BlockDepot | null) {
    this.#depot = depot;
  }

  /** Into `room` where it is given. */
  ticks(key: SeriesKey, block: BlockRow, room?: TickRoom): Promise<TickColumns> {
    return this.#open(key, block, (bytes) => decodeTicks(bytes, room));
  }

  bars(key: SeriesKey, block: BlockRow): Promise<BarColumns> {
    return this.#open(key, block, decodeBars);
  }

  async #open<T extends TickColumns | BarColumns>(
    key: SeriesKey,
    block: BlockRow,
    decode: (bytes: Uint8Array) => T,
  ): Promise<T> {
    try {
      const columns = decode(await this.#bytes(block));
      checkIsOf(block, columns);
      return columns;
    } catch (cause) {
      if (!(cause instanceof BlockFormatError || cause instanceof DepotError)) throw cause;
      const from = new Date(block.fromTime).toISOString();
      const series = `${key.symbol} ${key.kind} of ${key.source}`;
      const place = block.bytes instanceof Uint8Array ? "" : ` in ${block.bytes.key} of the depot`;
      const text = `Cannot read ${series}, block from ${from}${place}: ${cause.message}`;
      throw new HistoryDamaged(text, { cause });
    }
  }

  #bytes({ bytes }: BlockRow): Uint8Array | Promise<Uint8Array> {
    if (bytes instanceof Uint8Array) return bytes;
    if (this.#depot === null) throw new DepotError(`${bytes.key} is in a depot, and none is set`);
    return this.#depot.get(bytes);
  }
}

/** Whole blocks that lie in another's place are damage too. @throws BlockFormatError */
function checkIsOf(block: BlockRow, columns: TickColumns | BarColumns): void {
  const { length } = columns;
  if (length !== block.rows) {
    throw new BlockFormatError(`${length} rows, the table says ${block.rows}`);
  }
  const times = "bid" in columns ? columns.time : columns.openTime;
  const [from, to] = [times[0]!, times[length - 1]!];
  if (from === block.fromTime && to === block.toTime) return;
  throw new BlockFormatError(
    `times of ${from} to ${to}, the table says ${block.fromTime} to ${block.toTime}`,
  );
}

/** Before another in time, and before it among ticks of one moment. */
const leads = (a: BlockRow, b: BlockRow): boolean =>
  a.toTime < b.fromTime || a.toTime === b.fromTime && precedes(a, b);

/** Sealed blocks hold what came before all that grows. */
const precedes = (a: BlockRow, b: BlockRow): boolean =>
  a.sealed !== b.sealed ? a.sealed : a.place < b.place;

/**
 * Blocks by first time, grouped where their times overlap: groups follow one another, and within one
 * the blocks are in the order in which ticks of the same moment stand.
 */
export function clustersOf(blocks: readonly BlockRow[]): BlockRow[][] {
  const clusters: BlockRow[][] = [];
  /** The last of all so far: by last time, then by place. */
  let latest: BlockRow | null = null;
  for (const block of blocks) {
    if (latest === null || leads(latest, block)) clusters.push([block]);
    else clusters.at(-1)!.push(block);
    const later = latest === null || block.toTime > latest.toTime ||
      block.toTime === latest.toTime && precedes(latest, block);
    if (later) latest = block;
  }
  for (const cluster of clusters) cluster.sort((a, b) => precedes(a, b) ? -1 : 1);
  return clusters;
}
