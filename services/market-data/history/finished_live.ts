/** Up to when the archive has brought the live feed into history: what began before may be told whole. */

import { minuteMs } from "../../../shared/domain/bar.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { instruments } from "../../../shared/domain/instruments.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import { type Clock, epochMs } from "../../../shared/domain/time.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History } from "../../../shared/timeseries/history.ts";
import { liveLagMs } from "./base_parts.ts";

/** How much later than one of another symbol a tick of the same time may come, in milliseconds. */
const settleMs = 5_000;
/** Closed sessions in a row at most: a weekend and a holiday have fewer. */
const closedMax = 10;

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
  symbol: Symbol,
): Promise<number> {
  const now = marketClock.now();
  const since = now - liveLagMs;
  const ticks = instruments.map((one) => ({ symbol: one.symbol, source: liveSource }));
  const minutes = { symbol, source: liveSource, side: "mid", intervalMs: minuteMs } as const;
  const [ofMinutes, ...ofTicks] = await history.heldDays([minutes, ...ticks], {
    from: since,
    to: Infinity,
  });
  const reached = Math.max(
    since,
    lastOf(ofMinutes) + minuteMs,
    Math.max(...ofTicks.map(lastOf)) - settleMs,
  );
  return Math.min(now - settleMs, openAgain(hours.of(symbol), reached));
}

const lastOf = (days: readonly TimeRange[] = []): number => days.at(-1)?.to ?? -Infinity;

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
