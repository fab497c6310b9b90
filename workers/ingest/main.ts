/** The ingest worker as a process of its own. */

import { runPart } from "../../shared/runtime/run_part.ts";
import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { openIngest, startIngest } from "./deps.ts";
import { ingestSettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "ingest",
    settings: ingestSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openIngest(settings, lifecycle);
      startIngest(ground, lifecycle);
      return createServiceApp(ground);
    },
  }),
);
