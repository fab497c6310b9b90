/** The gates that look at times alone; the same for ticks and bars. */

import { openMsBetween, type TradingHours } from "../../../shared/domain/fx_week.ts";
import type { TimeRange } from "../../../shared/timeseries/columns.ts";
import { gateBit, type GateSettings } from "./gates.ts";
import { opensNear, type Stretch, stretchAt, weekEndMs } from "./trading_time.ts";

export interface TimeCheck {
  readonly gates: GateSettings;
  readonly hours: TradingHours;
  /** The rows' day (or longer piece); rows of another one are out of order, or have a wrong clock. */
  readonly period: TimeRange;
  /** The load's own time, epoch milliseconds. */
  readonly now: number;
  /** The latest time before these rows, or `-Infinity`. */
  readonly last: number;
  /** Length of one row: 0 of a tick, the interval of a bar. Silence counts from a row's end. */
  readonly rowMs: number;
}

const nowhere: Stretch = { closed: null, from: 0, until: 0 };

/** Sets the bits of each row that meets a gate; the latest time of a row that is in order. */
export function markTimes(
  mask: Uint32Array,
  time: Float64Array,
  { gates, hours, period, now, last: before, rowMs }: TimeCheck,
): number {
  const { secondsAhead, yearMin } = gates.clock.thresholds as Record<string, number>;
  const aheadMs = secondsAhead! * 1_000;
  const latest = Math.min(now + aheadMs, period.to - 1);
  const earliest = Date.UTC(yearMin!, 0, 1);
  const gapMs = gates.gap.thresholds["seconds"]! * 1_000;
  const nearMs = gates.week_open.thresholds["minutes"]! * 60_000;
  const { length } = mask;
  let last = before;
  let session = nowhere;
  for (let i = 0; i < length; i++) {
    const at = time[i]!;
    const next = i + 1 < length ? time[i + 1]! : Infinity;
    if (at > latest || at < earliest || (at - next > aheadMs && next >= last)) {
      mask[i]! |= gateBit.clock;
      continue;
    }
    if (at < last || at < period.from) {
      mask[i]! |= gateBit.out_of_order;
      continue;
    }
    const silentMs = at - last - rowMs;
    if (silentMs >= gapMs && last !== -Infinity) {
      if (openMsBetween(hours, last + rowMs, at) >= gapMs) mask[i]! |= gateBit.gap;
      if (silentMs >= weekEndMs && !opensNear(hours, at, nearMs)) mask[i]! |= gateBit.week_open;
    }
    last = at;
    if (at < session.from || at >= session.until) session = stretchAt(hours, at);
    if (session.closed !== null) mask[i]! |= gateBit[session.closed];
  }
  return last;
}
