/** Settings of the archive worker; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import { liveSource } from "../../shared/domain/source.ts";
import {
  databaseSettings,
  depotFields,
  httpSettings,
  logSettings,
  marketSettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";
import { type KeepRule, parseKeepRule } from "../../shared/timeseries/keep_rules.ts";

const days = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(36_500));

const keepRule = v.pipe(
  v.string(),
  v.check(
    (text) => parseKeepRule(text) !== null,
    "expected kind:source=days or kind:source:symbol=days, such as ticks:dukascopy=365",
  ),
);

/** How history is kept. 0 days is for ever; days are counted back from the market's time. */
export const historySettings = v.optional(
  v.strictObject({
    /** Ticks are sealed into full blocks every so many minutes. */
    sealMinutes: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_440)),
      5,
    ),
    /** Older ticks of the live feed go; minute bars stay. */
    ticksDays: v.optional(days, 0),
    /** Older bars of the live feed go. */
    barsDays: v.optional(days, 0),
    /**
     * For one source, or one symbol of it: `ticks:dukascopy=365`, `bars:live:EURUSD=0`. What was
     * loaded is kept for ever unless a rule names its source.
     */
    keepDays: v.optional(v.array(keepRule), []),
    /** Older blocks are moved to the depot, where there is one. */
    depotAfterDays: v.optional(days, 30),
    ...depotFields,
  }),
  {},
);
export type HistorySettings = v.InferOutput<typeof historySettings>;

/** The rules that the settings make. */
export const keepRulesOf = ({ ticksDays, barsDays, keepDays }: HistorySettings): KeepRule[] => [
  { kind: "ticks", source: liveSource, symbol: null, days: ticksDays },
  { kind: "bars", source: liveSource, symbol: null, days: barsDays },
  ...keepDays.map((text) => parseKeepRule(text)!),
];

export const archiveSettings = v.strictObject({
  http: httpSettings(8012),
  database: databaseSettings,
  streams: streamsSettings,
  market: marketSettings,
  history: historySettings,
  log: logSettings,
});
export type ArchiveSettings = v.InferOutput<typeof archiveSettings>;
