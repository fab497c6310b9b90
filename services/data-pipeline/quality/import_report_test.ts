import { assertEquals } from "@std/assert";
import type { ImportView } from "../imports/import_view.ts";
import { importReport } from "./import_report.ts";
import { type DayReport, reportDaysMax } from "./quality_store.ts";
import { dayPage, importPage } from "./report_page.ts";

const day: DayReport = {
  ...{ importId: "one", symbol: "EURUSD", source: "test", kind: "ticks", side: null },
  ...{ intervalMs: null, day: "2019-02-04", rowsRead: 1, rowsStored: 1, rowsQuarantined: 0 },
  ...{ rowsFlagged: 0, bytesStored: 9, from: null, to: null, medianPrice: null },
  ...{ spreadMedian: null, gates: {}, quarantined: {}, hours: [], gaps: [], gapsTotal: 0 },
};

Deno.test("a report that is not of all days of an import says so", () => {
  const view = { notes: ["utc"] } as unknown as ImportView;
  const report = (days: number) => importReport(view, Array<DayReport>(days).fill(day), {});
  const whole = report(reportDaysMax);
  assertEquals([whole.days, whole.import.notes], [reportDaysMax, ["utc"]]);
  const cut = report(reportDaysMax + 1);
  assertEquals([cut.days, cut.import.notes.length], [reportDaysMax, 2]);
});

Deno.test("the page has one bar for a day, of all its series", () => {
  const view = {
    ...{ notes: [], error: null, path: "files", state: "done", importId: "one" },
    ...{ filesDone: 1, filesTotal: 1 },
    ...{ rowsRead: 8, rowsStored: 8, rowsFlagged: 0, rowsQuarantined: 0 },
  };
  const bars: DayReport = { ...day, kind: "bars", side: "bid", intervalMs: 60_000, rowsStored: 7 };
  const page = importPage(importReport(view as unknown as ImportView, [day, bars], {}));
  const title = "2019-02-04: 8 rows: 1 of EURUSD ticks, test, 7 of EURUSD bid bars of 60 s, test";
  assertEquals(page.split(title).length, 2, page);
  assertEquals(page.split(">02-04<").length, 2);
});

Deno.test("bars that are kept by the year are shown by the year, each gap in its place", () => {
  const gaps = [{
    from: "2018-07-02T12:00:00.000Z",
    to: "2018-07-02T18:00:00.000Z",
    seconds: 21_600,
  }];
  const hours: DayReport = { ...day, kind: "bars", side: "bid", intervalMs: 3_600_000 };
  const page = dayPage("EURUSD", "2018-01-01", [{
    ...hours,
    day: "2018-01-01",
    gaps,
    gapsTotal: 1,
  }]);
  const [, x, width] = /<rect x="([\d.]+)" y="6" width="([\d.]+)"/.exec(page)!;
  const [, left, whole] = /<rect x="([\d.]+)" y="16" width="([\d.]+)"/.exec(page)!;
  assertEquals([Number(x), Number(width)], [Number(left) + Number(whole) / 2, 2]);
  assertEquals([page.includes("test, 2018</h2>"), page.includes("an hour")], [true, false]);
});
