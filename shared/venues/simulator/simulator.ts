/** The simulated venue: a `Market` on a clock. */

import type { TradingHours } from "../../domain/fx_week.ts";
import { type EpochMs, epochMs, type Timer } from "../../domain/time.ts";
import type { PriceVenue, Tick, TickBatch } from "../venue.ts";
import { Market } from "./market.ts";

export interface SimulatorOptions {
  readonly seed: string;
  readonly hours: TradingHours;
  readonly timer: Timer;
  /** Where the market starts; by default when its ticks are first asked for. */
  readonly startAt?: EpochMs | undefined;
  /** Market time between batches. */
  readonly flushMs?: number | undefined;
  readonly heartbeatMs?: number | undefined;
  /** How often the venue shows life while closed; `Infinity` jumps to the opening. */
  readonly closedHeartbeatMs?: number | undefined;
  /** Steps later than this are taken without telling their ticks, as after a suspended night. */
  readonly behindMsMax?: number | undefined;
}

/** Steps taken in one go when far behind, before others get the processor. */
const stepsAtOnceMax = 2_000;

/** Prices for every listed instrument; the same for the same seed and start. */
export function createSimulator(options: SimulatorOptions): PriceVenue {
  return {
    name: "simulator",
    pausable: options.closedHeartbeatMs === Infinity,
    ticks: (signal) => run(options, signal),
  };
}

async function* run(options: SimulatorOptions, signal: AbortSignal): AsyncGenerator<TickBatch> {
  const { timer, hours, heartbeatMs = 1_000, behindMsMax = 2_000 } = options;
  const closedHeartbeatMs = options.closedHeartbeatMs ?? heartbeatMs;
  const startAt = options.startAt ?? timer.now();
  const market = new Market({ ...options, startAt, stepMs: options.flushMs ?? 100 });
  let saidAt = startAt;
  for (;;) {
    if (closedHeartbeatMs === Infinity) skipClosed(market, hours);
    const time = market.nextAt;
    await timer.sleepUntil(time, signal);
    if (signal.aborted) return;
    if (timer.now() - time > behindMsMax) {
      await catchUp(market, timer, signal);
      continue;
    }
    const ticks: Tick[] = market.step();
    const quietMax = hours.isOpen(time) ? heartbeatMs : closedHeartbeatMs;
    if (ticks.length === 0 && time - saidAt < quietMax) continue;
    saidAt = time;
    yield { time, ticks };
  }
}

function skipClosed(market: Market, hours: TradingHours): void {
  for (;;) {
    const session = hours.sessionAt(market.nextAt);
    if (session.open) return;
    market.skipTo(session.until);
  }
}

async function catchUp(market: Market, timer: Timer, signal: AbortSignal): Promise<void> {
  const now: EpochMs = timer.now();
  for (let steps = 0; steps < stepsAtOnceMax && market.nextAt <= now; steps++) market.step();
  await timer.sleepUntil(epochMs(timer.now() + 1), signal);
}
