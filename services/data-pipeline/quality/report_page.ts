/** Reports as pages: complete in themselves, without script, readable in a light and a dark room. */

import { dayMs, hourMs } from "../../../shared/domain/bars/granularity.ts";
import { type Bar, barChart, lineChart, rankChart } from "../../../shared/runtime/charts.ts";
import { escapeHtml, number, page, table } from "../../../shared/runtime/html_page.ts";
import type { ImportReport } from "./import_report.ts";
import type { DayReport } from "./quality_store.ts";

const ticksColour = "#2f7d5b";
const spreadColour = "#41699c";

const seriesName = (
  { symbol, source, kind, side, intervalMs }: Pick<
    DayReport,
    "symbol" | "source" | "kind" | "side" | "intervalMs"
  >,
): string =>
  kind === "ticks"
    ? `${symbol} ticks, ${source}`
    : `${symbol} ${side} bars of ${intervalMs! / 1_000} s, ${source}`;

/** Bars of an hour and longer are kept by the year, under its first day. */
const isOfYear = ({ intervalMs }: Pick<DayReport, "intervalMs">): boolean =>
  intervalMs !== null && intervalMs >= hourMs;

const periodName = ({ day, intervalMs }: Pick<DayReport, "day" | "intervalMs">): string =>
  isOfYear({ intervalMs }) ? day.slice(0, 4) : day;

type ListedDay = ImportReport["byDay"][number];

/** A bar for each day, or year, of all its series together. */
function dayBars(
  listed: readonly ListedDay[],
  what: string,
  value: (one: ListedDay) => number,
): Bar[] {
  return [...Map.groupBy(listed, periodName)].map(([period, series]) => {
    const sum = series.reduce((total, one) => total + value(one), 0);
    const parts = series.map((one) => `${number(value(one))} of ${seriesName(one)}`).join(", ");
    const label = period.length > 4 ? period.slice(5) : period;
    return { label, value: sum, title: `${period}: ${number(sum)} ${what}: ${parts}` };
  });
}

export function importPage(report: ImportReport): string {
  const { import: view, series, byHour, byDay } = report;
  const title = `Import of ${view.path}`;
  const unit = byDay.length > 0 && byDay.every(isOfYear) ? "year" : "day";
  const summary = table(
    ["", "rows"],
    [
      ["read", view.rowsRead],
      ["stored", view.rowsStored],
      ["of these flagged", view.rowsFlagged],
      ["quarantined", view.rowsQuarantined],
    ],
  );
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="soft">${escapeHtml(view.state)}, ${view.filesDone} of ${view.filesTotal} files, ` +
    `import ${escapeHtml(view.importId)}</p>`,
    view.error === null ? "" : `<p class="stop">${escapeHtml(view.error.message)}</p>`,
    summary,
    ...view.notes.map((note) => `<p class="soft">${escapeHtml(note)}</p>`),
    rankChart("Rows quarantined by reason", report.quarantined),
    rankChart("Rows that met each gate", report.gates),
    barChart("Rows by hour of the day, UTC", hourBars(byHour, (one) => one.rows), ticksColour),
    barChart(
      "Median spread by hour of the day, pips",
      hourBars(byHour, (one) => one.spreadMedian),
      spreadColour,
    ),
    barChart(`Rows by ${unit}`, dayBars(byDay, "rows", (one) => one.rowsStored), ticksColour),
    barChart(`Gaps by ${unit}`, dayBars(byDay, "gaps", (one) => one.gapsTotal), spreadColour),
    "<h2>Series</h2>",
    table(
      ["series", `${unit}s`, "rows", "quarantined", "flagged", "bytes a row", "spread"],
      series.map((one) => [
        seriesName(one),
        one.days,
        one.rowsStored,
        one.rowsQuarantined,
        one.rowsFlagged,
        one.bytesPerRow,
        one.spreadMedian,
      ]),
    ),
  ];
  return page(title, body.join("\n"));
}

const hourBars = <One extends { readonly hour: number }>(
  hours: readonly One[],
  value: (one: One) => number | null,
): Bar[] =>
  hours.map((one) => ({
    label: String(one.hour).padStart(2, "0"),
    value: value(one),
    title: `${String(one.hour).padStart(2, "0")}:00: ${number(value(one))}`,
  }));

export function dayPage(symbol: string, day: string, series: readonly DayReport[]): string {
  const title = `${symbol} on ${day}`;
  return page(title, [`<h1>${escapeHtml(title)}</h1>`, ...series.map(daySection)].join("\n"));
}

function daySection(report: DayReport): string {
  const { hours } = report;
  const start = Date.parse(`${report.day}T00:00:00Z`);
  const end = isOfYear(report) ? Date.UTC(Number(periodName(report)) + 1, 0) : start + dayMs;
  const part = (text: string) =>
    Math.min(1, Math.max(0, (Date.parse(text) - start) / (end - start)));
  const bars = (value: (hour: DayReport["hours"][number]) => number | null): Bar[] =>
    hours.map((hour) => ({
      label: hour.hour.slice(11, 13),
      value: value(hour),
      title: `${hour.hour.slice(11, 16)}: ${number(value(hour))}`,
    }));
  const byHour = [
    barChart("Rows an hour, UTC", bars((hour) => hour.rows), ticksColour),
    barChart("Median spread an hour, pips", bars((hour) => hour.spreadMedian), spreadColour),
  ];
  return [
    `<h2>${escapeHtml(seriesName(report))}${
      isOfYear(report) ? `, ${periodName(report)}` : ""
    }</h2>`,
    table(["", ""], [
      ["rows read", report.rowsRead],
      ["rows stored", report.rowsStored],
      ["rows quarantined", report.rowsQuarantined],
      ["rows flagged", report.rowsFlagged],
      ["first", report.from ?? "–"],
      ["last", report.to ?? "–"],
      ["median price", report.medianPrice ?? "–"],
      ["median spread, pips", report.spreadMedian],
      ["bytes stored", report.bytesStored],
      ["gaps", report.gapsTotal],
    ]),
    ...(isOfYear(report) ? [] : byHour),
    lineChart(
      "Gaps while the market was open",
      report.gaps.map((gap) => ({
        from: part(gap.from),
        to: part(gap.to),
        title: `${gap.from} to ${gap.to}: ${gap.seconds} s`,
      })),
    ),
    rankChart("Rows quarantined by reason", report.quarantined),
    rankChart("Rows that met each gate", report.gates),
  ].join("\n");
}
