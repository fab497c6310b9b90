/** The analysis worker as a process of its own. */

import { openGround } from "../../shared/runtime/ground.ts";
import { runPart } from "../../shared/runtime/run_part.ts";
import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { startAnalysis } from "./deps.ts";
import { analysisSettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "analysis",
    settings: analysisSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openGround("analysis", settings, lifecycle);
      await startAnalysis({ ...ground, history: settings.history }, lifecycle);
      return createServiceApp(ground);
    },
  }),
);
