/** Opens a price venue by name, on the clock its speed asks for. */

import type { TradingHours } from "../domain/fx_week.ts";
import type { Random } from "../domain/random.ts";
import type { EpochMs, Timer } from "../domain/time.ts";
import { openReplay } from "./replay/replay.ts";
import { type CompositeSettings, type LiveOptions, openComposite, openOanda } from "./open_live.ts";
import type { OandaSettings } from "./open_live.ts";
import { createSimulator } from "./simulator/simulator.ts";
import type { PriceVenue, VenueWatch } from "./venue.ts";

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
  /** Required by venues that are elsewhere, and by composites. */
  readonly live?:
    | {
      readonly oanda: OandaSettings;
      readonly composite: CompositeSettings;
      readonly random: Random;
      readonly watch: VenueWatch;
    }
    | undefined;
}

export interface OpenVenue {
  readonly venue: PriceVenue;
  /** The market's clock. */
  readonly timer: Timer;
}

/**
 * Opens `simulator`, `replay:<folder or file>`, `oanda` or `composite`.
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
  if (spec === "oanda" || spec === "composite") {
    const venue = openLive(spec, options);
    return { venue, timer: timers.system };
  }
  const known = '"simulator", "replay:<folder or file>", "oanda" or "composite"';
  throw new Error(`Cannot open venue "${spec}": use ${known}`);
}

function openLive(spec: "oanda" | "composite", options: OpenVenueOptions): PriceVenue {
  const { hours, seed, speed, timers, live } = options;
  if (speed !== 1) throw new RangeError(`Cannot run ${spec} at speed ${speed}: it is live, use 1`);
  if (live === undefined) throw new Error(`Cannot open venue "${spec}" without its settings`);
  const { oanda, composite, ...rest } = live;
  const { system } = timers;
  const opened: LiveOptions = {
    ...rest,
    hours,
    seed,
    system,
    steady: timers.scaled(system.now(), 1),
  };
  return spec === "oanda"
    ? openOanda(oanda, opened)
    : openComposite(composite, { ...opened, oanda });
}
