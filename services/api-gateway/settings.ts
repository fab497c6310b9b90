/** Settings of the edge; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  httpSettings,
  logSettings,
  marketSettings,
  securitySettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";
import { termsSettings } from "../../shared/runtime/terms_settings.ts";

const serviceUrl = (port: number) =>
  v.optional(v.pipe(v.string(), v.url()), `http://127.0.0.1:${port}`);
const limit = (standard: number) =>
  v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)), standard);

export const gatewaySettings = v.strictObject({
  http: httpSettings(8000),
  streams: streamsSettings,
  kv: v.strictObject({
    /** File of the key-value store, or `:memory:`; left out, the platform's own (Deno Deploy). */
    path: v.optional(v.string()),
  }),
  security: securitySettings,
  market: marketSettings,
  /** As the trading gateway's: the check at the edge margins orders by them. */
  terms: termsSettings,
  upstreams: v.strictObject({
    trading: serviceUrl(8001),
    marketData: serviceUrl(8002),
    pipeline: serviceUrl(8003),
  }),
  limits: v.strictObject({
    /** Of one key, or of one address without a key. */
    requestsPerSecond: limit(1_000),
    socketsPerKey: limit(2_000),
    sockets: limit(20_000),
  }),
  log: logSettings,
});
export type GatewaySettings = v.InferOutput<typeof gatewaySettings>;
