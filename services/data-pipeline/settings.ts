/** Settings of the data pipeline; see `shared/runtime/settings.ts` for where they come from. */

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
import { dukascopyUrl } from "../../shared/venues/files/dukascopy_download.ts";

const importSettings = v.strictObject({
  /** The folder that imports may read from. */
  folder: v.optional(v.pipe(v.string(), v.minLength(1)), "./data/import"),
  /** Where downloads find Dukascopy's files. */
  dukascopyUrl: v.optional(v.pipe(v.string(), v.url()), dukascopyUrl),
});

export const pipelineSettings = v.strictObject({
  http: httpSettings(8003),
  database: databaseSettings,
  streams: streamsSettings,
  security: securitySettings,
  market: marketSettings,
  imports: v.optional(importSettings, {}),
  /** As the archive has them, so that blocks it moved away can be replaced. */
  history: v.optional(v.strictObject(depotFields), {}),
  log: logSettings,
});
export type PipelineSettings = v.InferOutput<typeof pipelineSettings>;
