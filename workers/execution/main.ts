/** The execution worker as a process of its own. */

import { runPart } from "../../shared/runtime/run_part.ts";
import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { openExecution, startExecution } from "./deps.ts";
import { executionSettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "execution",
    settings: executionSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openExecution(settings, lifecycle);
      await startExecution(ground, lifecycle);
      return createServiceApp(ground);
    },
  }),
);
