/** The archive worker as a process of its own. */

import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { readSettings } from "../../shared/runtime/settings.ts";
import { openArchive, startArchive } from "./deps.ts";
import { archiveSettings } from "./settings.ts";

const settings = readSettings(archiveSettings, { env: Deno.env.toObject() });
const logger = createLogger({ service: "archive", level: settings.log.level });
const lifecycle = new Lifecycle({ logger });
stopOnSignals(lifecycle);
const ground = await openArchive(settings, lifecycle);
await startArchive(ground, lifecycle);
serveApp(createServiceApp(ground), { ...settings.http, lifecycle, logger });
const { failed } = await lifecycle.stopped;
Deno.exit(failed ? 1 : 0);
