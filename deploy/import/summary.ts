/** What `task import` says at the end: what became of the rows, where the report is, what to ask next. */

import { granularities, hourMs, nominalMs } from "../../shared/domain/bars/granularity.ts";
import type { Import, ImportReport } from "../../shared/sdk/mod.ts";
import { defaultUrl } from "../profiles/running.ts";
import { timeText } from "./progress_bar.ts";

export interface Summary {
  readonly view: Import;
  /** What its report says was stored. */
  readonly series: ImportReport["series"];
  readonly reportFile: string;
  /** Of the platform to ask next; `null` when none runs. */
  readonly url: string | null;
  readonly keyFile: string;
}

const count = (value: number): string => value.toLocaleString("en").padStart(13);

export function summaryText({ view, series, reportFile, url, keyFile }: Summary): string {
  const base = url ?? defaultUrl;
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
    ...symbolLines(series, base),
    "",
  ].join("\n");
}

function tookText({ startedAt, finishedAt, rowsRead }: Import): string {
  if (startedAt === null || finishedAt === null) return "";
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  if (seconds < 1) return " in less than a second";
  return ` in ${timeText(seconds)}, ${Math.round(rowsRead / seconds).toLocaleString("en")} rows/s`;
}

/** The first of what was stored is worth ready lines; no bars are shorter than those it has. */
function symbolLines(series: ImportReport["series"], base: string): string[] {
  const first = series.find(({ rowsStored }) => rowsStored > 0);
  if (first === undefined) return [];
  const { symbol, source, intervalMs } = first;
  const atLeast = Math.max(hourMs, intervalMs ?? 0);
  const granularity = granularities.find((one) => nominalMs(one) >= atLeast) ?? "MN1";
  const query = `granularity=${granularity}&source=${source}`;
  return [
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" ${base}/v1/quality/${symbol}`,
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" ${base}/v1/instruments/${symbol}/series`,
    `  curl -H "X-API-Key: $SPOTWIRE_KEY" "${base}/v1/instruments/${symbol}/bars?${query}"`,
  ];
}
