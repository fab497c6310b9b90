/**
 * The `signals` topic: what the studies of bars find, and take back when a late quote corrects a bar
 * that a signal stood on. Published by the analysis worker.
 */

import * as v from "valibot";
import { formatPrice } from "../../domain/instrument.ts";
import { instrumentOf } from "../../domain/instruments.ts";
import {
  directions,
  type Signal,
  signalGranularities,
  studyNames,
} from "../../domain/signals/signal.ts";
import { eventSchema } from "./envelope.ts";
import { count, decimalText, epochMsNumber, symbolText } from "./values.ts";

/** Signals in one event at most. */
export const signalsPerEventMax = 500;

export const signalStates = ["raised", "withdrawn"] as const;

export const liveSignal = v.pipe(
  v.strictObject({
    symbol: symbolText,
    study: v.pipe(
      v.picklist(studyNames),
      v.description(
        "averages_cross: the average of 20 closes crosses that of 50. range_break: a close outside " +
          "the range of the 20 bars before it. rsi_turn: the relative strength of 14 changes comes " +
          "back from below 30 or above 70",
      ),
    ),
    granularity: v.pipe(v.picklist(signalGranularities), v.description("Of the bars")),
    time: v.pipe(
      epochMsNumber,
      v.description("End of the bar it stands on, milliseconds since 1970"),
    ),
    direction: v.picklist(directions),
    price: v.pipe(decimalText, v.description("The middle price at the bar's close")),
    state: v.pipe(
      v.picklist(signalStates),
      v.description("withdrawn: a late quote has corrected the bars, and they say it no longer"),
    ),
    sequence: v.pipe(
      count,
      v.description("Rises with everything told of the symbol; of one signal, the highest is true"),
    ),
  }),
  v.description(
    "What a study found at the close of a bar; it is known by symbol, study, granularity and time",
  ),
);
export type LiveSignal = v.InferOutput<typeof liveSignal>;

export const signalsUpdated = eventSchema(
  "signals.updated",
  v.strictObject({
    signals: v.pipe(v.array(liveSignal), v.minLength(1), v.maxLength(signalsPerEventMax)),
  }),
);
export type SignalsUpdated = v.InferOutput<typeof signalsUpdated>;

/** The same for one signal, whatever has been told of it. */
export const signalKey = (one: Pick<LiveSignal, "symbol" | "study" | "granularity" | "time">) =>
  `${one.symbol} ${one.study} ${one.granularity} ${one.time}`;

export const toLiveSignal = (
  signal: Signal,
  { state, sequence }: Pick<LiveSignal, "state" | "sequence">,
): LiveSignal => ({
  ...signal,
  price: formatPrice(signal.price, instrumentOf(signal.symbol)),
  state,
  sequence,
});
