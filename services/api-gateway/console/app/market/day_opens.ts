/**
 * What each symbol's FX day began with, for the change since: the first price from 17:00 New York on
 * of the day that its newest quote belongs to. Over a weekend that is Friday still.
 */

import { fxDayEnd, fxDayOf } from "../../../../../shared/domain/fx_week.ts";
import { epochMs, toRfc3339 } from "../../../../../shared/domain/time.ts";
import type { FeedQuote, Spotwire } from "../../../../../shared/sdk/mod.ts";

/** Requests in flight at once: this is the least urgent thing on the screen. */
const atOnce = 4;

interface DayOpen {
  /** When the day began, in milliseconds since 1970. */
  readonly dayStart: number;
  /** Mid of the day's first quote, as the platform's bars have it. */
  readonly mid: string;
}

type Moment = Pick<FeedQuote, "symbol" | "time">;

export class DayOpens {
  readonly #client: Pick<Spotwire, "listBars">;
  readonly #quotes: () => readonly Moment[];
  readonly #opens = new Map<string, DayOpen>();
  #day = { start: 0, end: 0 };
  #asking = false;

  /** `quotes` are the newest of every symbol. */
  constructor(client: Pick<Spotwire, "listBars">, quotes: () => readonly Moment[]) {
    this.#client = client;
    this.#quotes = quotes;
  }

  /** The mid that the quote's day began with; `null` while it is not known. */
  of({ symbol, time }: Moment): string | null {
    const open = this.#opens.get(symbol);
    return open !== undefined && open.dayStart === this.#dayStart(time) ? open.mid : null;
  }

  /**
   * Asks for what is missing: at first, after 17:00 New York, and again while the day's first bar is
   * not finished or a request failed.
   */
  async ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const missing = this.#quotes().filter((quote) => this.of(quote) === null);
    const work = async () => {
      for (let quote = missing.shift(); quote !== undefined; quote = missing.shift()) {
        const { symbol, time } = quote;
        const dayStart = this.#dayStart(time);
        const mid = await this.#openOf(symbol, dayStart).catch(() => null);
        if (mid !== null) this.#opens.set(symbol, { dayStart, mid });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    this.#asking = false;
  }

  /** Of the first minute there is in the day. */
  async #openOf(symbol: string, dayStart: number): Promise<string | null> {
    const { bars } = await this.#client.listBars(symbol, {
      granularity: "M1",
      side: "mid",
      from: toRfc3339(epochMs(dayStart)),
      limit: 1,
    });
    return bars[0]?.open ?? null;
  }

  /** Remembers the day it last looked at: almost every quote is of the same. */
  #dayStart(time: number): number {
    if (time < this.#day.start || time >= this.#day.end) {
      const day = fxDayOf(epochMs(time));
      this.#day = { start: fxDayEnd(day.subtract({ days: 1 })), end: fxDayEnd(day) };
    }
    return this.#day.start;
  }
}
