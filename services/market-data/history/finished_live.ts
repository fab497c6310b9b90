/** Up to when the archive has brought the live feed into history: what began before may be told whole. */

import { minuteMs } from "../../../shared/domain/bar.ts";
import type { Granularity } from "../../../shared/domain/bars/granularity.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { instruments } from "../../../shared/domain/instruments.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import { type Clock, epochMs } from "../../../shared/domain/time.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { liveLagMs } from "./base_parts.ts";

/** How much later than one of another symbol a tick of the same time may come, in milliseconds. */
const settleMs = 5_000;
/** How far behind the archive may be for its ticks to be looked at, and not its minutes alone. */
const recentMs = 2 * minuteMs;
/** Closed sessions in a row at most: a weekend and a holiday have fewer. */
const closedMax = 10;

const liveTicks = instruments.map(({ symbol }) => ({ symbol, source: liveSource }));

export interface LiveGround {
  readonly history: History;
  readonly hours: TradingHours;
  readonly marketClock: Clock;
}

/**
 * The archive takes the feed in its order. So what came before a tick that history has, of whichever
 * symbol, is there as well, and so is all before a minute of the symbol that is finished, and what a
 * closed market would have brought. Where the feed has ended, {@link liveLagMs} are waited for more.
 */
export async function finishedLive(
  { history, hours, marketClock }: LiveGround,
  { symbol, granularity }: { readonly symbol: Symbol; readonly granularity: Granularity },
): Promise<number> {
  const now = marketClock.now();
  const since = now - liveLagMs;
  const minutes = { symbol, source: liveSource, side: "mid", intervalMs: minuteMs } as const;
  const [days = []] = await history.heldDays([minutes], { from: since, to: Infinity });
  const ofMinutes = (days.at(-1)?.to ?? -Infinity) + minuteMs;
  const ofTicks = granularity.startsWith("S")
    ? await history.newestTick(liveTicks, now - recentMs)
    : null;
  const reached = Math.max(since, ofMinutes, (ofTicks ?? -Infinity) - settleMs);
  return Math.min(now - settleMs, openAgain(hours.of(symbol), reached));
}

/** The moment, or the end of the closed sessions that it lies in. */
function openAgain(hours: TradingHours, at: number): number {
  let open = at;
  for (let n = 0; n < closedMax; n++) {
    const session = hours.sessionAt(epochMs(open));
    if (session.open) return open;
    open = session.until;
  }
  return open;
}
