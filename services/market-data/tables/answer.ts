/** The form of an answer: what was asked for, and the answer in it, streamed piece by piece. */

import {
  barsPerPageMax,
  rowsPerFileMax,
  type TableFormat,
  tableFormats,
} from "../../../shared/contracts/http/market_history.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { invalidRequest } from "../../../shared/runtime/request_checks.ts";
import { arrowChunks } from "./arrow.ts";
import { csvChunks } from "./csv.ts";
import { parquetChunks } from "./parquet.ts";
import type { Table } from "./table.ts";

const rowsByDefault = 500;
/** Rows of a piece of a table: a record batch in Arrow, a row group in Parquet. */
const rowsPerPiece = 50_000;

/** Cuts a table of rows into pieces; one where there are none. */
export function* piecesOf(
  rows: number,
  tableOf: (from: number, to: number) => Table,
): Generator<Table> {
  for (let from = 0; from === 0 || from < rows; from += rowsPerPiece) {
    yield tableOf(from, Math.min(rows, from + rowsPerPiece));
  }
}

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

/** Parameters of the next page; `null` on the last. */
export type NextPage = Readonly<Record<string, string>> | null;

export function answerJson(request: Request, text: string, next: NextPage): Response {
  return new Response(text, { headers: headersOf(request, "json", next) });
}

export interface TableAnswer {
  readonly request: Request;
  readonly format: Exclude<TableFormat, "json">;
  /** At least one piece, empty where there are no rows: the columns show even then. */
  readonly tables: Iterable<Table> | AsyncIterable<Table>;
  readonly next: NextPage;
  readonly logger: Logger;
}

/** Each piece is asked for when the one before was taken; none any more when the client is gone. */
export function answerTable({ request, format, tables, next, logger }: TableAnswer): Response {
  const chunks = { csv: csvChunks, arrow: arrowChunks, parquet: parquetChunks }[format](tables);
  const body = ReadableStream.from(told(chunks, request, logger));
  return new Response(body, { headers: headersOf(request, format, next) });
}

/** The status is long sent: what fails now can only be logged, and break the answer off. */
async function* told<T>(
  chunks: AsyncIterable<T>,
  { url }: Request,
  logger: Logger,
): AsyncGenerator<T> {
  try {
    yield* chunks;
  } catch (err) {
    logger.error({ err, url }, "an answer broke off");
    throw err;
  }
}

function headersOf(request: Request, format: TableFormat, next: NextPage): Record<string, string> {
  const type = { "content-type": contentTypeOf(format) };
  return next === null ? type : { ...type, link: `<${nextUrl(request, next)}>; rel="next"` };
}

const contentTypeOf = (format: TableFormat): string =>
  format === "csv" ? `${tableFormats.csv}; charset=utf-8; header=present` : tableFormats[format];

/** Path and query only: the edge in front has a name of its own. */
function nextUrl(request: Request, next: Readonly<Record<string, string>>): string {
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(next)) url.searchParams.set(name, value);
  return url.pathname + url.search;
}
