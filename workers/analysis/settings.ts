/** Settings of the analysis worker; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  databaseSettings,
  depotFields,
  httpSettings,
  logSettings,
  marketSettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";

export const analysisSettings = v.strictObject({
  http: httpSettings(8014),
  database: databaseSettings,
  streams: streamsSettings,
  market: marketSettings,
  history: v.optional(v.strictObject(depotFields), {}),
  log: logSettings,
});
