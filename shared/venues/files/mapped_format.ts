/** The text format a person describes: columns by name or position, and how times are written. */

import { SourceFileError } from "./source_file.ts";
import type { ColumnKey, ColumnRole, SourceOptions } from "./source_options.ts";
import { type CellsByRole, headerNames, plainName, type TextFormat } from "./text_formats.ts";

const needed = { ticks: ["time", "bid", "ask"], bars: ["time", "open", "high", "low", "close"] };

/** @throws SourceFileError for a column that the file has not, or a mapping without prices */
export function mappedFormat(
  path: string,
  firstLine: string,
  options: SourceOptions & { readonly columns: NonNullable<SourceOptions["columns"]> },
): TextFormat {
  const { columns, timeFormat = "iso" } = options;
  const delimiter = options.delimiter ??
    ["\t", ";", ",", "|"].find((one) => firstLine.includes(one)) ?? ",";
  if (delimiter.length !== 1) {
    throw new SourceFileError(path, `a delimiter is one character, not "${delimiter}"`);
  }
  const keys = Object.entries(columns) as [ColumnRole, ColumnKey][];
  const isNamed = keys.some(([, key]) => typeof key === "string");
  const header = isNamed ? headerNames(firstLine, delimiter) : [];
  const cells: CellsByRole = {};
  for (const [role, key] of keys) cells[role] = cellOf(path, header, key);
  const kind = cells.open === undefined ? "ticks" : "bars";
  const missing = needed[kind].filter((role) => cells[role as ColumnRole] === undefined);
  if (missing.length > 0) {
    throw new SourceFileError(path, `its columns of ${kind} miss ${missing.join(", ")}`);
  }
  return {
    format: kind === "ticks" ? "csv-ticks" : "csv-bars",
    kind,
    delimiter,
    headerLines: options.headerLines ?? (isNamed ? 1 : 0),
    cells,
    sides: kind === "bars" ? [{ side: null, cells }] : [],
    timeFormat,
    clocks: [],
    carries: false,
  };
}

function cellOf(path: string, header: readonly string[], key: ColumnKey): number {
  if (typeof key === "number") {
    if (Number.isInteger(key) && key >= 0 && key < 256) return key;
    throw new SourceFileError(path, `column ${key} is no position from 0 to 255`);
  }
  const at = header.indexOf(plainName(key));
  if (at < 0) {
    throw new SourceFileError(path, `it has no column "${key}"; it has ${header.join(", ")}`);
  }
  return at;
}
