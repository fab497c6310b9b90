/**
 * Files of named columns: Parquet and Arrow. Columns are found by the names that text files use, or as
 * the caller says; a timestamp is UTC unless a clock is asked for.
 */

import { epochMs } from "../../domain/time.ts";
import { intervalInName } from "./bar_interval.ts";
import { createClock } from "./clock.ts";
import { ColumnBars, ColumnTicks, type ColumnValues } from "./column_rows.ts";
import { type MappedColumns, mappedColumns } from "./mapped_format.ts";
import { type BarChunk, type SourceFile, SourceFileError, type TickChunk } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";
import { agreedInstrument, sideInName } from "./symbol_in_name.ts";
import { formatOfHeader, plainName } from "./text_formats.ts";

/** Rows handed on at once. */
const chunkRows = 16_384;

/** A piece of a file: the columns that are looked at, by cell. */
export interface ColumnPiece {
  readonly values: ColumnValues;
  readonly length: number;
  /** Number of its first row in the file, from 1. */
  readonly firstRow: number;
  /** Of the file, before the piece and at its end. */
  readonly bytes: readonly [before: number, after: number];
}

export interface ColumnFile {
  readonly path: string;
  readonly bytes: number;
  readonly type: "parquet" | "arrow";
  /** Names as the file has them, by cell. */
  readonly names: readonly string[];
  /** How many of a time of day's unit make a millisecond; `null` for a column of another type. */
  timeOfDayPerMs(cell: number): number | null;
  /** The first time of a column, epoch milliseconds; 0 where it cannot be had cheaply. */
  firstTime(cell: number): number | Promise<number>;
  /** The pieces of these columns, one after another. @throws SourceFileError */
  pieces(cells: readonly number[], signal: AbortSignal | undefined): AsyncIterable<ColumnPiece>;
}

/**
 * What a file holds, `null` where its columns are those of no file of history, or why it is not of
 * the format that is asked for.
 * @throws SourceFileError
 */
export async function columnFile(
  of: ColumnFile,
  options: SourceOptions,
): Promise<SourceFile | string | null> {
  const { path, bytes, type } = of;
  // A library gives what a broken file says, whatever its types promise.
  if (of.names.some((name) => typeof name !== "string")) {
    throw new SourceFileError(path, "its schema is corrupt: a column has no name");
  }
  const format = formatOf(of, options);
  if (format === null) return null;
  if (options.format !== undefined && options.format !== `${type}-${format.kind}`) {
    return `its columns are those of ${type}-${format.kind}, not ${options.format}`;
  }
  const instrument = agreedInstrument(path, { ...options, innerName: null });
  if (instrument === null && (format.kind === "bars" || format.cells.symbol === undefined)) {
    throw new SourceFileError(path, "neither a column nor its name tells a listed symbol");
  }
  const { clock: asked, priceDecimals = null, symbols } = options;
  const isAsked = asked !== undefined && asked !== "detect";
  const base = {
    path,
    bytes,
    // A clock may be ahead of UTC by most of a day.
    from: epochMs(Math.max(0, await of.firstTime(format.cells.time!) - 86_400_000)),
    ...(isAsked ? { clock: { clock: asked, why: "as asked" } } : {}),
  };
  const timeOfDayPerMs = of.timeOfDayPerMs(format.cells.timeOfDay ?? -1);
  const shared = { path, priceDecimals, symbols, cells: format.cells, timeOfDayPerMs };
  const clock = () => createClock(isAsked ? asked : "utc");
  if (format.kind === "ticks") {
    const rows = () => new ColumnTicks({ ...shared, instrument, clock: clock() });
    const read = (signal?: AbortSignal) =>
      readPieces<TickChunk>(of, { format, rows: rows() }, signal);
    return { ...base, kind: "ticks", format: `${type}-ticks`, read };
  }
  const intervalMs = options.intervalMs ?? intervalInName(path);
  if (intervalMs === null) {
    throw new SourceFileError(path, "neither its name nor an option tells how long its bars are");
  }
  const sides = format.sides.map(({ side, cells }) => ({
    side: options.side ?? side ?? sideInName(path),
    cells,
  }));
  const rows = () =>
    new ColumnBars({ ...shared, instrument: instrument!, clock: clock(), sides, intervalMs });
  const read = (signal?: AbortSignal) => readPieces<BarChunk>(of, { format, rows: rows() }, signal);
  const told = sides.map(({ side }) => side);
  return { ...base, kind: "bars", sides: told, format: `${type}-bars`, read };
}

function formatOf(
  { path, names }: ColumnFile,
  { columns }: SourceOptions,
): MappedColumns | null {
  if (columns !== undefined) {
    return mappedColumns(path, columns, { names, count: names.length });
  }
  return formatOfHeader(names.map(plainName), { delimiter: ",", isMetaTrader: false });
}

interface PieceRows<Chunk> {
  take(
    values: ColumnValues,
    rows: { from: number; to: number; firstRow: number },
    bytesRead: number,
  ): Chunk[];
}

async function* readPieces<Chunk>(
  of: ColumnFile,
  { format, rows }: { format: MappedColumns; rows: PieceRows<Chunk> },
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk> {
  const cells = [format.cells, ...format.sides.map((side) => side.cells)]
    .flatMap((one) => Object.values(one));
  for await (const piece of of.pieces([...new Set(cells)], signal)) {
    const { values, length, firstRow, bytes: [before, after] } = piece;
    for (let from = 0; from < length; from += chunkRows) {
      const to = Math.min(length, from + chunkRows);
      const bytesRead = Math.round(before + (after - before) * to / length);
      yield* rows.take(values, { from, to, firstRow: firstRow + from }, bytesRead);
    }
  }
}
