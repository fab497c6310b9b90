/**
 * The edge alone, far from the region: quotes, bars and accounts come through Upstash's REST protocol
 * (an Upstash database, or `deploy/bridge` in front of one's own Redis), one subscription for all the
 * sockets; orders and history are forwarded over HTTP. Settings are those of `services/api-gateway`;
 * `deploy/profiles/first_key.ts` makes the first key.
 */

import * as v from "valibot";
import { createGatewayApp } from "../../services/api-gateway/app.ts";
import { openGateway, startGateway } from "../../services/api-gateway/deps.ts";
import { gatewaySettings } from "../../services/api-gateway/settings.ts";
import { runPart } from "../../shared/runtime/run_part.ts";

/** `https://host?token=…`: a far edge has no other way to the region's streams. */
const restStreams = v.strictObject({
  url: v.pipe(v.string(), v.regex(/^https?:\/\/.+[?&]token=.+$/, "use https://host?token=…")),
});

const edgeSettings = v.strictObject({ ...gatewaySettings.entries, streams: restStreams });

Deno.exit(
  await runPart({
    service: "api-gateway",
    settings: edgeSettings,
    env: Deno.env.toObject(),
    start: async (settings, lifecycle) => {
      const ground = await openGateway(settings, lifecycle);
      return createGatewayApp(await startGateway(ground, lifecycle));
    },
  }),
);
