/** Settings of market data; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  databaseSettings,
  httpSettings,
  logSettings,
  marketSettings,
  securitySettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";

export const marketDataSettings = v.strictObject({
  http: httpSettings(8002),
  database: databaseSettings,
  streams: streamsSettings,
  security: securitySettings,
  market: marketSettings,
  log: logSettings,
});
export type MarketDataSettings = v.InferOutput<typeof marketDataSettings>;
