/** The newest ticks of one symbol: tells a tick that comes late from one that comes again. */

import type { EpochMs } from "../../shared/domain/time.ts";
import type { Tick } from "../../shared/venues/venue.ts";

/** How much older than its symbol's newest a tick may be, and still be filed. */
export const lateMsMax = 120_000;
/** Ticks remembered of a symbol at most; one older than all of them is too late. */
const recentMax = 4_096;

export class RecentTicks {
  /** As they came, the oldest at `#head`. */
  #ticks: Tick[] = [];
  #head = 0;
  /** Everything accepted from this time on is remembered. */
  #since: number;
  #newest: number;

  constructor(first: Tick) {
    this.#since = first.venueTime;
    this.#newest = first.venueTime;
    this.#ticks.push(first);
  }

  /** Remembers an accepted tick, late ones too. */
  add(tick: Tick): void {
    this.#ticks.push(tick);
    if (tick.venueTime > this.#newest) this.#newest = tick.venueTime;
    while (this.#isTooMuch()) {
      this.#since = Math.max(this.#since, this.#ticks[this.#head++]!.venueTime + 1);
    }
    if (2 * this.#head <= this.#ticks.length) return;
    this.#ticks = this.#ticks.slice(this.#head);
    this.#head = 0;
  }

  /** Whether it can be told of a tick of this time that it has not come before. */
  reaches(time: EpochMs): boolean {
    return time >= this.#since && time >= this.#newest - lateMsMax;
  }

  /** Whether the very same tick is remembered. */
  has({ venueTime, bid, ask }: Tick): boolean {
    for (let at = this.#ticks.length - 1; at >= this.#head; at--) {
      const one = this.#ticks[at]!;
      if (one.venueTime === venueTime && one.bid === bid && one.ask === ask) return true;
    }
    return false;
  }

  #isTooMuch(): boolean {
    return this.#ticks.length - this.#head > recentMax ||
      this.#ticks[this.#head]!.venueTime < this.#newest - lateMsMax;
  }
}
