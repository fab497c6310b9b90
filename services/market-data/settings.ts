/** Settings of market data; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  databaseSettings,
  depotFields,
  httpSettings,
  logSettings,
  marketSettings,
  securitySettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";
import { termsSettings } from "../../shared/runtime/terms_settings.ts";

export const marketDataSettings = v.strictObject({
  http: httpSettings(8002),
  database: databaseSettings,
  streams: streamsSettings,
  security: securitySettings,
  market: marketSettings,
  /** As the archive has them, so that blocks it moved away are read. */
  history: v.optional(v.strictObject(depotFields), {}),
  terms: termsSettings,
  log: logSettings,
});
export type MarketDataSettings = v.InferOutput<typeof marketDataSettings>;
