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
    /** `simulator`, `replay:<folder or file>`, `oanda` or `composite`. */
    spec: v.optional(
      v.pipe(
        v.string(),
        v.regex(
          /^(simulator|oanda|composite|replay:.+)$/,
          "use simulator, replay:<folder or file>, oanda or composite",
        ),
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

/** OANDA v20, for the venue `oanda` and the source of that name in a composite. */
export const oandaSettings = v.optional(
  v.strictObject({
    environment: v.optional(v.picklist(["practice", "live"]), "practice"),
    /** Another streaming host than the environment's own: `https://…`, without a path. */
    url: v.optional(v.pipe(v.string(), v.regex(/^https?:\/\/[^/]+\/?$/, "use https://<host>"))),
    /** Secret: a personal access token. */
    token: v.optional(v.pipe(v.string(), v.minLength(1))),
    accountId: v.optional(
      v.pipe(v.string(), v.regex(/^[\d-]{1,40}$/, "use the form 101-001-1234567-001")),
    ),
    /** Symbols, by default every listed one; an account of another division may offer fewer. */
    instruments: v.optional(v.array(v.string())),
    /** Also watch the account's transaction stream. */
    transactions: v.optional(v.boolean(), true),
  }),
  {},
);

/** Several sources as one venue, `composite`. */
export const compositeSettings = v.optional(
  v.strictObject({
    /** `oanda`, `simulator` or `simulator:<seed>`. */
    sources: v.optional(v.array(v.string()), []),
    /** How far each is trusted, in the order of the sources; 0 is a spare. Default 1. */
    weights: v.optional(v.array(v.pipe(v.number(), v.minValue(0))), []),
    /** How old a price of each may be, milliseconds. Default 60 000. */
    agesMsMax: v.optional(v.array(v.pipe(v.number(), v.minValue(1))), []),
  }),
  {},
);

export const ingestSettings = v.strictObject({
  http: httpSettings(8011),
  streams: streamsSettings,
  venue: venueSettings,
  oanda: oandaSettings,
  composite: compositeSettings,
  market: marketSettings,
  log: logSettings,
});
export type IngestSettings = v.InferOutput<typeof ingestSettings>;

/** What a venue is opened from; the sections of one that is not asked for may be missing. */
export type VenueOptions =
  & Pick<IngestSettings, "venue" | "market">
  & Partial<Pick<IngestSettings, "oanda" | "composite">>;
/** The worker's settings, without the sections of venues that are not asked for. */
export type IngestOptions = Omit<IngestSettings, "oanda" | "composite"> & VenueOptions;
