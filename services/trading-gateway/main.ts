/** The trading gateway as a process of its own. */

import { openServiceGround } from "../../shared/runtime/ground.ts";
import { runPart } from "../../shared/runtime/run_part.ts";
import { createTradingApp } from "./app.ts";
import { startTrading } from "./deps.ts";
import { tradingSettings } from "./settings.ts";
import { readTerms } from "../../shared/runtime/terms_settings.ts";

Deno.exit(
  await runPart({
    service: "trading-gateway",
    settings: tradingSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openServiceGround("trading-gateway", settings, lifecycle);
      const terms = readTerms(settings.terms);
      return createTradingApp(
        await startTrading({ ...ground, terms, history: settings.history }, lifecycle),
      );
    },
  }),
);
