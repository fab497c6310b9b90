/** Market data as a process of its own. */

import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { readSettings } from "../../shared/runtime/settings.ts";
import { createMarketDataApp } from "./app.ts";
import { openMarketData, startMarketData } from "./deps.ts";
import { marketDataSettings } from "./settings.ts";

const settings = readSettings(marketDataSettings, { env: Deno.env.toObject() });
const logger = createLogger({ service: "market-data", level: settings.log.level });
const lifecycle = new Lifecycle({ logger });
stopOnSignals(lifecycle);
const deps = await startMarketData(await openMarketData(settings, lifecycle), lifecycle);
serveApp(createMarketDataApp(deps), { ...settings.http, lifecycle, logger });
const { failed } = await lifecycle.stopped;
Deno.exit(failed ? 1 : 0);
