/** The SQL of the `archive` schema: where the archive stands, stored together with its bars. */

import { type ColumnType, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { Bar } from "../../shared/domain/bar.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { insertBars } from "../../shared/timeseries/bars_store.ts";
import { liveSource } from "../../shared/domain/source.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { BlockHistoryWriter } from "../../shared/timeseries/block_writer.ts";
import type { BlockDepot } from "../../shared/timeseries/depot/block_depot.ts";
import { correctMinutes, finishedBefore } from "./correct_bars.ts";
import { toTickColumns } from "./live_ticks.ts";
import {
  type ArchiveEffects,
  type ArchiveState,
  type Building,
  type Correction,
  minuteKey,
  type SymbolState,
} from "./decide.ts";

export const archiveSchema = "archive";

type Int8 = ColumnType<string, string | number, string | number>;

export interface ArchiveDatabase {
  /** One row: the market's time, how many batches led to it, and what the last one has to tell. */
  progress: {
    id: number;
    heard_at: Int8;
    batches: Int8;
    /** Finished and corrected bars of the last batch; a kill may have come before they were told. */
    told: ColumnType<LastingBars, string, string>;
    /** Minutes that are still to be put right. */
    waiting: ColumnType<readonly Correction[], string, string>;
    /** The venue whose prices live history is of, and their kind; null before any was known. */
    venue: string | null;
    price_kind: string | null;
  };
  symbols: {
    symbol: string;
    sequence: Int8;
    late_sequence: Int8;
    venue_time: Int8;
    quotes: Int8;
    late: Int8;
    finished_until: Int8;
    building: ColumnType<unknown, string, string>;
  };
}

export const archiveMigrations: Record<string, Migration> = {
  "2026-11-24_first": {
    async up(db: Kysely<unknown>) {
      const create = (table: string) => db.schema.withSchema(archiveSchema).createTable(table);
      await create("progress")
        .addColumn("id", "int4", (column) => column.primaryKey().check(sql`id = 1`))
        .addColumn("heard_at", "int8", (column) => column.notNull())
        .addColumn("batches", "int8", (column) => column.notNull())
        .execute();
      await sql`insert into archive.progress (id, heard_at, batches) values (1, 0, 0)`.execute(db);
      await create("symbols")
        .addColumn("symbol", "text", (column) => column.primaryKey())
        .addColumn("sequence", "int8", (column) => column.notNull())
        .addColumn("venue_time", "int8", (column) => column.notNull())
        .addColumn("quotes", "int8", (column) => column.notNull())
        .addColumn("late", "int8", (column) => column.notNull())
        .addColumn("building", "jsonb")
        .execute();
    },
  },
  "2026-11-24_told": {
    async up(db: Kysely<unknown>) {
      await db.schema.withSchema(archiveSchema).alterTable("progress")
        .addColumn(
          "told",
          "json",
          (column) => column.notNull().defaultTo('{"finished":[],"corrected":[]}'),
        )
        .execute();
    },
  },
  "2026-11-30_finished_until": {
    async up(db: Kysely<unknown>) {
      await db.schema.withSchema(archiveSchema).alterTable("symbols")
        .addColumn("finished_until", "int8", (column) => column.notNull().defaultTo(0))
        .execute();
      // With nothing under way, any minute up to the market's time may have been finished.
      await sql`update archive.symbols set finished_until = coalesce(
        (building->'bid'->>'openTime')::int8,
        (select heard_at - heard_at % 60000 from archive.progress))`.execute(db);
    },
  },
  "2026-12-01_price_kind": {
    async up(db: Kysely<unknown>) {
      await db.schema.withSchema(archiveSchema).alterTable("progress")
        .addColumn("venue", "text").addColumn("price_kind", "text").execute();
    },
  },
  "2026-12-01_late_sequence": {
    async up(db: Kysely<unknown>) {
      await db.schema.withSchema(archiveSchema).alterTable("symbols")
        .addColumn("late_sequence", "int8", (column) => column.notNull().defaultTo(-1))
        .execute();
    },
  },
  "2026-12-01_waiting": {
    async up(db: Kysely<unknown>) {
      await db.schema.withSchema(archiveSchema).alterTable("progress")
        .addColumn("waiting", "json", (column) => column.notNull().defaultTo("[]"))
        .execute();
    },
  },
};

/** The state, and the mark that a commit must still find. */
export interface Standing {
  readonly state: ArchiveState;
  readonly batches: number;
  readonly told: LastingBars;
  /** Minutes that later commits put right, the oldest first. */
  readonly waiting: readonly Correction[];
}

/** Bars of a commit that the next one will not tell of again. */
export interface LastingBars {
  readonly finished: readonly Bar[];
  readonly corrected: readonly Bar[];
}

/** Another copy has written; load again and decide again. */
export class ArchiveMoved extends Error {
  override readonly name = "ArchiveMoved";
}

export interface ArchiveStore {
  load(): Promise<Standing>;
  /**
   * Stores ticks, bars and state whole or not at all, and returns where the archive then stands and
   * what is to be told of it.
   * @throws ArchiveMoved when the archive is not where `from` was.
   */
  commit(
    from: Standing,
    effects: ArchiveEffects,
  ): Promise<Standing>;
}

/** Minutes put right in one commit at most: what is left of a feed gone mad comes with the next ones. */
const correctionsPerCommit = 500;

/** The depot is asked where a correction concerns a day that was moved there. */
export function createArchiveStore(
  db: Kysely<ArchiveDatabase>,
  depot: BlockDepot | null = null,
  correctionsMax = correctionsPerCommit,
): ArchiveStore {
  const writer = new BlockHistoryWriter(depot);
  return {
    load: () => load(db),
    async commit(from, effects) {
      const batches = from.batches + 1;
      const { told, waiting } = await db.transaction().execute(async (trx) => {
        const moved = await trx.updateTable("progress")
          .set({ heard_at: effects.state.heardAt, batches })
          .where("id", "=", 1).where("batches", "=", String(from.batches))
          .executeTakeFirst();
        if (moved.numUpdatedRows !== 1n) throw new ArchiveMoved("Another archive has written");
        const history = trx.withSchema(timeseriesSchema) as unknown as Kysely<TimeseriesDatabase>;
        const reader = new BlockHistory(history, depot);
        const again = await finishedBefore(reader, effects.again);
        const finished = effects.bars.filter((bar) =>
          !again.has(minuteKey(bar.symbol, bar.openTime))
        );
        await insertBars(history, finished);
        await writer.appendAll(history, appended(effects));
        await keepSymbols(trx, effects);
        const due = keyed([...from.waiting, ...effects.corrections]);
        const corrections = [...new Map([...due, ...again]).values()];
        const { heardAt } = effects.state;
        const isDue = ({ notBefore }: Correction) => (notBefore ?? 0) <= heardAt;
        const now = corrections.filter(isDue).slice(0, correctionsMax);
        const waiting = corrections.filter(isDue).slice(correctionsMax)
          .concat(corrections.filter((one) => !isDue(one)));
        const told = { finished, corrected: await correctMinutes(history, reader, now) };
        const changed = count(told) + count(from.told) + from.waiting.length + waiting.length;
        if (changed > 0) {
          await trx.updateTable("progress")
            .set({ told: JSON.stringify(told), waiting: JSON.stringify(waiting) })
            .where("id", "=", 1).execute();
        }
        return { told, waiting };
      });
      return { state: effects.state, batches, told, waiting };
    },
  };
}

const keyed = (corrections: readonly Correction[]) =>
  corrections.map((one): [string, Correction] => [minuteKey(one.symbol, one.minute), one]);

const count = ({ finished, corrected }: LastingBars): number => finished.length + corrected.length;

/** A growing block a symbol; the place in the feed, or of a released tick its id, adds it once. */
const appended = ({ ticks, released }: ArchiveEffects) => [
  ...[...ticks].map(([symbol, quotes]) => ({
    series: { symbol, source: liveSource },
    ticks: toTickColumns(quotes),
    batch: null,
  })),
  ...released.map((tick) => ({
    series: { symbol: tick.symbol, source: liveSource },
    ticks: toTickColumns([tick]),
    batch: `released:${tick.releaseId}`,
  })),
];

/** The highest sequence of any quote; 0 when nothing was archived yet. */
export async function lastSequence(db: Kysely<ArchiveDatabase>): Promise<number> {
  const { last } = await db.selectFrom("symbols")
    .select(sql<string | null>`max(greatest(sequence, late_sequence))`.as("last"))
    .executeTakeFirstOrThrow();
  return Number(last ?? 0);
}

async function load(db: Kysely<ArchiveDatabase>): Promise<Standing> {
  const { heard_at, batches, ...rest } = await db.selectFrom("progress").selectAll()
    .executeTakeFirstOrThrow();
  const rows = await db.selectFrom("symbols").selectAll().execute();
  const symbols = new Map(rows.map((row): [string, SymbolState] => [row.symbol, {
    sequence: Number(row.sequence),
    lateSequence: Number(row.late_sequence),
    venueTime: epochMs(Number(row.venue_time)),
    quotes: Number(row.quotes),
    late: Number(row.late),
    finishedUntil: epochMs(Number(row.finished_until)),
    building: row.building as Building | null,
  }]));
  const { told, waiting } = rest;
  const state = { heardAt: epochMs(Number(heard_at)), symbols };
  return { state, batches: Number(batches), told, waiting };
}

async function keepSymbols(
  trx: Kysely<ArchiveDatabase>,
  { changed, state }: ArchiveEffects,
): Promise<void> {
  if (changed.size === 0) return;
  const records = JSON.stringify([...changed].map((symbol) => {
    const { venueTime, finishedUntil, lateSequence, ...rest } = state.symbols.get(symbol)!;
    const renamed = {
      venue_time: venueTime,
      finished_until: finishedUntil,
      late_sequence: lateSequence,
    };
    return { symbol, ...renamed, ...rest };
  }));
  await sql`insert into archive.symbols
      (symbol, sequence, late_sequence, venue_time, quotes, late, finished_until, building)
    select symbol, sequence, late_sequence, venue_time, quotes, late, finished_until, building
    from json_to_recordset(${records}::text::json) as x(symbol text, sequence int8,
      late_sequence int8, venue_time int8, quotes int8, late int8, finished_until int8, building jsonb)
    on conflict (symbol) do update set
      sequence = excluded.sequence, late_sequence = excluded.late_sequence, venue_time = excluded.venue_time, quotes = excluded.quotes,
      late = excluded.late, finished_until = excluded.finished_until,
      building = excluded.building`.execute(trx);
}
