/** Settings of the trading gateway; see `shared/runtime/settings.ts` for where they come from. */

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

export const tradingSettings = v.strictObject({
  http: httpSettings(8001),
  database: databaseSettings,
  streams: streamsSettings,
  security: securitySettings,
  market: marketSettings,
  terms: termsSettings,
  /** As the archive has them: backtests read the blocks that it moved away. */
  history: v.optional(v.strictObject(depotFields), {}),
  log: logSettings,
});
export type TradingSettings = v.InferOutput<typeof tradingSettings>;
