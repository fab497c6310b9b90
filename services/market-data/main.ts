/** Market data as a process of its own. */

import { openServiceGround } from "../../shared/runtime/ground.ts";
import { runPart } from "../../shared/runtime/run_part.ts";
import { readTerms } from "../../shared/runtime/terms_settings.ts";
import { createMarketDataApp } from "./app.ts";
import { startMarketData } from "./deps.ts";
import { marketDataSettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "market-data",
    settings: marketDataSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openServiceGround("market-data", settings, lifecycle);
      const { guarantees } = readTerms(settings.terms);
      return createMarketDataApp(
        await startMarketData({ ...ground, guarantees, history: settings.history }, lifecycle),
      );
    },
  }),
);
