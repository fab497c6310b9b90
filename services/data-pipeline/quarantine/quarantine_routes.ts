/** Rows kept apart, over HTTP. */

import type { z } from "@hono/zod-openapi";
import {
  listQuarantineRoute,
  type quarantinedRowView,
  releaseRowRoute,
} from "../../../shared/contracts/http/data_quality.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { PipelineApp, PipelineDeps } from "../deps.ts";
import { instantText } from "../imports/import_view.ts";
import { noImport } from "./keep_refused.ts";
import { type HeldRow, listRows, type QuarantineRow } from "./quarantine_store.ts";
import { releaseRow } from "./release_row.ts";

export function addQuarantineRoutes(app: PipelineApp, deps: PipelineDeps): void {
  addRoute(app, listQuarantineRoute, async (c) => {
    const query = c.req.valid("query");
    if (query.after !== undefined && !/^\d{1,18}$/.test(query.after)) {
      throw new Problem("invalid_request", "The cursor is none", {
        errors: [{ path: "query.after", message: "Expected `next` of the page before" }],
      });
    }
    const rows = await listRows(deps.db, { ...query, limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    const next = rows.length > query.limit ? String(page.at(-1)!.row_id) : null;
    return c.json({ rows: page.map(toView), next }, 200);
  });

  addRoute(app, releaseRowRoute, async (c) => {
    return c.json(toView(await releaseRow(deps, c.req.valid("param").rowId)), 200);
  });
}

const toView = (row: QuarantineRow): z.infer<typeof quarantinedRowView> => ({
  rowId: String(row.row_id),
  importId: row.import_id === noImport ? null : row.import_id,
  symbol: row.symbol,
  source: row.source,
  kind: row.kind as HeldRow["kind"],
  file: row.file,
  row: Number(row.row) === 0 ? null : Number(row.row),
  original: row.original,
  reasons: row.reasons as string[],
  detail: row.detail,
  time: instantText(row.time),
  state: row.state as "held" | "released",
  releasable: row.columns !== null,
  releasedAt: instantText(row.released_at),
});
