/** Reference series over HTTP. */

import {
  listReferenceSeriesRoute,
  readReferenceSeriesRoute,
} from "../../../shared/contracts/http/reference_series.ts";
import { epochMs, parseRfc3339 } from "../../../shared/domain/time.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { PipelineApp, PipelineDeps } from "../deps.ts";
import { instantText } from "../imports/import_view.ts";
import { findSeries, listSeries, readNumbers } from "./reference_store.ts";

export function addReferenceRoutes(app: PipelineApp, { db, clock }: PipelineDeps): void {
  addRoute(app, listReferenceSeriesRoute, async (c) => {
    const { after, limit } = c.req.valid("query");
    const rows = await listSeries(db, { after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const series = page.map((row) => ({
      series: row.series,
      source: row.source,
      title: row.title,
      firstDay: row.first_day,
      lastDay: row.last_day,
      days: Number(row.days),
      lastKnownAt: instantText(row.last_known_at)!,
    }));
    return c.json({ series, next: rows.length > limit ? page.at(-1)!.series : null }, 200);
  });

  addRoute(app, readReferenceSeriesRoute, async (c) => {
    const { series } = c.req.valid("param");
    const { limit, knownAt: asked, ...days } = c.req.valid("query");
    const found = await findSeries(db, series);
    if (found === null) throw new Problem("not_found", `There is no reference series ${series}`);
    const knownAt = asked === undefined ? clock.now() : parseRfc3339(asked) ?? epochMs(0);
    const rows = await readNumbers(db, { ...days, series, knownAt, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const numbers = page.map((row) => ({
      day: row.day,
      knownAt: instantText(row.known_at)!,
      knownBy: row.known_by as "schedule" | "name" | "import",
      numbers: row.numbers as Record<string, string>,
    }));
    const next = rows.length > limit ? page.at(-1)!.day : null;
    return c.json({ ...found, knownAt: instantText(knownAt)!, days: numbers, next }, 200);
  });
}
