/** The archive worker as a process of its own. */

import { runPart } from "../../shared/runtime/run_part.ts";
import { openGround } from "../../shared/runtime/ground.ts";
import { createServiceApp } from "../../shared/runtime/service_app.ts";
import { startArchive } from "./deps.ts";
import { archiveSettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "archive",
    settings: archiveSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openGround("archive", settings, lifecycle);
      await startArchive({ ...ground, history: settings.history }, lifecycle);
      return createServiceApp(ground);
    },
  }),
);
