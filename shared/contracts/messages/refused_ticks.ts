/** The `refused-ticks` topic: what ingest kept from everyone, as it came, to be looked at. */

import * as v from "valibot";
import { eventSchema } from "./envelope.ts";
import { count, epochMsNumber } from "./values.ts";

/** Ticks in one event at most. */
export const refusedPerEventMax = 200;
/** Characters of an original that are kept. */
export const originalTextMax = 2_000;

const refusedTick = v.strictObject({
  /** Unique among all that the venue's ticks were ever refused. */
  number: count,
  reason: v.pipe(v.string(), v.minLength(1), v.maxLength(40)),
  /** The symbol as the venue's tick names it; missing where a line gave none. */
  symbol: v.optional(v.pipe(v.string(), v.maxLength(40))),
  /** The venue's time of it. */
  time: v.optional(epochMsNumber),
  receivedTime: epochMsNumber,
  /** The tick as JSON with prices in points, or the venue's own line where it was none. */
  original: v.pipe(v.string(), v.maxLength(originalTextMax)),
});
export type RefusedTick = v.InferOutput<typeof refusedTick>;

export const ticksRefused = eventSchema(
  "ticks.refused",
  v.strictObject({
    venue: v.string(),
    ticks: v.pipe(v.array(refusedTick), v.minLength(1), v.maxLength(refusedPerEventMax)),
  }),
);
