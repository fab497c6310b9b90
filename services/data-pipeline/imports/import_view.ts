/** Imports as clients read them. */

import type { z } from "@hono/zod-openapi";
import type { importView } from "../../../shared/contracts/http/data_pipeline.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type {
  Downloaded,
  DownloadRequest,
  ImportError,
  ImportRequest,
  ImportRow,
} from "./import_store.ts";

export type ImportView = z.infer<typeof importView>;

export const instantText = (at: string | number | null): string | null =>
  at === null ? null : toRfc3339(epochMs(Number(at)));

export function toImportView(row: ImportRow): ImportView {
  const request = row.request as ImportRequest;
  const bytesDone = Number(row.bytes_done);
  const bytesTotal = Number(row.bytes_total);
  const share = bytesTotal > 0 ? bytesDone / bytesTotal : row.state === "done" ? 1 : 0;
  return {
    importId: row.import_id,
    state: row.state as ImportView["state"],
    path: request.path,
    format: request.format,
    clock: request.clock,
    source: request.source,
    createdAt: instantText(row.created_at)!,
    startedAt: instantText(row.started_at),
    finishedAt: instantText(row.finished_at),
    filesDone: row.state === "done" ? row.files_total : row.next_file,
    filesTotal: row.files_total,
    bytesDone,
    bytesTotal,
    percent: Math.round(share * 1_000) / 10,
    currentFile: row.current_file,
    rowsRead: Number(row.rows_read),
    rowsStored: Number(row.rows_stored),
    rowsQuarantined: Number(row.rows_quarantined),
    rowsFlagged: Number(row.rows_flagged),
    rowsPerSecond: Math.round(row.rows_per_second),
    secondsLeft: row.state === "running" ? row.seconds_left : null,
    download: downloadView(request.download ?? null, row.download as Downloaded | null),
    notes: row.notes as string[],
    error: row.error as ImportError | null,
  };
}

function downloadView(
  request: DownloadRequest | null,
  told: Downloaded | null,
): ImportView["download"] {
  if (request === null) return null;
  const { symbol, from, to, kinds } = request;
  const { filesDone, filesTotal, bytes } = told ?? { filesDone: 0, filesTotal: 0, bytes: 0 };
  return { symbol, from, to, kinds: [...kinds], filesDone, filesTotal, bytes };
}
