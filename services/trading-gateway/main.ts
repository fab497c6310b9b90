/** The trading gateway as a process of its own. */

import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { readSettings } from "../../shared/runtime/settings.ts";
import { createTradingApp } from "./app.ts";
import { openTrading, startTrading } from "./deps.ts";
import { tradingSettings } from "./settings.ts";

const settings = readSettings(tradingSettings, { env: Deno.env.toObject() });
const logger = createLogger({ service: "trading-gateway", level: settings.log.level });
const lifecycle = new Lifecycle({ logger });
stopOnSignals(lifecycle);
const deps = await startTrading(await openTrading(settings, lifecycle), lifecycle);
serveApp(createTradingApp(deps), { ...settings.http, lifecycle, logger });
const { failed } = await lifecycle.stopped;
Deno.exit(failed ? 1 : 0);
