/**
 * The `released-ticks` topic: ticks of the live feed that ingest refused, and that someone who has
 * looked at them lets into history after all. Published by the data pipeline. Nobody takes one for a
 * price of now.
 */

import * as v from "valibot";
import { eventSchema } from "./envelope.ts";
import { decimalText, epochMsNumber, symbolText } from "./values.ts";

export const tickReleased = eventSchema(
  "tick.released",
  v.strictObject({
    /** A tick of one id is filed once, however often it comes. */
    releaseId: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)),
    symbol: symbolText,
    time: epochMsNumber,
    bid: decimalText,
    ask: decimalText,
  }),
);
export type TickReleased = v.InferOutput<typeof tickReleased>;
