/** The price each symbol's FX day began with, for the change since. */

import { type Signal, signal } from "@preact/signals";
import type { Spotwire } from "../../../../../shared/sdk/mod.ts";
import { fxDayOf } from "../../../../../shared/domain/fx_week.ts";
import { fxDayEnd } from "../../../../../shared/domain/fx_week.ts";
import { epochMs, toRfc3339 } from "../../../../../shared/domain/time.ts";

/** Requests in flight at once: this is the least urgent thing on the screen. */
const atOnce = 4;

export class DayChange {
  /** Mid at the day's beginning, by symbol. */
  readonly opens: Signal<ReadonlyMap<string, number>> = signal(new Map());
  #dayStart = 0;

  /** Asks for the symbols' opens, once a day each. */
  async load(client: Spotwire, symbols: readonly string[], now: number): Promise<void> {
    const day = fxDayOf(epochMs(now));
    const start = fxDayEnd(day.subtract({ days: 1 }));
    if (start === this.#dayStart) return;
    this.#dayStart = start;
    const found = new Map<string, number>();
    const waiting = [...symbols];
    const work = async () => {
      for (let symbol = waiting.shift(); symbol !== undefined; symbol = waiting.shift()) {
        const open = await openOf(client, symbol, start).catch(() => null);
        if (open !== null) found.set(symbol, open);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    this.opens.value = found;
  }
}

/** Of the first minute there is in the day. */
async function openOf(client: Spotwire, symbol: string, start: number): Promise<number | null> {
  const { bars } = await client.listBars(symbol, {
    granularity: "M1",
    side: "mid",
    from: toRfc3339(epochMs(start)),
    limit: 1,
  });
  const first = bars[0];
  return first === undefined ? null : Number(first.open);
}
