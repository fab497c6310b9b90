/** Gates and reports over HTTP. */

import {
  getDayPageRoute,
  getDayRoute,
  getImportPageRoute,
  getImportReportRoute,
  listDaysRoute,
  listGatesRoute,
} from "../../../shared/contracts/http/data_quality.ts";
import { findInstrument } from "../../../shared/domain/instruments.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import { gateActions, type GateDefinition, gates } from "../checks/gates.ts";
import type { PipelineApp, PipelineDeps } from "../deps.ts";
import { findImport } from "../imports/import_routes.ts";
import { toImportView } from "../imports/import_view.ts";
import { type ImportReport, importReport } from "./import_report.ts";
import {
  type DayReport,
  daysOfImport,
  daysOfSymbol,
  lastDay,
  looseReasons,
} from "./quality_store.ts";
import { dayPage, importPage } from "./report_page.ts";

/** Series of one day at most: sources, sides and intervals of one symbol. */
const daySeriesMax = 1_000;
const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
};

export function addQualityRoutes(app: PipelineApp, deps: PipelineDeps): void {
  addRoute(app, listGatesRoute, (c) => c.json(gatesView, 200));

  addRoute(app, getImportReportRoute, async (c) => {
    return c.json(await reportOf(deps, c.req.valid("param").importId), 200);
  });

  addRoute(app, getImportPageRoute, async (c) => {
    const report = await reportOf(deps, c.req.valid("param").importId);
    return c.body(importPage(report), 200, pageHeaders) as never;
  });

  addRoute(app, listDaysRoute, async (c) => {
    const { symbol } = c.req.valid("param");
    expectListed(symbol);
    const { source, kind, after, limit } = c.req.valid("query");
    if (after !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(after)) {
      throw new Problem("invalid_request", "The cursor is none", {
        errors: [{ path: "query.after", message: "Expected `next` of the page before" }],
      });
    }
    const filter = { symbol, source, kind, before: after };
    const last = await lastDay(deps.db, { ...filter, limit });
    if (last === null) return c.json({ days: [], next: null }, 200);
    // A day is told whole: its series are few.
    const whole = { ...filter, since: last, limit: limit + daySeriesMax };
    const days = await daysOfSymbol(deps.db, whole);
    const more = await lastDay(deps.db, { ...filter, before: last, limit: 1 });
    return c.json({ days, next: more === null ? null : last }, 200);
  });

  addRoute(app, getDayRoute, async (c) => {
    const { symbol, day } = c.req.valid("param");
    return c.json({ series: await dayOf(deps, { symbol, day, ...c.req.valid("query") }) }, 200);
  });

  addRoute(app, getDayPageRoute, async (c) => {
    const { symbol, day } = c.req.valid("param");
    const series = await dayOf(deps, { symbol, day, ...c.req.valid("query") });
    return c.body(dayPage(symbol, day, series), 200, pageHeaders) as never;
  });
}

const gatesView = {
  gates: Object.entries(gates).map(([gate, one]) => {
    const { meaning, action, of, thresholds }: GateDefinition = one;
    const listed = Object.entries(thresholds).map(([name, rest]) => ({ name, ...rest }));
    return { gate, meaning, action, of: [...of], thresholds: listed };
  }),
  actions: [...gateActions],
};

async function reportOf({ db, imports }: PipelineDeps, importId: string): Promise<ImportReport> {
  const view = toImportView(await findImport(imports, importId));
  return importReport(
    view,
    await daysOfImport(db, importId),
    await looseReasons(db, importId),
  );
}

/** @throws Problem `not_found` */
async function dayOf(
  { db }: PipelineDeps,
  of: { symbol: string; day: string; source?: string | undefined },
): Promise<DayReport[]> {
  expectListed(of.symbol);
  const series = await daysOfSymbol(db, { ...of, limit: daySeriesMax });
  if (series.length === 0) throw new Problem("not_found", `Nothing was loaded of ${of.day}`);
  return series;
}

function expectListed(symbol: string): void {
  if (findInstrument(symbol) === undefined) {
    throw new Problem("not_found", `${symbol} is not listed`);
  }
}
