/**
 * Runs the bridge from Upstash's REST protocol to a Redis of one's own. Settings:
 * `SPOTWIRE_BRIDGE_REDIS_URL`, `SPOTWIRE_BRIDGE_TOKEN` (32 characters or more),
 * `SPOTWIRE_BRIDGE_HOST` (127.0.0.1) and `SPOTWIRE_BRIDGE_PORT` (8079).
 */

import { createUpstashBridge } from "../../shared/streams/upstash_bridge.ts";

const tokenLengthMin = 32;

function readEnv(name: string, fallback?: string): string {
  const value = Deno.env.get(name) ?? fallback;
  if (value !== undefined && value !== "") return value;
  console.error(`Cannot start the bridge: set ${name}`);
  Deno.exit(2);
}

const token = readEnv("SPOTWIRE_BRIDGE_TOKEN");
if (token.length < tokenLengthMin) {
  console.error(
    `Cannot start the bridge: SPOTWIRE_BRIDGE_TOKEN is under ${tokenLengthMin} characters`,
  );
  Deno.exit(2);
}
const bridge = createUpstashBridge({ redisUrl: readEnv("SPOTWIRE_BRIDGE_REDIS_URL"), token });
const server = Deno.serve({
  hostname: readEnv("SPOTWIRE_BRIDGE_HOST", "127.0.0.1"),
  port: Number(readEnv("SPOTWIRE_BRIDGE_PORT", "8079")),
  onListen: ({ hostname, port }) => console.log(`bridge listening on http://${hostname}:${port}`),
}, bridge.fetch);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    server.shutdown().then(() => {
      bridge.close();
      Deno.exit(0);
    });
  });
}
