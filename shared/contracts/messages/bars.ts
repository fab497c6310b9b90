/**
 * The `bars` topic: one-minute bars as they grow, when they are finished, and again when a late tick
 * corrects one. Published by the archive, which alone sees every quote in order and has stored what
 * it announces.
 */

import * as v from "valibot";
import { type Bar, barSides } from "../../domain/bar.ts";
import { formatPrice, type Instrument } from "../../domain/instrument.ts";
import { eventSchema } from "./envelope.ts";
import { count, decimalText, epochMsNumber, symbolText } from "./values.ts";

/** Bars in one event at most. */
export const barsPerEventMax = 500;

/** `partial`: the minute is not over. `final`: it is, told once. `corrected`: it changed since. */
export const liveBarStates = ["partial", "final", "corrected"] as const;
export type LiveBarState = (typeof liveBarStates)[number];

export const liveBar = v.strictObject({
  symbol: symbolText,
  side: v.picklist(barSides),
  granularity: v.literal("M1"),
  openTime: v.pipe(epochMsNumber, v.description("Start of the minute, milliseconds since 1970")),
  open: decimalText,
  high: decimalText,
  low: decimalText,
  close: decimalText,
  ticks: v.pipe(count, v.description("Quotes inside; 0 in a flat bar that carries the last close")),
  state: v.picklist(liveBarStates),
  version: v.pipe(
    count,
    v.description("Rises with every state of a bar: of one open time, the highest is the truth"),
  ),
});
export type LiveBar = v.InferOutput<typeof liveBar>;

export const barsUpdated = eventSchema(
  "bars.updated",
  v.strictObject({ bars: v.pipe(v.array(liveBar), v.minLength(1), v.maxLength(barsPerEventMax)) }),
);
export type BarsUpdated = v.InferOutput<typeof barsUpdated>;

export function toLiveBar(
  bar: Bar,
  instrument: Instrument,
  { state, version }: Pick<LiveBar, "state" | "version">,
): LiveBar {
  return {
    symbol: bar.symbol,
    side: bar.side,
    granularity: "M1",
    openTime: bar.openTime,
    open: formatPrice(bar.open, instrument),
    high: formatPrice(bar.high, instrument),
    low: formatPrice(bar.low, instrument),
    close: formatPrice(bar.close, instrument),
    ticks: bar.ticks,
    state,
    version,
  };
}
