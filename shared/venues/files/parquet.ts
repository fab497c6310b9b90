/** Parquet files of ticks or bars, a row group at a time. */

import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { compressors as unbounded } from "hyparquet-compressors";
import { columnFile, type ColumnPiece } from "./column_file.ts";
import { epochOf, msOf } from "./column_values.ts";
import { type SourceFile, SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";

/** Rows of one row group: the usual writers stay at or below a million. */
const groupRowsMax = 4_194_304;
/** Bytes of one row group's columns, inflated. */
const groupBytesMax = 1024 ** 3;

/** Bytes of one page, inflated: writers give a megabyte, some a hundred. */
const pageBytesMax = 256 * 1024 ** 2;

/** A page states how long it is inflated, and room is made for that before a byte of it is seen. */
const compressors: Compressors = Object.fromEntries(
  Object.entries(unbounded).map((
    [codec, inflate],
  ) => [codec, (page: Uint8Array, length: number) => {
    if (length <= pageBytesMax) return inflate(page, length);
    throw new RangeError(`A page of ${length} bytes is beyond any`);
  }]),
);

/** Times as epoch milliseconds; days at midnight. */
const parsers = {
  timestampFromMilliseconds: (millis: bigint) => Number(millis),
  timestampFromMicroseconds: (micros: bigint) => msOf(micros, 1_000n),
  timestampFromNanoseconds: (nanos: bigint) => msOf(nanos, 1_000_000n),
  dateFromDays: (days: number) => days * 86_400_000,
};

interface ParquetOf {
  readonly path: string;
  readonly bytes: number;
  readonly metadata: FileMetaData;
  readonly names: readonly string[];
  readonly elements: readonly SchemaElement[];
}

/** As {@link columnFile}. @throws SourceFileError */
export async function parquetFile(
  path: string,
  bytes: number,
  options: SourceOptions = {},
): Promise<SourceFile | string | null> {
  const metadata = await readMetadata(path);
  const elements = parquetSchema(metadata).children.map((child) => child.element);
  const names = elements.map((element) => element.name);
  const of: ParquetOf = { path, bytes, metadata, names, elements };
  return await columnFile({
    path,
    bytes,
    type: "parquet",
    names,
    timeOfDayPerMs: (cell) => unitOf(elements[cell]),
    firstTime: (cell) => firstTime(of, names[cell]!),
    pieces: (cells, signal) => readGroups(of, cells, signal),
  }, options);
}

/** The least time its statistics tell, where they do. */
function firstTime({ metadata }: ParquetOf, name: string): number {
  let least = Infinity;
  for (const { columns } of metadata.row_groups) {
    const meta = columns.find((one) => one.meta_data?.path_in_schema[0] === name)?.meta_data;
    const min: unknown = meta?.statistics?.min_value;
    if (typeof min !== "number" && typeof min !== "bigint") return 0;
    least = Math.min(least, epochOf(Number(min)));
  }
  return Number.isFinite(least) ? least : 0;
}

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

/** @throws SourceFileError for a column that no value can be read of. */
function checkPlain(path: string, { name, num_children, repetition_type }: SchemaElement): void {
  if ((num_children ?? 0) === 0 && repetition_type !== "REPEATED") return;
  const fault = `its column ${name} is nested; expected numbers, times or text`;
  throw new SourceFileError(path, fault);
}

async function* readGroups(
  { path, bytes, metadata, names, elements }: ParquetOf,
  cells: readonly number[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ColumnPiece> {
  for (const cell of cells) checkPlain(path, elements[cell]!);
  const columns = cells.map((cell) => names[cell]!);
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
    const after = firstRow - 1 + length;
    yield {
      values,
      length,
      firstRow,
      bytes: [bytes * (firstRow - 1) / count, bytes * after / count],
    };
    firstRow += length;
  }
}
