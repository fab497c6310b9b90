/** What makes a tick no price, whichever venue gave it. */

import { findInstrument } from "../domain/instruments.ts";
import type { EpochMs } from "../domain/time.ts";
import type { Tick } from "./venue.ts";

/** Why a tick is kept from everyone. */
export const tickFaults = [
  "unknown_symbol",
  "not_a_price",
  "crossed",
  "locked",
  "out_of_order",
  "ahead_of_time",
] as const;
export type TickFault = (typeof tickFaults)[number];

/** How far a tick may lie ahead of its venue's own clock. */
const aheadMsMax = 5_000;

/** `time` is the venue's clock, `after` the time of the symbol's last good tick. */
export function tickFault(
  tick: Tick,
  { after, time }: { after: EpochMs | undefined; time: EpochMs },
): TickFault | null {
  if (findInstrument(tick.symbol) === undefined) return "unknown_symbol";
  if (!isPrice(tick.bid) || !isPrice(tick.ask)) return "not_a_price";
  if (tick.bid > tick.ask) return "crossed";
  if (tick.bid === tick.ask) return "locked";
  if (tick.venueTime > time + aheadMsMax) return "ahead_of_time";
  if (after !== undefined && tick.venueTime < after) return "out_of_order";
  return null;
}

const isPrice = (points: number): boolean => Number.isSafeInteger(points) && points > 0;
