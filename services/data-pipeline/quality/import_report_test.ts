import { assertEquals } from "@std/assert";
import type { ImportView } from "../imports/import_view.ts";
import { importReport } from "./import_report.ts";
import { type DayReport, reportDaysMax } from "./quality_store.ts";
import { importPage } from "./report_page.ts";

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
