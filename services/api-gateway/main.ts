/** The edge as a process of its own. */

import { runPart } from "../../shared/runtime/run_part.ts";
import { createGatewayApp } from "./app.ts";
import { openGateway, startGateway } from "./deps.ts";
import { gatewaySettings } from "./settings.ts";

Deno.exit(
  await runPart({
    service: "api-gateway",
    settings: gatewaySettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openGateway(settings, lifecycle);
      return createGatewayApp(await startGateway(ground, lifecycle));
    },
  }),
);
