/** The rules of sources, over HTTP. */

import {
  deleteSourceRulesRoute,
  listSourceRulesRoute,
  putSourceRulesRoute,
} from "../../../shared/contracts/http/data_pipeline.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { PipelineApp, PipelineDeps } from "../deps.ts";
import { checkGates, checkReading } from "../imports/create_import.ts";
import { instantText } from "../imports/import_view.ts";
import { deleteRules, listRules, putRules, type StoredRules } from "./source_rules_store.ts";

export function addSourceRulesRoutes(app: PipelineApp, { db, clock }: PipelineDeps): void {
  addRoute(app, listSourceRulesRoute, async (c) => {
    return c.json({ rules: (await listRules(db)).map(toView) }, 200);
  });

  addRoute(app, putSourceRulesRoute, async (c) => {
    const rules = c.req.valid("json");
    checkReading(rules);
    checkGates(rules.gates ?? {});
    const stored = { source: c.req.valid("param").source, rules, updatedAt: clock.now() };
    await putRules(db, stored);
    return c.json(toView(stored), 200);
  });

  addRoute(app, deleteSourceRulesRoute, async (c) => {
    if (await deleteRules(db, c.req.valid("param").source)) return c.body(null, 204);
    throw new Problem("not_found", "The source has no rules");
  });
}

const toView = ({ source, rules, updatedAt }: StoredRules) => ({
  source,
  ...(rules as Record<string, never>),
  updatedAt: instantText(updatedAt)!,
});
