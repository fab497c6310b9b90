/**
 * Arrow IPC of ticks or bars, as a stream or as a file (Feather), a record batch at a time, packed or
 * not. Columns of numbers, times and text, also of text in a dictionary.
 */

import { type Column, type DataType, tableFromIPC, TimeUnit, Type } from "@uwdata/flechette";
import { type ArrowMessage, ArrowMessages } from "./arrow_messages.ts";
import { setCodecs } from "./arrow_codecs.ts";
import { columnFile, type ColumnPiece } from "./column_file.ts";
import { epochOf, msOf } from "./column_values.ts";
import { type SourceFile, SourceFileError } from "./source_file.ts";
import type { SourceOptions } from "./source_options.ts";

/** Dictionaries of a file, together: they are held while its batches are read. */
const dictionaryBytesMax = 64 * 1024 ** 2;

interface ArrowSchema {
  readonly message: ArrowMessage;
  readonly names: readonly string[];
  readonly types: readonly DataType[];
}

/** As {@link columnFile}. @throws SourceFileError */
export async function arrowFile(
  path: string,
  bytes: number,
  options: SourceOptions = {},
): Promise<SourceFile | string | null> {
  const { names, types } = await readSchema(path);
  const pieces = (cells: readonly number[], signal?: AbortSignal) =>
    readBatches(path, cells, signal);
  return await columnFile({
    path,
    bytes,
    type: "arrow",
    names,
    timeOfDayPerMs: (cell) => perMsOf(types[cell]),
    firstTime: (cell) => firstTime(pieces([cell]), cell),
    pieces,
  }, options);
}

/** Of the first batch's first row; what is wrong with it is told when it is read. */
async function firstTime(pieces: AsyncIterable<ColumnPiece>, cell: number): Promise<number> {
  try {
    for await (const { values, length } of pieces) {
      if (length > 0) return epochOf(Number(values[cell]![0])) || 0;
    }
  } catch (error) {
    if (!(error instanceof SourceFileError)) throw error;
  }
  return 0;
}

/** Of a time of day; `null` for a column of another type. */
function perMsOf(type: DataType | undefined): number | null {
  if (type?.typeId !== Type.Time) return null;
  return {
    [TimeUnit.SECOND]: 1e-3,
    [TimeUnit.MILLISECOND]: 1,
    [TimeUnit.MICROSECOND]: 1e3,
    [TimeUnit.NANOSECOND]: 1e6,
  }[(type as unknown as { unit: number }).unit]!;
}

async function readSchema(path: string): Promise<ArrowSchema> {
  using messages = await ArrowMessages.open(path);
  return await nextSchema(path, messages);
}

async function nextSchema(path: string, messages: ArrowMessages): Promise<ArrowSchema> {
  const message = await messages.next();
  if (message?.kind !== "schema") throw new SourceFileError(path, "it begins with no schema");
  let fields;
  try {
    ({ fields } = tableFromIPC([message.bytes]).schema);
  } catch (cause) {
    throw new SourceFileError(path, "its schema is corrupt", { cause });
  }
  return {
    message,
    names: fields.map((field) => field.name),
    types: fields.map((field) => field.type as DataType),
  };
}

async function* readBatches(
  path: string,
  cells: readonly number[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ColumnPiece> {
  using messages = await ArrowMessages.open(path);
  const schema = await nextSchema(path, messages);
  for (const cell of cells) checkPlain(path, schema, cell);
  setCodecs();
  const dictionaries: Uint8Array[] = [];
  let dictionaryBytes = 0;
  let firstRow = 1;
  let before = messages.place;
  for (let batch = 1;;) {
    signal?.throwIfAborted();
    const message = await messages.next();
    if (message === null) return;
    const fail = (fault: string, cause?: unknown) =>
      new SourceFileError(path, `batch ${batch} ${fault}`, { cause, row: firstRow });
    if (message.kind === "schema") throw fail("is a second schema");
    if (message.kind === "dictionary") {
      dictionaryBytes += message.bytes.length;
      if (dictionaryBytes > dictionaryBytesMax) {
        throw fail(`has dictionaries of more than ${dictionaryBytesMax} bytes before it`);
      }
      dictionaries.push(message.bytes);
      continue;
    }
    const { rows: length } = message;
    const values: (ArrayLike<unknown> | undefined)[] = schema.names.map(() => undefined);
    try {
      const parts = [schema.message.bytes, ...dictionaries, message.bytes];
      const table = tableFromIPC(parts, { useBigInt: true });
      for (const cell of cells) values[cell] = valuesOf(table.getChildAt(cell), length);
    } catch (cause) {
      throw fail(`of ${length} rows is corrupt`, cause);
    }
    yield { values, length, firstRow, bytes: [before, messages.place] };
    firstRow += length;
    before = messages.place;
    batch++;
  }
}

/** @throws RangeError where its buffers hold fewer values than the batch says it has rows. */
function valuesOf(column: Column<unknown>, length: number): ArrayLike<unknown> {
  const values = column.length === length ? timesOf(column) ?? column.toArray() : [];
  if (values.length === length) return values;
  throw new RangeError(`${column.length} values are not those of ${length} rows`);
}

/** Timestamps finer than milliseconds; the library would round their last digits. */
function timesOf(column: Column<unknown>): (number | null)[] | null {
  const { typeId, unit } = column.type as unknown as { typeId: number; unit: number };
  if (typeId !== Type.Timestamp || unit < TimeUnit.MICROSECOND) return null;
  const perMs = unit === TimeUnit.MICROSECOND ? 1_000n : 1_000_000n;
  return column.data.flatMap((batch) => {
    const counts = batch.values as unknown as BigInt64Array;
    return Array.from(
      { length: Math.min(batch.length, counts.length) },
      (_, at) => batch.at(at) === null ? null : msOf(counts[at]!, perMs),
    );
  });
}

/** @throws SourceFileError for a column that no value can be read of. */
function checkPlain(path: string, { names, types }: ArrowSchema, cell: number): void {
  const plain: readonly number[] = [
    ...[Type.Int, Type.Float, Type.Decimal, Type.Timestamp, Type.Date, Type.Time],
    ...[Type.Utf8, Type.LargeUtf8, Type.Utf8View],
  ];
  const type = types[cell]! as DataType & { readonly dictionary?: DataType };
  const { typeId } = type.dictionary ?? type;
  if (plain.includes(typeId)) return;
  const name = Object.entries(Type).find(([, id]) => id === typeId)?.[0] ?? typeId;
  const fault = `its column ${names[cell]} is of type ${name}; expected numbers, times or text`;
  throw new SourceFileError(path, fault);
}
