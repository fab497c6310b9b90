/** Imports over HTTP. */

import {
  cancelImportRoute,
  createImportRoute,
  deleteImportRoute,
  getImportRoute,
  listFormatsRoute,
  listImportsRoute,
} from "../../../shared/contracts/http/data_pipeline.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { PipelineApp, PipelineDeps } from "../deps.ts";
import { clocks, formats } from "../load/open_source.ts";
import { createImport } from "./create_import.ts";
import type { ImportRow, ImportStore } from "./import_store.ts";
import { toImportView } from "./import_view.ts";

export function addImportRoutes(app: PipelineApp, deps: PipelineDeps): void {
  const { imports, runner, clock } = deps;

  addRoute(app, createImportRoute, async (c) => {
    const row = await createImport(deps, c.req.valid("json"));
    runner.kick();
    return c.json(toImportView(row), 201);
  });

  addRoute(app, listImportsRoute, async (c) => {
    const { state, after, limit } = c.req.valid("query");
    const rows = await imports.list({ state, before: after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? page.at(-1)!.import_id : null;
    return c.json({ imports: page.map(toImportView), next }, 200);
  });

  addRoute(app, getImportRoute, async (c) => {
    return c.json(toImportView(await findImport(imports, c.req.valid("param").importId)), 200);
  });

  addRoute(app, cancelImportRoute, async (c) => {
    const { importId } = c.req.valid("param");
    const row = await imports.cancel(importId, clock.now());
    if (row !== null) return c.json(toImportView(row), 202);
    const { state } = await findImport(imports, importId);
    throw new Problem("import_ended", `The import is ${state}`);
  });

  addRoute(app, deleteImportRoute, async (c) => {
    const { importId } = c.req.valid("param");
    if (await imports.delete(importId)) return c.body(null, 204);
    const { state } = await findImport(imports, importId);
    throw new Problem("import_not_ended", `The import is ${state}`);
  });

  addRoute(app, listFormatsRoute, (c) => {
    return c.json({ formats: [...formats], clocks: [...clocks] }, 200);
  });
}

/** @throws Problem `not_found` */
export async function findImport(imports: ImportStore, importId: string): Promise<ImportRow> {
  const row = await imports.find(importId);
  if (row === null) throw new Problem("not_found", "There is no such import");
  return row;
}
