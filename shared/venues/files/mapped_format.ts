/** The format a person describes: columns by name or position, and how times are written. */

import { SourceFileError } from "./source_file.ts";
import type { ColumnKey, ColumnRole, SourceOptions } from "./source_options.ts";
import { type CellsByRole, headerNames, plainName, type TextFormat } from "./text_formats.ts";

type Columns = NonNullable<SourceOptions["columns"]>;

const needed = {
  ticks: ["time", "bid", "ask"],
  bars: ["time", "open", "high", "low", "close"],
} as const;
/** Cells of a line of text that a position may name. */
const textCellsMax = 256;

/** What a row holds, and where. */
export type MappedColumns = Pick<TextFormat, "kind" | "cells" | "sides">;

/** What a file calls its columns, and how many a position may name. */
interface FileColumns {
  readonly names: readonly string[];
  readonly count: number;
}

/**
 * The cells of columns a person names. A name that the file writes another way is found by its
 * letters and digits.
 * @throws SourceFileError for a column that the file has not, or a mapping without prices
 */
export function mappedColumns(path: string, columns: Columns, of: FileColumns): MappedColumns {
  const cells: CellsByRole = {};
  for (const [role, key] of Object.entries(columns) as [ColumnRole, ColumnKey][]) {
    cells[role] = cellOf(path, key, of);
  }
  const kind = cells.open === undefined ? "ticks" : "bars";
  const missing = needed[kind].filter((role) => cells[role] === undefined);
  if (missing.length > 0) {
    throw new SourceFileError(path, `its columns of ${kind} miss ${missing.join(", ")}`);
  }
  return { kind, cells, sides: kind === "bars" ? [{ side: null, cells }] : [] };
}

/** @throws SourceFileError as {@link mappedColumns}, or for a delimiter that is none */
export function mappedFormat(
  path: string,
  firstLine: string,
  options: SourceOptions & { readonly columns: Columns },
): TextFormat {
  const { columns, timeFormat = "iso" } = options;
  const delimiter = options.delimiter ??
    ["\t", ";", ",", "|"].find((one) => firstLine.includes(one)) ?? ",";
  if (delimiter.length !== 1) {
    throw new SourceFileError(path, `a delimiter is one character, not "${delimiter}"`);
  }
  const isNamed = Object.values(columns).some((key) => typeof key === "string");
  const names = isNamed ? headerNames(firstLine, delimiter) : [];
  const mapped = mappedColumns(path, columns, { names, count: textCellsMax });
  return {
    ...mapped,
    format: `csv-${mapped.kind}`,
    delimiter,
    headerLines: options.headerLines ?? (isNamed ? 1 : 0),
    timeFormat,
    clocks: [],
    carries: false,
  };
}

function cellOf(path: string, key: ColumnKey, { names, count }: FileColumns): number {
  if (typeof key === "number") {
    if (Number.isInteger(key) && key >= 0 && key < count) return key;
    throw new SourceFileError(path, `column ${key} is no position from 0 to ${count - 1}`);
  }
  const exact = names.indexOf(key);
  const at = exact >= 0 ? exact : names.map(plainName).indexOf(plainName(key));
  if (at < 0) {
    throw new SourceFileError(path, `it has no column "${key}"; it has ${names.join(", ")}`);
  }
  return at;
}
