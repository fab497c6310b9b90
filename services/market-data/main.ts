/** Market data as a process of its own. */

import { runPart } from "../../shared/runtime/run_part.ts";
import { createMarketDataApp } from "./app.ts";
import { openMarketData, startMarketData } from "./deps.ts";
import { marketDataSettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "market-data",
    settings: marketDataSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openMarketData(settings, lifecycle);
      return createMarketDataApp(await startMarketData(ground, lifecycle));
    },
  }),
);
