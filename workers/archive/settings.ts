/** Settings of the archive worker; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  databaseSettings,
  httpSettings,
  logSettings,
  marketSettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";

export const archiveSettings = v.strictObject({
  http: httpSettings(8012),
  database: databaseSettings,
  streams: streamsSettings,
  market: marketSettings,
  log: logSettings,
});
export type ArchiveSettings = v.InferOutput<typeof archiveSettings>;
