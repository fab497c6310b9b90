/** Settings of the ingest worker; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  httpSettings,
  logSettings,
  marketSettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";

/** Where prices come from, and how fast. */
export const venueSettings = v.optional(
  v.strictObject({
    /** `simulator` or `replay:<folder or file>`. */
    spec: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^(simulator|replay:.+)$/, "use simulator or replay:<folder or file>"),
      ),
      "simulator",
    ),
    seed: v.optional(v.string(), "spotwire"),
    /** Market seconds per second, or `max`: as fast as the archive reads. */
    speed: v.optional(
      v.union([v.literal("max"), v.pipe(v.number(), v.minValue(0.001), v.maxValue(100_000))]),
      1,
    ),
  }),
  {},
);

export const ingestSettings = v.strictObject({
  http: httpSettings(8011),
  streams: streamsSettings,
  venue: venueSettings,
  market: marketSettings,
  log: logSettings,
});
export type IngestSettings = v.InferOutput<typeof ingestSettings>;
