/**
 * Spot value dates, and the days of interest a position carries when it is rolled from one to the
 * next at 17:00 New York.
 *
 * The rules are the market's: a value date is a business day of both currencies and of the dollar,
 * in which every cross is settled. On the days before it only the currencies other than the dollar
 * have to be open, except against the Mexican peso, where the dollar counts on them too.
 */

import type { Currency } from "../currency.ts";
import { tradesOn, type TradingCalendar } from "../fx_week.ts";
import type { Instrument } from "../instrument.ts";
import { type HolidayCalendar, holidaysOf, type IsoDate } from "./holiday_rules.ts";
import { holidayCalendars } from "./holidays.ts";

/** Currencies whose dollar legs need the dollar open on every day up to the value date. */
const strictBeforeValue = new Set<Currency>(["MXN"]);

/** Days looked ahead for a business day at most; no calendar closes for longer. */
const aheadDaysMax = 30;

export interface Roll {
  readonly valueDate: Temporal.PlainDate;
  readonly nextValueDate: Temporal.PlainDate;
  readonly days: number;
}

export class ValueDates {
  readonly #calendars: Readonly<Record<Currency, HolidayCalendar>>;
  readonly #holidays = new Map<string, ReadonlySet<IsoDate>>();

  constructor(calendars: Readonly<Record<Currency, HolidayCalendar>> = holidayCalendars) {
    this.#calendars = calendars;
  }

  /**
   * The spot value date of a trade on an FX day.
   * @throws RangeError for a year that one of the calendars does not reach.
   */
  spotDate(instrument: Instrument, tradeDay: Temporal.PlainDate): Temporal.PlainDate {
    const pair = [instrument.base, instrument.quote];
    const onValue = new Set<Currency>([...pair, "USD"]);
    const before = pair.some((currency) => strictBeforeValue.has(currency))
      ? onValue
      : new Set(pair.filter((currency) => currency !== "USD"));
    let day = tradeDay;
    for (let lag = instrument.spotLagDays; lag > 1; lag--) {
      day = this.#businessDayAfter(day, before);
    }
    return this.#businessDayAfter(day, onValue);
  }

  /**
   * The two value dates of a roll at the end of an FX day, that day's and the next trading day's, and
   * the days of interest between them: 1 on most days, 3 over a weekend, more over holidays, and 0
   * where both days have one value date.
   */
  roll(instrument: Instrument, day: Temporal.PlainDate, hours: TradingCalendar): Roll {
    const valueDate = this.spotDate(instrument, day);
    const nextValueDate = this.spotDate(instrument, tradingDayAfter(day, hours));
    const { days } = valueDate.until(nextValueDate, { largestUnit: "day" });
    return { valueDate, nextValueDate, days };
  }

  #businessDayAfter(day: Temporal.PlainDate, open: ReadonlySet<Currency>): Temporal.PlainDate {
    let next = day;
    for (let looked = 0; looked < aheadDaysMax; looked++) {
      next = next.add({ days: 1 });
      if (next.dayOfWeek <= 5 && ![...open].some((one) => this.#isHoliday(one, next))) return next;
    }
    throw new RangeError(`Cannot find a business day after ${day}: check the holiday calendars`);
  }

  #isHoliday(currency: Currency, day: Temporal.PlainDate): boolean {
    const key = `${currency} ${day.year}`;
    let holidays = this.#holidays.get(key);
    if (holidays === undefined) {
      holidays = holidaysOf(this.#calendars[currency], day.year);
      this.#holidays.set(key, holidays);
    }
    return holidays.has(day.toString());
  }
}

/** The next FX day that positions are rolled on: a weekday on which there is trading. */
export function tradingDayAfter(
  day: Temporal.PlainDate,
  hours: TradingCalendar,
): Temporal.PlainDate {
  let next = day.add({ days: 1 });
  while (next.dayOfWeek > 5 || !tradesOn(next, hours)) next = next.add({ days: 1 });
  return next;
}
