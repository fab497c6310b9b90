/** Settings of the execution worker; see `shared/runtime/settings.ts` for where they come from. */

import * as v from "valibot";
import {
  databaseSettings,
  httpSettings,
  logSettings,
  marketSettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";

const share = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0);
const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));

/** How the simulated venue fills; the same seed fills the same orders the same way. */
export const fillSettings = v.optional(
  v.strictObject({
    seed: v.optional(v.string(), "spotwire"),
    /** From submit to market, milliseconds of market time. */
    latencyMs: v.optional(whole(60_000), 50),
    /** Points a market order may slip at most. */
    slippagePoints: v.optional(whole(1_000), 2),
    /** Share of fills that take only part of an order. */
    partialShare: share,
    /** Share of orders the venue refuses. */
    rejectShare: share,
  }),
  {},
);

export const executionSettings = v.strictObject({
  http: httpSettings(8013),
  database: databaseSettings,
  streams: streamsSettings,
  market: marketSettings,
  fills: fillSettings,
  log: logSettings,
});
export type ExecutionSettings = v.InferOutput<typeof executionSettings>;
