/**
 * Notices each 17:00 New York by the market's clock and keeps the last quotes before it. A quote
 * that comes after the end is not in them, however late the end is noticed.
 */

import { fxDayEnd, fxDayOf, type TradingCalendar } from "../../../shared/domain/fx_week.ts";
import { type Quote, QuoteBook } from "../../../shared/domain/quote.ts";
import { tradingDayAfter } from "../../../shared/domain/settlement/value_date.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { EndedDay } from "./roll_store.ts";

/** Ended days that nobody has taken yet at most; a replay from the start of time would fill memory. */
const endedMax = 1_000;

export class DayEnds {
  readonly #calendar: TradingCalendar;
  readonly #quotes = new QuoteBook();
  #ended: EndedDay[] = [];
  /** The day that ends next; `null` until it is known where to begin. */
  #day: Temporal.PlainDate | null = null;
  #endsAt = Infinity;

  constructor(calendar: TradingCalendar) {
    this.#calendar = calendar;
  }

  get begun(): boolean {
    return this.#day !== null;
  }

  /** Watches from the day after one that is done with. */
  beginAfter(day: Temporal.PlainDate): void {
    this.#await(tradingDayAfter(day, this.#calendar));
  }

  /** Watches from the first trading day that has not ended at a moment; returns the one before. */
  beginAt(now: EpochMs): Temporal.PlainDate {
    const before = fxDayOf(now).subtract({ days: 1 });
    this.beginAfter(before);
    return before;
  }

  /** Takes quotes in order of time. */
  take(quotes: readonly Quote[]): void {
    for (const quote of quotes) {
      if (quote.receivedTime >= this.#endsAt) this.reach(quote.receivedTime);
      this.#quotes.apply(quote);
    }
  }

  /** The market's clock stands at `now`. */
  reach(now: EpochMs): void {
    while (this.#day !== null && now >= this.#endsAt && this.#ended.length < endedMax) {
      const endedAt = this.#endsAt as EpochMs;
      const quotes = new QuoteBook();
      for (const quote of this.#quotes.all()) quotes.apply(quote);
      this.#ended.push({ day: this.#day.toString(), endedAt, quotes });
      this.beginAfter(this.#day);
    }
  }

  /** The days that ended since this was last asked. */
  ended(): EndedDay[] {
    return this.#ended.splice(0);
  }

  /** The newest quotes it has seen. */
  get quotes(): QuoteBook {
    return this.#quotes;
  }

  #await(day: Temporal.PlainDate): void {
    this.#day = day;
    this.#endsAt = fxDayEnd(day);
  }
}
