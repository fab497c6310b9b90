/** Settings of the archive worker; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  databaseSettings,
  depotFields,
  httpSettings,
  logSettings,
  marketSettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";

const days = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(36_500));

/** How history is kept. 0 days is for ever. */
export const historySettings = v.optional(
  v.strictObject({
    /** Ticks are sealed into full blocks every so many minutes. */
    sealMinutes: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_440)),
      5,
    ),
    /** Older ticks go; minute bars stay. */
    ticksDays: v.optional(days, 0),
    barsDays: v.optional(days, 0),
    /** Older blocks are moved to the depot, where there is one. */
    depotAfterDays: v.optional(days, 30),
    ...depotFields,
  }),
  {},
);
export type HistorySettings = v.InferOutput<typeof historySettings>;

export const archiveSettings = v.strictObject({
  http: httpSettings(8012),
  database: databaseSettings,
  streams: streamsSettings,
  market: marketSettings,
  history: historySettings,
  log: logSettings,
});
export type ArchiveSettings = v.InferOutput<typeof archiveSettings>;
