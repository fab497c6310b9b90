/** The day's rhythm of an FX market, told from its roll at 17:00 New York. */

import { fxDayEndAfter } from "../../domain/fx_week.ts";
import { type EpochMs, epochMs } from "../../domain/time.ts";

/** How the market is at a moment, each 1 in a normal London hour. */
export interface Mood {
  readonly tempo: number;
  readonly volatility: number;
  readonly spread: number;
}

const hourMs = 3_600_000;
/** Banks pull their prices this long on both sides of the roll. */
const rollMs = 15 * 60_000;
const rollSpread = 4;

/** Until which hour of the FX day; hour 0 is 17:00 in New York. */
const sessions: readonly (readonly [untilHour: number, mood: Mood])[] = [
  [2, { tempo: 0.25, volatility: 0.4, spread: 1.8 }], // between New York and Tokyo
  [10, { tempo: 0.5, volatility: 0.7, spread: 1.25 }], // Asia
  [15, { tempo: 1, volatility: 1.1, spread: 1 }], // London
  [19, { tempo: 1.3, volatility: 1.5, spread: 1 }], // London and New York together
  [25, { tempo: 0.6, volatility: 0.8, spread: 1.1 }], // New York alone
];

/** Tells the mood of moments that come in rising order, remembering the FX day it is in. */
export class MarketMood {
  #from = 0;
  #until = 0;

  at(time: EpochMs): Mood {
    if (time < this.#from || time >= this.#until) {
      this.#until = fxDayEndAfter(time);
      // Days have 23 to 25 hours, so 26 before the end is always the day before.
      this.#from = fxDayEndAfter(epochMs(this.#until - 26 * hourMs));
    }
    const hour = (time - this.#from) / hourMs;
    const session = sessions.find(([until]) => hour < until) ?? sessions.at(-1)!;
    const fromRoll = Math.min(time - this.#from, this.#until - time);
    if (fromRoll >= rollMs) return session[1];
    const widening = 1 + (rollSpread - 1) * (1 - fromRoll / rollMs);
    return { ...session[1], spread: session[1].spread * widening };
  }
}
