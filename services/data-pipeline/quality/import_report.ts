/** The quality of a whole import, from the reports of its days. */

import * as aq from "arquero";
import type { z } from "@hono/zod-openapi";
import type { importReportView } from "../../../shared/contracts/http/data_quality.ts";
import type { ImportView } from "../imports/import_view.ts";
import { type DayReport, reportDaysMax } from "./quality_store.ts";

export type ImportReport = z.infer<typeof importReportView>;

/** Days listed one by one, the newest of all. */
const listedMax = 1_000;

export function importReport(
  view: ImportView,
  found: readonly DayReport[],
  looseReasons: Readonly<Record<string, number>>,
): ImportReport {
  const days = found.slice(0, reportDaysMax);
  const listed = days.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  return {
    import: found.length > days.length
      ? {
        ...view,
        notes: [...view.notes, `the report is of its first ${reportDaysMax} days of series`],
      }
      : view,
    days: days.length,
    gates: sumByName(days.map((day) => day.gates)),
    quarantined: sumByName([...days.map((day) => day.quarantined), looseReasons]),
    series: seriesOf(days),
    byHour: byHour(days),
    byDay: listed.slice(-listedMax).map(({ hours: _, gaps: __, ...rest }) => rest),
  };
}

function sumByName(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const entries = records.flatMap((record) => Object.entries(record));
  if (entries.length === 0) return {};
  const sums = aq.table({
    name: entries.map(([name]) => name),
    count: entries.map(([, count]) => count),
  }).groupby("name").rollup({ count: aq.op.sum("count") }).orderby(aq.desc("count"))
    .objects() as { name: string; count: number }[];
  return Object.fromEntries(sums.map(({ name, count }) => [name, count]));
}

type SeriesReport = ImportReport["series"][number];

function seriesOf(days: readonly DayReport[]): SeriesReport[] {
  if (days.length === 0) return [];
  const key = ["symbol", "source", "kind", "side", "intervalMs"];
  const rolled = aq.from(days.map(({ hours: _, gaps: __, gates: ___, ...rest }) => rest))
    .groupby(...key)
    .rollup({
      days: aq.op.count(),
      rowsStored: aq.op.sum("rowsStored"),
      rowsQuarantined: aq.op.sum("rowsQuarantined"),
      rowsFlagged: aq.op.sum("rowsFlagged"),
      bytesStored: aq.op.sum("bytesStored"),
      from: aq.op.min("from"),
      to: aq.op.max("to"),
      spreadMedian: aq.op.median("spreadMedian"),
    }).objects() as Omit<SeriesReport, "bytesPerRow">[];
  return rolled.map((one) => ({
    ...one,
    side: one.side ?? null,
    intervalMs: one.intervalMs ?? null,
    from: one.from ?? null,
    to: one.to ?? null,
    spreadMedian: finite(one.spreadMedian),
    bytesPerRow: one.rowsStored > 0
      ? Math.round(one.bytesStored / one.rowsStored * 1_000) / 1_000
      : null,
  }));
}

/** Of days and hours without spreads there is no median. */
const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value;

function byHour(days: readonly DayReport[]): ImportReport["byHour"] {
  const hours = days.flatMap((day) => day.hours);
  if (hours.length === 0) return [];
  const rolled = aq.table({
    hour: hours.map(({ hour }) => Number(hour.slice(11, 13))),
    rows: hours.map(({ rows }) => rows),
    spread: hours.map(({ spreadMedian }) => spreadMedian),
  }).groupby("hour")
    .rollup({ rows: aq.op.sum("rows"), spreadMedian: aq.op.median("spread") })
    .orderby("hour").objects() as { hour: number; rows: number; spreadMedian: number | null }[];
  return rolled.map((one) => ({ ...one, spreadMedian: finite(one.spreadMedian) }));
}
