/** The readers of files as a source: what an import names is handed to them, and noted. */

import { clockNames, createClock } from "../../../shared/venues/files/clock.ts";
import { detectSource } from "../../../shared/venues/files/detect_source.ts";
import {
  type SourceFile,
  SourceFileError,
  type SourceFormat,
  sourceFormats,
} from "../../../shared/venues/files/source_file.ts";
import {
  type ColumnRole,
  columnRoles,
  type SourceOptions,
  timeFormats,
} from "../../../shared/venues/files/source_options.ts";
import type { Source, SourceRequest } from "./source.ts";

/** Formats of reference series: told by their first line alone. */
const referenceFormats: readonly string[] = ["cftc-cot", "ecb-rates"];
export const formats: readonly string[] = [...sourceFormats, ...referenceFormats];
/** Short names; offsets and zones are clocks too. */
export const clocks: readonly string[] = ["detect", "utc", ...Object.keys(clockNames)];
export { columnRoles, timeFormats };

/** Whether files can be read by a clock of that name. */
export function isClock(name: string): boolean {
  if (name === "detect") return true;
  try {
    createClock(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Names of files passed over that are noted; all are counted. */
const namedMax = 5;

/** @throws SourceFileError, also when there is nothing to read. */
export async function openSource(request: SourceRequest, signal?: AbortSignal): Promise<Source> {
  const { path, format } = request;
  const { files, others, ignored } = await detectSource(path, optionsOf(request), signal);
  const isWanted = (file: { readonly format: string }) => format === null || file.format === format;
  const wanted = files.filter(isWanted);
  const references = others.filter(isWanted);
  const all = [...wanted, ...references];
  if (all.length === 0) {
    const what = format ?? "ticks, bars or reference series";
    throw new SourceFileError(path, `no file of it holds ${what}`);
  }
  const passedOver = [
    ...ignored.filter((one) => one.isUnreadable !== true),
    ...[...files, ...others].filter((file) => !isWanted(file))
      .map((file) => ({ path: file.path, reason: `it is ${file.format}` })),
  ];
  const notes = [
    `${all.length} ${all.length === 1 ? "file" : "files"} of ${
      [...new Set(all.map((file) => file.format))].join(", ")
    }`,
    ...clockNotes(wanted),
  ];
  if (passedOver.length > 0) {
    const named = passedOver.slice(0, namedMax)
      .map((one) => `${one.path.replace(path, "").replace(/^\//, "")} (${one.reason})`);
    notes.push(
      `${passedOver.length} ${passedOver.length === 1 ? "file" : "files"} passed over: ${
        named.join("; ")
      }`,
    );
  }
  const unreadable = ignored.filter((one) => one.isUnreadable === true);
  return { files: wanted, references, unreadable, notes };
}

/** What was read by which clock, and why; files that agree are told of once. */
function clockNotes(files: readonly SourceFile[]): string[] {
  const told = files.filter((file) => file.clock !== undefined);
  const byClock = Map.groupBy(told, ({ clock }) => `clock ${clock!.clock}: ${clock!.why}`);
  return [...byClock].slice(0, namedMax).map(([text, { length }]) => `${text} (${length} files)`);
}

function optionsOf(
  { format, clock, symbol, symbols, columns, csv, skipsUnreadable }: SourceRequest,
): SourceOptions {
  return {
    skipsUnreadable,
    ...(format === null || referenceFormats.includes(format)
      ? {}
      : { format: format as SourceFormat }),
    ...(clock === null ? {} : { clock }),
    ...(symbol === null ? {} : { symbol }),
    ...(symbols === null || symbols === undefined ? {} : { symbols }),
    ...(columns === null
      ? {}
      : { columns: columns as Partial<Record<ColumnRole, string | number>> }),
    ...(csv ?? {}) as Partial<SourceOptions>,
  };
}
