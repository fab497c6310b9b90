/** Recorded prices as a venue. */

import type { TradingHours } from "../../domain/fx_week.ts";
import type { EpochMs, Timer } from "../../domain/time.ts";
import type { PriceVenue } from "../venue.ts";

export interface ReplayOptions {
  readonly hours: TradingHours;
  readonly closedHeartbeatMs: number;
  readonly timerFrom: (startAt: EpochMs) => Timer;
}

export function openReplay(
  _path: string,
  _options: ReplayOptions,
): Promise<{ venue: PriceVenue; timer: Timer }> {
  return Promise.reject(new Error("Cannot replay yet"));
}
