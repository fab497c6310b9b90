/**
 * Parquet files of ticks or bars, a row group at a time. Columns are found by the names that text
 * files use, or as the caller says; a timestamp is UTC unless a clock is asked for.
 */

import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { epochMs } from "../../domain/time.ts";
import { intervalInName } from "./bar_interval.ts";
import { createClock } from "./clock.ts";
import { type MappedColumns, mappedColumns } from "./mapped_format.ts";
import { epochOf } from "./parquet_values.ts";
import { ParquetBars, ParquetTicks, type ParquetValues } from "./parquet_rows.ts";
import { type BarChunk, type SourceFile, SourceFileError, type TickChunk } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";
import { agreedInstrument, sideInName } from "./symbol_in_name.ts";
import { formatOfHeader, plainName } from "./text_formats.ts";

/** Rows of one row group: the usual writers stay at or below a million. */
const groupRowsMax = 4_194_304;
/** Bytes of one row group's columns, inflated. */
const groupBytesMax = 1024 ** 3;
/** Rows handed on at once. */
const chunkRows = 16_384;

/** Times as epoch milliseconds; days at midnight. */
const parsers = {
  timestampFromMilliseconds: (millis: bigint) => Number(millis),
  timestampFromMicroseconds: (micros: bigint) => Math.floor(Number(micros) / 1e3),
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1_000_000n),
  dateFromDays: (days: number) => days * 86_400_000,
};

interface ParquetOf {
  readonly path: string;
  readonly bytes: number;
  readonly metadata: FileMetaData;
  readonly format: MappedColumns;
  /** Names as the file has them, by cell. */
  readonly names: readonly string[];
}

/**
 * The Parquet file at a path, `null` where its columns are those of no file of history, or why it
 * is not of the format that is asked for.
 * @throws SourceFileError
 */
export async function parquetFile(
  path: string,
  bytes: number,
  options: SourceOptions = {},
): Promise<SourceFile | string | null> {
  const metadata = await readMetadata(path);
  const elements = parquetSchema(metadata).children.map((child) => child.element);
  const names = elements.map((element) => element.name);
  const format = formatOf(path, names, options);
  if (format === null) return null;
  if (options.format !== undefined && options.format !== `parquet-${format.kind}`) {
    return `its columns are those of parquet-${format.kind}, not ${options.format}`;
  }
  const instrument = agreedInstrument(path, { symbol: options.symbol, innerName: null });
  if (instrument === null && (format.kind === "bars" || format.cells.symbol === undefined)) {
    throw new SourceFileError(path, "neither a column nor its name tells a listed symbol");
  }
  const of: ParquetOf = { path, bytes, metadata, format, names };
  const { clock: asked, priceDecimals = null } = options;
  const isAsked = asked !== undefined && asked !== "detect";
  const base = {
    path,
    bytes,
    from: epochMs(firstTime(of)),
    ...(isAsked ? { clock: { clock: asked, why: "as asked" } } : {}),
  };
  const timeOfDayPerMs = unitOf(elements[format.cells.timeOfDay ?? -1]);
  const shared = { path, priceDecimals, cells: format.cells, timeOfDayPerMs };
  const clock = () => createClock(isAsked ? asked : "utc");
  if (format.kind === "ticks") {
    const rows = () => new ParquetTicks({ ...shared, instrument, clock: clock() });
    const read = (signal?: AbortSignal) => readGroups<TickChunk>(of, rows(), signal);
    return { ...base, kind: "ticks", format: "parquet-ticks", read };
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
    new ParquetBars({ ...shared, instrument: instrument!, clock: clock(), sides, intervalMs });
  const read = (signal?: AbortSignal) => readGroups<BarChunk>(of, rows(), signal);
  return { ...base, kind: "bars", format: "parquet-bars", read };
}

/** The least time its statistics tell, where they do, and a day less for a clock ahead of UTC. */
function firstTime({ metadata, names, format }: ParquetOf): number {
  const name = names[format.cells.time!];
  let least = Infinity;
  for (const { columns } of metadata.row_groups) {
    const meta = columns.find((one) => one.meta_data?.path_in_schema[0] === name)?.meta_data;
    const min: unknown = meta?.statistics?.min_value;
    if (typeof min !== "number" && typeof min !== "bigint") return 0;
    least = Math.min(least, epochOf(Number(min)));
  }
  return Number.isFinite(least) ? Math.max(0, least - 86_400_000) : 0;
}

/** How many of a time of day's unit make a millisecond; `null` for a column of another type. */
function unitOf(element: SchemaElement | undefined): number | null {
  const { converted_type: converted, logical_type: logical } = element ?? {};
  if (logical?.type === "TIME") return { MILLIS: 1, MICROS: 1e3, NANOS: 1e6 }[logical.unit];
  if (converted === "TIME_MILLIS") return 1;
  return converted === "TIME_MICROS" ? 1e3 : null;
}

async function readMetadata(path: string): Promise<FileMetaData> {
  let metadata;
  try {
    metadata = await parquetMetadataAsync(await asyncBufferFromFile(path), { parsers });
  } catch (cause) {
    throw new SourceFileError(path, "it is not Parquet, or is cut off", { cause });
  }
  for (const [at, group] of metadata.row_groups.entries()) {
    const bytes = Number(group.total_byte_size);
    if (Number(group.num_rows) > groupRowsMax || bytes > groupBytesMax) {
      const fault = `row group ${at} has ${group.num_rows} rows and inflates to ${bytes} bytes; ` +
        `write it in groups of a million rows`;
      throw new SourceFileError(path, fault);
    }
  }
  return metadata;
}

function formatOf(
  path: string,
  names: readonly string[],
  { columns }: SourceOptions,
): MappedColumns | null {
  if (columns !== undefined) {
    return mappedColumns(path, columns, { names, count: names.length });
  }
  return formatOfHeader(names.map(plainName), { delimiter: ",", isMetaTrader: false });
}

interface GroupRows<Chunk> {
  take(
    values: ParquetValues,
    rows: { from: number; to: number; firstRow: number },
    bytesRead: number,
  ): Chunk[];
}

async function* readGroups<Chunk>(
  of: ParquetOf,
  reader: GroupRows<Chunk>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk> {
  const { path, metadata, format, names } = of;
  const wanted = [format.cells, ...format.sides.map((side) => side.cells)]
    .flatMap((cells) => Object.values(cells));
  const columns = [...new Set(wanted)].map((cell) => names[cell]!);
  const file = await asyncBufferFromFile(path);
  const count = Number(metadata.num_rows);
  let firstRow = 1;
  for (const group of metadata.row_groups) {
    signal?.throwIfAborted();
    const length = Number(group.num_rows);
    const range = { rowStart: firstRow - 1, rowEnd: firstRow - 1 + length };
    const values: (ArrayLike<unknown> | undefined)[] = names.map(() => undefined);
    try {
      const scan = await parquetScan({ file, metadata, columns, compressors, parsers, ...range });
      for (const column of columns) {
        values[names.indexOf(column)] = await scan.readColumn({ column, ...range });
      }
    } catch (cause) {
      throw new SourceFileError(path, "its pages are corrupt, or it is cut off", {
        cause,
        row: firstRow,
      });
    }
    for (let from = 0; from < length; from += chunkRows) {
      const to = Math.min(length, from + chunkRows);
      const bytesRead = Math.round((of.bytes * (firstRow - 1 + to)) / count);
      yield* reader.take(values, { from, to, firstRow: firstRow + from }, bytesRead);
    }
    firstRow += length;
  }
}
