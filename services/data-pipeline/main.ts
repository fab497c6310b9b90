/** The data pipeline as a process of its own. */

import { openServiceGround } from "../../shared/runtime/ground.ts";
import { runPart } from "../../shared/runtime/run_part.ts";
import { createPipelineApp } from "./app.ts";
import { startPipeline } from "./deps.ts";
import { pipelineSettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "data-pipeline",
    settings: pipelineSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openServiceGround("data-pipeline", settings, lifecycle);
      const { imports: { folder, dukascopyUrl: url }, history } = settings;
      const deps = await startPipeline(
        { ...ground, folder, dukascopy: { url }, history },
        lifecycle,
      );
      return createPipelineApp(deps);
    },
  }),
);
