/**
 * The FX week: Sunday 17:00 to Friday 17:00 in New York, whatever the clocks do, less the days a
 * venue closes. An FX day named D runs from 17:00 the evening before to 17:00 on D.
 */

import { type EpochMs, epochMs } from "./time.ts";

/** A venue's exceptions, as data. Dates are New York FX days: `2026-12-25`, or `12-25` every year. */
export interface TradingCalendar {
  /** FX days without trading. */
  readonly closedDays: readonly string[];
  /** FX days that end early, and when (New York, `HH:MM`). */
  readonly earlyCloses: Readonly<Record<string, string>>;
  /** Weekends too: practice hours of a simulated venue. */
  readonly alwaysOpen?: boolean | undefined;
}

/** Christmas Day and New Year's Day, which every FX venue keeps. */
export const defaultCalendar: TradingCalendar = {
  closedDays: ["12-25", "01-01"],
  earlyCloses: {},
};

/** Practice hours: prices every day, weekends and holidays included. */
export const alwaysOpen: TradingCalendar = { closedDays: [], earlyCloses: {}, alwaysOpen: true };

/** The hours a setting can name. */
export const tradingHoursNames = ["fx-week", "always"] as const;
export type TradingHoursName = (typeof tradingHoursNames)[number];

/** The hours of that name, with a memory of their own. */
export const tradingHours = (name: TradingHoursName): TradingHours =>
  new TradingHours(name === "always" ? alwaysOpen : defaultCalendar);

/** Why the hours say closed. */
export const closedReasons = ["weekend", "holiday", "early_close"] as const;
export type ClosedReason = (typeof closedReasons)[number];

/** A stretch of time that is wholly open or wholly closed: `[from, until)`. */
export interface Session {
  readonly open: boolean;
  readonly from: EpochMs;
  readonly until: EpochMs;
}

/** Whose 17:00 parts one FX day from the next. */
export const fxZone = "America/New_York";
const dayEnd = Temporal.PlainTime.from("17:00");

/** When the FX day of a date ends, and the next begins: 17:00 New York on it. */
export function fxDayEnd(date: Temporal.PlainDate): EpochMs {
  return epochMs(date.toZonedDateTime({ timeZone: fxZone, plainTime: dayEnd }).epochMilliseconds);
}

/** The FX day that `at` belongs to: from 17:00 New York it is the next date. */
export function fxDayOf(at: EpochMs): Temporal.PlainDate {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(fxZone);
  return local.hour >= 17 ? local.toPlainDate().add({ days: 1 }) : local.toPlainDate();
}

/** When the FX day of `at` ends: the next 17:00 New York strictly after `at`. */
export const fxDayEndAfter = (at: EpochMs): EpochMs => fxDayEnd(fxDayOf(at));

/** Whether an FX day has trading at all. */
export function tradesOn(day: Temporal.PlainDate, calendar: TradingCalendar): boolean {
  if (calendar.alwaysOpen === true) return true;
  const text = day.toString();
  const closed = calendar.closedDays;
  return day.dayOfWeek <= 5 && !closed.includes(text) && !closed.includes(text.slice(5));
}

/** Answers whether a venue trades at a moment; remembers the session it last looked at. */
export class TradingHours {
  readonly #calendar: TradingCalendar;
  #session: Session = { open: false, from: epochMs(0), until: epochMs(0) };

  constructor(calendar: TradingCalendar = defaultCalendar) {
    this.#calendar = calendar;
  }

  /** The days without trading, for what counts in days. */
  get calendar(): TradingCalendar {
    return this.#calendar;
  }

  isOpen(at: EpochMs): boolean {
    return this.sessionAt(at).open;
  }

  /** The session that contains `at`. Two neighbouring sessions may both be open. */
  sessionAt(at: EpochMs): Session {
    const known = this.#session;
    if (at >= known.from && at < known.until) return known;
    this.#session = this.#sessionOn(fxDayOf(at), at);
    return this.#session;
  }

  /** Why it does not trade at a moment; `null` while it does. */
  closedReason(at: EpochMs): ClosedReason | null {
    if (this.isOpen(at)) return null;
    const day = fxDayOf(at);
    if (day.dayOfWeek > 5) return "weekend";
    return tradesOn(day, this.#calendar) ? "early_close" : "holiday";
  }

  #sessionOn(day: Temporal.PlainDate, at: EpochMs): Session {
    const from = fxDayEnd(day.subtract({ days: 1 }));
    const until = fxDayEnd(day);
    if (!tradesOn(day, this.#calendar)) return { open: false, from, until };
    if (this.#calendar.alwaysOpen === true) return { open: true, from, until };
    const closesAt = this.#earlyClose(day);
    if (closesAt === null) return { open: true, from, until };
    return at < closesAt
      ? { open: true, from, until: closesAt }
      : { open: false, from: closesAt, until };
  }

  #earlyClose(day: Temporal.PlainDate): EpochMs | null {
    const text = day.toString();
    const closes = this.#calendar.earlyCloses;
    const time = closes[text] ?? closes[text.slice(5)];
    if (time === undefined) return null;
    const plainTime = Temporal.PlainTime.from(time);
    return epochMs(day.toZonedDateTime({ timeZone: fxZone, plainTime }).epochMilliseconds);
  }
}

/** Sessions counted in one stretch, over three months; what is left of a longer one counts as open. */
const sessionsMax = 100;

/** Milliseconds of `[from, to)` in which the market is open. */
export function openMsBetween(
  hours: Pick<TradingHours, "sessionAt">,
  from: number,
  to: number,
): number {
  let open = 0;
  let at = from;
  for (let n = 0; at < to && n < sessionsMax; n++) {
    const session = hours.sessionAt(epochMs(at));
    const until = Math.min(session.until, to);
    if (session.open) open += until - at;
    at = until;
  }
  return open + Math.max(0, to - at);
}
