/**
 * Stores a piece whole or not at all: its rows in history, the rows kept apart, the day's report and
 * how far the import is, in one transaction that the lease must outlive. Repeating it changes nothing.
 */

import { type Kysely, sql } from "kysely";
import type { TimeseriesDatabase } from "../../../shared/timeseries/database.ts";
import type { BarSeries, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History, HistoryWriter } from "../../../shared/timeseries/history.ts";
import type { Before } from "../checks/check_columns.ts";
import { countRows } from "../imports/count_rows.ts";
import { expectHeld, held, type Lease } from "../imports/import_store.ts";
import type { PipelineDatabase } from "../imports/tables.ts";
import type { DayQuality } from "../quality/day_quality.ts";
import { type HeldRow, keepRows, releasedAmong } from "../quarantine/quarantine_store.ts";
import type { Decided } from "./check_piece.ts";
import type { Piece } from "./piece.ts";
import { rangesUnread } from "./ranges_read.ts";
import {
  joinRows,
  pickRows,
  type Rows,
  type RowSlice,
  rowsOf,
  rowsOfBars,
  rowsOfTicks,
  toBars,
  toTicks,
} from "./rows.ts";

export interface PieceStore {
  readonly db: Kysely<PipelineDatabase>;
  readonly writer: HistoryWriter;
  /** The tables of history, in the same transaction. */
  history(trx: Kysely<PipelineDatabase>): Kysely<TimeseriesDatabase>;
  /** Reads them there. */
  reader(history: Kysely<TimeseriesDatabase>): History;
  /** Told of rows and files that belong to no day, once they are kept. */
  onLoose(source: string, rows: readonly HeldRow[]): void;
}

export interface StoredPiece {
  readonly lease: Lease;
  readonly source: string;
  readonly piece: Piece;
  readonly decided: Decided;
  /** Where a restart goes on. */
  readonly nextFile: number;
  readonly carry: Readonly<Record<string, Carried>>;
}

/** What is remembered of a series between two pieces. */
export interface Carried {
  readonly before: Before | null;
  readonly median: number;
  readonly day: string;
}

/** @throws LeaseLost */
export async function storePiece(store: PieceStore, stored: StoredPiece): Promise<DayQuality> {
  const { lease, source } = stored;
  return await store.db.transaction().execute(async (trx) => {
    // Before history is touched, in which a release puts its row only once it has marked it.
    const { held: rows } = stored.decided;
    await keepRows(trx, { importId: lease.importId, source, rows });
    const decided = letIn(stored.decided, await releasedAmong(trx, source, rows));
    const bytesStored = await putRows(store, trx, { ...stored, decided });
    const quality: DayQuality = { ...decided.quality, bytesStored };
    await putDay(trx, stored, quality);
    await expectHeld(
      trx.updateTable("imports").set({
        next_file: stored.nextFile,
        carry: JSON.stringify(stored.carry),
        rows_read: more("rows_read", quality.rowsRead),
        rows_stored: more("rows_stored", quality.rowsStored),
        rows_quarantined: more("rows_quarantined", quality.rowsQuarantined),
        rows_flagged: more("rows_flagged", quality.rowsFlagged),
      }).where(held(lease)).executeTakeFirst(),
      lease,
    );
    return quality;
  });
}

/** What was released since the load began is stored with the rest. */
function letIn(decided: Decided, released: readonly HeldRow[]): Decided {
  const rows = released.filter(({ columns }) => columns !== null);
  if (rows.length === 0) return decided;
  const slices = [
    decided.rows,
    ...rows.map(({ columns, kind }) => rowsOf(columns!, kind as "ticks" | "bars")),
  ];
  const all = joinRows(slices.map((rows) => ({ rows, from: 0, to: rows.length })));
  const { quality } = decided;
  const quarantined = { ...quality.quarantined };
  for (const reason of rows.flatMap(({ reasons }) => reasons)) {
    quarantined[reason] = (quarantined[reason] ?? 0) - 1;
    if (quarantined[reason]! <= 0) delete quarantined[reason];
  }
  return {
    ...decided,
    rows: pickRows(all, Int32Array.from({ length: all.length }, (_, place) => place)),
    held: decided.held.filter((row) => !rows.includes(row)),
    quality: {
      ...quality,
      rowsStored: quality.rowsStored + rows.length,
      rowsFlagged: quality.rowsFlagged + rows.length,
      rowsQuarantined: quality.rowsQuarantined - rows.length,
      quarantined,
    },
  };
}

const more = (column: string, count: number) =>
  sql<string>`${sql.ref(column)} + ${String(count)}::int8`;

async function putRows(
  store: PieceStore,
  trx: Kysely<PipelineDatabase>,
  { source, piece, decided }: StoredPiece,
): Promise<number> {
  const { symbol, kind } = piece.series;
  // A piece of which every row was kept apart takes nothing away from what was there.
  if (decided.rows.length === 0) return 0;
  const history = store.history(trx);
  const { side, intervalMs } = piece.series;
  const { range, unread } = rangesUnread(decided.ranges, decided.rows, intervalMs);
  const reader = unread.length === 0 ? null : store.reader(history);
  if (kind === "ticks") {
    const series = { symbol, source };
    const stored = reader === null ? [] : await Array.fromAsync(reader.ticks(series, range));
    const ticks = only(withKept(decided.rows, stored.map(rowsOfTicks), unread));
    return (await store.writer.replaceTicks(history, { series, range, ticks })).bytes;
  }
  const series: BarSeries = { symbol, source, side: side!, intervalMs };
  const stored = reader === null ? [] : await Array.fromAsync(reader.bars(series, range));
  const bars = toBars(withKept(decided.rows, stored.map(rowsOfBars), unread));
  return (await store.writer.replaceBars(history, { series, range, bars })).bytes;
}

/** A piece's rows, and among them what was stored before of the time that could not be read. */
function withKept(rows: Rows, stored: readonly Rows[], unread: readonly TimeRange[]): Rows {
  const slices: RowSlice[] = [{ rows, from: 0, to: rows.length }];
  let at = 0;
  for (const piece of stored) {
    for (let from = 0, to = 0; from < piece.length; from = to) {
      const time = piece.time[from]!;
      while (at < unread.length && unread[at]!.to <= time) at++;
      const isKept = at < unread.length && unread[at]!.from <= time;
      const until = unread[at] === undefined ? Infinity : unread[at]![isKept ? "to" : "from"];
      while (to < piece.length && piece.time[to]! < until) to++;
      if (isKept) slices.push({ rows: piece, from, to });
    }
  }
  if (slices.length === 1) return rows;
  const all = joinRows(slices);
  return pickRows(all, Int32Array.from({ length: all.length }, (_, place) => place));
}

async function* only(rows: Rows) {
  yield await Promise.resolve(toTicks(rows));
}

/** Once: the day and what is carried beyond it are stored together, so no import stores it again. */
async function putDay(
  trx: Kysely<PipelineDatabase>,
  { lease, source, piece, decided }: StoredPiece,
  quality: DayQuality,
): Promise<void> {
  await trx.insertInto("days").values({
    import_id: lease.importId,
    symbol: piece.series.symbol,
    source,
    kind: piece.series.kind,
    side: piece.series.side ?? "",
    interval_ms: String(piece.series.intervalMs),
    day: piece.day,
    rows_read: quality.rowsRead,
    rows_stored: quality.rowsStored,
    rows_quarantined: quality.rowsQuarantined,
    rows_flagged: quality.rowsFlagged,
    median_points: decided.median === 0 ? null : decided.median,
    report: JSON.stringify(quality),
  }).execute();
}

/** Rows without a day: of files that hold no row of any, and whole files. */
export async function storeLoose(
  store: PieceStore,
  of: { lease: Lease; source: string; rows: readonly HeldRow[] },
): Promise<void> {
  const { lease, source, rows } = of;
  await store.db.transaction().execute(async (trx) => {
    await keepRows(trx, { importId: lease.importId, source, rows });
    await countRows(trx, lease, 0);
  });
  store.onLoose(source, rows);
}

/** Median mid of the symbol's nearest loaded day, at most ten days away, in points. */
export async function nearestMedian(
  db: Kysely<PipelineDatabase>,
  symbol: string,
  day: string,
): Promise<number | null> {
  const { rows } = await sql<{ median_points: number }>`select median_points from pipeline.days
    where symbol = ${symbol} and median_points is not null and interval_ms < 3600000
      and day between (${day}::date - 10)::text and (${day}::date + 10)::text
    order by abs(day::date - ${day}::date), import_id desc limit 1`.execute(db);
  return rows[0]?.median_points ?? null;
}
