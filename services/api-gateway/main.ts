/** The edge as a process of its own. */

import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { readSettings } from "../../shared/runtime/settings.ts";
import { createGatewayApp } from "./app.ts";
import { openGateway, startGateway } from "./deps.ts";
import { gatewaySettings } from "./settings.ts";

const settings = readSettings(gatewaySettings, { env: Deno.env.toObject() });
const logger = createLogger({ service: "api-gateway", level: settings.log.level });
const lifecycle = new Lifecycle({ logger });
stopOnSignals(lifecycle);
const deps = await startGateway(await openGateway(settings, lifecycle), lifecycle);
serveApp(createGatewayApp(deps), { ...settings.http, lifecycle, logger });
const { failed } = await lifecycle.stopped;
Deno.exit(failed ? 1 : 0);
