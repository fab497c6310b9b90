/** A signal: what a study of bars found at the close of one. It says which way, never how much. */

import type { Price, Symbol } from "../instrument.ts";
import type { EpochMs } from "../time.ts";

export const directions = ["up", "down"] as const;
export type Direction = (typeof directions)[number];

/** Lengths of the bars that are studied; their bars begin on whole multiples of it, UTC. */
export const signalGranularities = ["M1", "M5", "M15"] as const;
export type SignalGranularity = (typeof signalGranularities)[number];

export const studyNames = ["averages_cross", "range_break", "rsi_turn"] as const;
export type StudyName = (typeof studyNames)[number];

export interface Signal {
  readonly symbol: Symbol;
  readonly study: StudyName;
  readonly granularity: SignalGranularity;
  /** End of the bar it stands on: nobody could know of it before. */
  readonly time: EpochMs;
  readonly direction: Direction;
  /** The middle price that bar closed at. */
  readonly price: Price;
}
