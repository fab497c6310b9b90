/** What `task import` says at the end: what became of the rows, where the report is, what to ask next. */

import type { Import } from "../../shared/sdk/mod.ts";
import { timeText } from "./progress_bar.ts";

export interface Summary {
  readonly view: Import;
  readonly reportFile: string;
  /** Of the platform to ask next; `null` when none runs. */
  readonly url: string | null;
  readonly keyFile: string;
}

const count = (value: number): string => value.toLocaleString("en").padStart(13);

export function summaryText({ view, reportFile, url, keyFile }: Summary): string {
  const base = url ?? "http://localhost:8000";
  const ended = view.error === null ? view.state : `${view.state}: ${view.error.message}`;
  return [
    "",
    `  Import ${ended}`,
    ...view.notes.map((note) => `  ${note}`),
    "",
    `  read       ${count(view.rowsRead)} rows of ${view.filesDone} files${tookText(view)}`,
    `  stored     ${count(view.rowsStored)}`,
    `  flagged    ${count(view.rowsFlagged)} of these, to be looked at`,
    `  kept apart ${count(view.rowsQuarantined)}`,
    "",
    `  Report     ${reportFile}`,
    "",
    ...(url === null ? ["  Start the platform (deno task start), then ask:"] : ["  Ask next:"]),
    "",
    `  export SPOTWIRE_KEY=$(cat ${keyFile})`,
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" ${base}/v1/imports/${view.importId}/report`,
    ...(view.rowsQuarantined > 0
      ? [
        `  curl -H "X-API-Key: $SPOTWIRE_KEY" "${base}/v1/quarantine?importId=${view.importId}"`,
      ]
      : []),
    ...symbolLines(view, base),
    "",
  ].join("\n");
}

function tookText({ startedAt, finishedAt, rowsRead }: Import): string {
  if (startedAt === null || finishedAt === null) return "";
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  if (seconds < 1) return " in less than a second";
  return ` in ${timeText(seconds)}, ${Math.round(rowsRead / seconds).toLocaleString("en")} rows/s`;
}

/** A symbol in the path is worth a ready line; a source without a name is called after its format. */
function symbolLines({ path, source, notes }: Import, base: string): string[] {
  const symbol = /(?:^|[/_.-])([A-Z]{6})(?=[/_.-]|$)/.exec(path)?.[1] ?? "EURUSD";
  const named = source ?? /files? of ([a-z\d]+)-/.exec(notes.join(" "))?.[1];
  const query = `granularity=H1${named === undefined ? "" : `&source=${named}`}`;
  return [
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" ${base}/v1/quality/${symbol}`,
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" ${base}/v1/instruments/${symbol}/series`,
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" "${base}/v1/instruments/${symbol}/bars?${query}"`,
  ];
}
