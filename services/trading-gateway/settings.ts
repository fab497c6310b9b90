/** Settings of the trading gateway; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  databaseSettings,
  httpSettings,
  logSettings,
  marketSettings,
  securitySettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";
import { termsSettings } from "../../shared/runtime/terms_settings.ts";

export const tradingSettings = v.strictObject({
  http: httpSettings(8001),
  database: databaseSettings,
  streams: streamsSettings,
  security: securitySettings,
  market: marketSettings,
  terms: termsSettings,
  log: logSettings,
});
export type TradingSettings = v.InferOutput<typeof tradingSettings>;
