/** The form of an answer: what was asked for, and the answer in it, streamed piece by piece. */

import {
  barsPerPageMax,
  rowsPerFileMax,
  type TableFormat,
  tableFormats,
} from "../../../shared/contracts/http/market_history.ts";
import { invalidRequest } from "../../../shared/runtime/request_checks.ts";
import { arrowChunks } from "./arrow.ts";
import { csvChunks } from "./csv.ts";
import { parquetChunks } from "./parquet.ts";
import type { Table } from "./table.ts";

const rowsByDefault = 500;
/** Rows of a piece of a table: a record batch in Arrow, a row group in Parquet. */
export const rowsPerPiece = 50_000;

/** `?format=`, else the first form that `Accept` names, else JSON. */
export function formatOf(request: Request, named: TableFormat | undefined): TableFormat {
  if (named !== undefined) return named;
  const accept = request.headers.get("accept") ?? "";
  const names = Object.keys(tableFormats) as TableFormat[];
  for (const part of accept.slice(0, acceptCharsMax).split(",")) {
    const type = part.split(";")[0]!.trim().toLowerCase();
    const format = names.find((name) => tableFormats[name] === type);
    if (format !== undefined) return format;
  }
  return "json";
}

const acceptCharsMax = 1_000;

/** @throws Problem `invalid_request` for more rows than the form takes. */
export function rowLimit(format: TableFormat, asked: number | undefined): number {
  const most = format === "json" ? barsPerPageMax : rowsPerFileMax;
  if (asked !== undefined && asked > most) {
    throw invalidRequest([{ path: "query.limit", message: `At most ${most} rows as ${format}` }]);
  }
  return asked ?? rowsByDefault;
}

export interface TableAnswer {
  readonly request: Request;
  readonly format: TableFormat;
  /** JSON text of the whole. */
  json(): string;
  /** At least one piece, empty where there are no rows: the columns show even then. */
  tables(): Iterable<Table>;
  /** Parameters of the next page; `null` on the last. */
  readonly next: Readonly<Record<string, string>> | null;
}

export function answerTable({ request, format, json, tables, next }: TableAnswer): Response {
  const headers: Record<string, string> = { "content-type": contentTypeOf(format) };
  if (next !== null) headers.link = `<${nextUrl(request, next)}>; rel="next"`;
  if (format === "json") return new Response(json(), { headers });
  const chunks = { csv: csvChunks, arrow: arrowChunks, parquet: parquetChunks }[format](tables());
  return new Response(ReadableStream.from(chunks), { headers });
}

const contentTypeOf = (format: TableFormat): string =>
  format === "csv" ? `${tableFormats.csv}; charset=utf-8; header=present` : tableFormats[format];

/** Path and query only: the edge in front has a name of its own. */
function nextUrl(request: Request, next: Readonly<Record<string, string>>): string {
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(next)) url.searchParams.set(name, value);
  return url.pathname + url.search;
}
