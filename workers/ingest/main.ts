/** The ingest worker as a process of its own. */

import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { readSettings } from "../../shared/runtime/settings.ts";
import { openIngest, startIngest } from "./deps.ts";
import { ingestSettings } from "./settings.ts";

const settings = readSettings(ingestSettings, { env: Deno.env.toObject() });
const logger = createLogger({ service: "ingest", level: settings.log.level });
const lifecycle = new Lifecycle({ logger });
stopOnSignals(lifecycle);
const ground = await openIngest(settings, lifecycle);
startIngest(ground, lifecycle);
serveApp(createServiceApp(ground), { ...settings.http, lifecycle, logger });
const { failed } = await lifecycle.stopped;
Deno.exit(failed ? 1 : 0);
