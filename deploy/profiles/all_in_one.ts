/**
 * The whole platform in one process: every service and worker over one store and one set of
 * streams. `task start` runs this.
 */

import { resolve } from "node:path";
import { createGatewayApp } from "../../services/api-gateway/app.ts";
import { isLoopback } from "../../services/api-gateway/sessions/same_origin.ts";
import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { serveApp } from "../../shared/runtime/serve_app.ts";
import { SettingsError } from "../../shared/runtime/settings.ts";
import { pause } from "../../shared/runtime/time.ts";
import { buildConsole } from "../console/build.ts";
import { openDataFolder } from "./data_folder.ts";
import { demoAccount, ensureDemo } from "./demo.ts";
import { firstSteps } from "./first_steps.ts";
import { type AllInOneSettings, helpText, readOptions } from "./options.ts";
import { leaveWord } from "./running.ts";
import { type Platform, startPlatform } from "./platform.ts";

/** How long the first steps wait for a price to take them with. */
const firstPriceMsMax = 5_000;

/** Whether a price has come; what is pasted sooner would be refused. None comes while closed. */
async function firstPrice({ gateway }: Platform, signal: AbortSignal): Promise<boolean> {
  const { quotes } = gateway.market;
  for (let waited = 0; waited < firstPriceMsMax && quotes.version === 0; waited += 50) {
    if (signal.aborted) break;
    await pause(50, signal);
  }
  return quotes.version > 0;
}

/** Until a signal; whether anything failed. */
async function run(settings: AllInOneSettings): Promise<boolean> {
  const logger = createLogger({ service: "spotwire", level: settings.log.level });
  const lifecycle = new Lifecycle({ logger });
  stopOnSignals(lifecycle);
  try {
    await openDataFolder(settings.data.folder);
    // Without its screen the platform still trades; `/` is a plain page then.
    await buildConsole().catch((err) => logger.warn({ err }, "the console was not built"));
    const platform = await startPlatform(settings, lifecycle);
    const { keyFile, auth } = await ensureDemo(platform, settings.data.folder);
    // Whoever reaches the port may press the button, so only this machine is offered it.
    const demo = isLoopback(settings.http.host) ? { accountId: demoAccount, auth } : undefined;
    const { port } = serveApp(createGatewayApp({ ...platform.gateway, demo }), {
      ...settings.http,
      lifecycle,
      logger,
    });
    const url = `http://localhost:${port}`;
    const { folder } = settings.data;
    const imports = resolve(settings.imports.folder ?? `${folder}/import`);
    lifecycle.onStop("word", await leaveWord(folder, { url, imports }));
    platform.startPrices();
    const priced = await firstPrice(platform, lifecycle.signal);
    const { spec, seed } = settings.venue;
    const venue = spec === "simulator" ? `${spec}, seed ${seed}` : spec;
    console.log(firstSteps({ url, keyFile, account: demoAccount, venue, priced }));
  } catch (error) {
    logger.debug({ err: error }, "not started");
    console.error(error instanceof Error ? error.message : error);
    await lifecycle.stop("start failed");
    return true;
  }
  return (await lifecycle.stopped).failed;
}

/** The settings, or the exit code after help or what is wrong with them was printed. */
async function readCommandLine(): Promise<AllInOneSettings | number> {
  try {
    const settings = await readOptions(Deno.args, Deno.env.toObject());
    if (settings !== null) return settings;
    console.log(helpText);
    return 0;
  } catch (error) {
    // parseArgs throws TypeErrors.
    if (!(error instanceof SettingsError || error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${helpText}`);
    return 2;
  }
}

if (import.meta.main) {
  const settings = await readCommandLine();
  if (typeof settings === "number") Deno.exit(settings);
  Deno.exit(await run(settings) ? 1 : 0);
}
