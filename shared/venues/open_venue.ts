/** Opens a price venue by name, on the clock its speed asks for. */

import type { TradingHours } from "../domain/fx_week.ts";
import type { EpochMs, Timer } from "../domain/time.ts";
import { openReplay } from "./replay/replay.ts";
import { createSimulator } from "./simulator/simulator.ts";
import type { PriceVenue } from "./venue.ts";

export interface OpenVenueOptions {
  readonly seed: string;
  /** Market seconds per second; `"max"` runs as fast as the consumer takes. */
  readonly speed: number | "max";
  readonly hours: TradingHours;
  readonly timers: {
    readonly system: Timer;
    scaled(startAt: EpochMs, speed: number): Timer;
    virtual(startAt: EpochMs): Timer;
  };
}

export interface OpenVenue {
  readonly venue: PriceVenue;
  /** The market's clock. */
  readonly timer: Timer;
}

/**
 * Opens `simulator` or `replay:<folder or file>`.
 * @throws Error naming what is wrong with the venue's name, its speed or its files.
 */
export async function openPriceVenue(spec: string, options: OpenVenueOptions): Promise<OpenVenue> {
  const { hours, seed, speed, timers } = options;
  if (speed !== "max" && !(speed > 0 && Number.isFinite(speed))) {
    throw new RangeError(`Cannot run a venue at speed ${speed}: use a positive number or "max"`);
  }
  const closedHeartbeatMs = speed === "max" ? Infinity : 1_000 * Math.max(1, speed);
  const timerFrom = (startAt: EpochMs): Timer =>
    speed === "max" ? timers.virtual(startAt) : timers.scaled(startAt, speed);
  if (spec === "simulator") {
    const timer = speed === 1 ? timers.system : timerFrom(timers.system.now());
    const behindMsMax = 2_000 * (speed === "max" ? 1 : Math.max(1, speed));
    return {
      venue: createSimulator({ seed, hours, timer, closedHeartbeatMs, behindMsMax }),
      timer,
    };
  }
  if (spec.startsWith("replay:")) {
    return await openReplay(spec.slice("replay:".length), { hours, closedHeartbeatMs, timerFrom });
  }
  throw new Error(`Cannot open venue "${spec}": use "simulator" or "replay:<folder or file>"`);
}
