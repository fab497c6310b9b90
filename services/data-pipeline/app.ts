/** The data pipeline as an app: routes over dependencies; it opens nothing. */

import { createServiceApp } from "../../shared/runtime/service_app.ts";
import type { PipelineApp, PipelineDeps } from "./deps.ts";
import { addImportRoutes } from "./imports/import_routes.ts";
import { addQualityRoutes } from "./quality/quality_routes.ts";
import { addQuarantineRoutes } from "./quarantine/quarantine_routes.ts";
import { addReferenceRoutes } from "./reference/reference_routes.ts";
import { addSourceRulesRoutes } from "./source_rules/source_rules_routes.ts";

export function createPipelineApp(deps: PipelineDeps): PipelineApp {
  const app = createServiceApp(deps);
  addImportRoutes(app, deps);
  addQualityRoutes(app, deps);
  addQuarantineRoutes(app, deps);
  addReferenceRoutes(app, deps);
  addSourceRulesRoutes(app, deps);
  return app;
}
