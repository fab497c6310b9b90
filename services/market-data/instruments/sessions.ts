/** When the market next opens and closes. */

import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import { type EpochMs, epochMs } from "../../../shared/domain/time.ts";

export interface MarketSession {
  readonly isOpen: boolean;
  /** The next opening after now; `null` when none is foreseen. */
  readonly nextOpen: EpochMs | null;
  readonly nextClose: EpochMs | null;
}

/** How far ahead is looked; no venue is open or closed for longer without being so for good. */
const lookAheadMs = 14 * 86_400_000;

export function sessionOf(hours: TradingHours, now: EpochMs): MarketSession {
  const isOpen = hours.isOpen(now);
  const change = nextChange(hours, { from: now, to: !isOpen });
  const back = change === null ? null : nextChange(hours, { from: change, to: isOpen });
  return isOpen
    ? { isOpen, nextOpen: back, nextClose: change }
    : { isOpen, nextOpen: change, nextClose: back };
}

/** When the market is next open (or closed); neighbouring sessions may be alike. */
function nextChange(
  hours: TradingHours,
  { from, to }: { from: EpochMs; to: boolean },
): EpochMs | null {
  const limit = epochMs(from + lookAheadMs);
  for (let at = from; at < limit;) {
    const session = hours.sessionAt(at);
    if (session.open === to) return at;
    if (session.until <= at) return null;
    at = session.until;
  }
  return null;
}

/** Remembers the session until it changes: looking ahead costs a dozen zone conversions. */
export function sessionMemory(hours: TradingHours): (now: EpochMs) => MarketSession {
  let known: MarketSession | null = null;
  let from = epochMs(0);
  let until = epochMs(0);
  return (now) => {
    if (known === null || now < from || now >= until) {
      known = sessionOf(hours, now);
      from = now;
      const changes = [known.nextOpen, known.nextClose].filter((at) => at !== null);
      until = epochMs(Math.min(now + lookAheadMs / 2, ...changes));
    }
    return known;
  };
}
