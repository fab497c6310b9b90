/** Trading hours as the gates ask for them: closed why, open for how long, opened when. */

import { hourMs } from "../../../shared/domain/bars/granularity.ts";
import { fxDayOf, type TradingHours } from "../../../shared/domain/fx_week.ts";
import { epochMs } from "../../../shared/domain/time.ts";

export type Closed = "weekend" | "holiday" | null;

/** A stretch of time with one answer: `[from, until)`. */
export interface Stretch {
  readonly closed: Closed;
  readonly from: number;
  readonly until: number;
}

export function stretchAt(hours: TradingHours, at: number): Stretch {
  const { open, from, until } = hours.sessionAt(epochMs(at));
  // Not every venue makes the break of metals, or made it always: a price in it may be right.
  const trades = open || hours.isBreak(epochMs(at));
  const closed = trades ? null : fxDayOf(epochMs(at)).dayOfWeek > 5 ? "weekend" : "holiday";
  return { closed, from, until };
}

/** Whether the market opens, from closed, within `ms` of `at` on either side. */
export function opensNear(hours: TradingHours, at: number, ms: number): boolean {
  const before = Math.max(0, at - ms);
  let was = hours.isOpen(epochMs(Math.max(0, before - 1)));
  for (let from = before; from <= at + ms;) {
    const session = hours.sessionAt(epochMs(from));
    if (session.open && !was) return true;
    was = session.open;
    from = Math.max(session.until, from + 1);
  }
  return false;
}

/** A silence after which the market is expected to have been closed. */
export const weekEndMs = 24 * hourMs;
