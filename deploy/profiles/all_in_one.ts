/**
 * The whole platform in one process: every service and worker over one store and one set of
 * streams. `task start` runs this.
 */

import { createGatewayApp } from "../../services/api-gateway/app.ts";
import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { SettingsError } from "../../shared/runtime/settings.ts";
import { openDataFolder } from "./data_folder.ts";
import { demoAccount, ensureDemo } from "./demo.ts";
import { firstSteps } from "./first_steps.ts";
import { type AllInOneSettings, helpText, readOptions } from "./options.ts";
import { startPlatform } from "./platform.ts";

async function run(settings: AllInOneSettings): Promise<boolean> {
  const logger = createLogger({ service: "spotwire", level: settings.log.level });
  const lifecycle = new Lifecycle({ logger });
  stopOnSignals(lifecycle);
  try {
    await openDataFolder(settings.data.folder);
    const platform = await startPlatform(settings, lifecycle);
    const keyFile = await ensureDemo(platform, settings.data.folder);
    const { port } = serveApp(createGatewayApp(platform.gateway), {
      ...settings.http,
      lifecycle,
      logger,
    });
    platform.startPrices();
    const venue = `${settings.venue.spec}, seed ${settings.venue.seed}`;
    const url = `http://localhost:${port}`;
    console.log(firstSteps({ url, keyFile, account: demoAccount, venue }));
  } catch (error) {
    await lifecycle.stop("start failed");
    throw error;
  }
  return (await lifecycle.stopped).failed;
}

if (import.meta.main) {
  try {
    const settings = await readOptions(Deno.args, Deno.env.toObject());
    if (settings === null) console.log(helpText);
    else if (await run(settings)) Deno.exit(1);
    Deno.exit(0);
  } catch (error) {
    const usage = error instanceof SettingsError || error instanceof TypeError;
    const { message } = error as Error;
    console.error(usage ? `${message}\n\n${helpText}` : error);
    Deno.exit(usage ? 2 : 1);
  }
}
