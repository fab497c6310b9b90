/**
 * The FX week: Sunday 17:00 to Friday 17:00 in New York, whatever the clocks do, less the days a
 * venue closes. An FX day named D runs from 17:00 the evening before to 17:00 on D. Metals trade in
 * the same week with a break at the beginning of every day, from 17:00 to 18:00.
 */

import { type EpochMs, epochMs } from "./time.ts";

/** A venue's exceptions, as data. Dates are New York FX days: `2026-12-25`, or `12-25` every year. */
export interface TradingCalendar {
  /** FX days without trading. */
  readonly closedDays: readonly string[];
  /** FX days that end early, and when (New York, `HH:MM`). */
  readonly earlyCloses: Readonly<Record<string, string>>;
  /** When trading begins on an FX day, the evening before (New York, `HH:MM`). Default `17:00`. */
  readonly opensAt?: string | undefined;
  /** Weekends too: practice hours of a simulated venue. */
  readonly alwaysOpen?: boolean | undefined;
}

/**
 * Christmas Day and New Year's Day, which every FX venue keeps. As FX days they begin at 17:00 on the
 * eve, which is when OANDA closes then; a venue that closes earlier on the eve, as FXCM at 14:00, says
 * so in its own `earlyCloses`.
 */
export const defaultCalendar: TradingCalendar = {
  closedDays: ["12-25", "01-01"],
  earlyCloses: {},
};

/** Practice hours: prices every day, weekends and holidays included. */
export const alwaysOpen: TradingCalendar = { closedDays: [], earlyCloses: {}, alwaysOpen: true };

/** When metals begin to trade, the evening before each FX day. */
const metalsOpenAt = "18:00";

/** Whether an instrument is gold's or silver's. */
const isMetal = (symbol: string): boolean => symbol.startsWith("XAU") || symbol.startsWith("XAG");

/** The hours a setting can name. */
export const tradingHoursNames = ["fx-week", "always"] as const;
export type TradingHoursName = (typeof tradingHoursNames)[number];

/** The hours of that name, with a memory of their own. */
export const tradingHours = (name: TradingHoursName): TradingHours =>
  new TradingHours(name === "always" ? alwaysOpen : defaultCalendar);

/** Why the hours say closed. */
export const closedReasons = ["weekend", "holiday", "early_close", "daily_break"] as const;
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
  #metals: TradingHours | null = null;
  #session: Session = { open: false, from: epochMs(0), until: epochMs(0) };

  constructor(calendar: TradingCalendar = defaultCalendar) {
    this.#calendar = calendar;
  }

  /** The days without trading, for what counts in days. */
  get calendar(): TradingCalendar {
    return this.#calendar;
  }

  /** The hours of an instrument: metals keep others than currencies. */
  of(symbol: string): TradingHours {
    if (!isMetal(symbol) || this.#calendar.alwaysOpen === true) return this;
    return this.#metals ??= new TradingHours({ ...this.#calendar, opensAt: metalsOpenAt });
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
    if (!tradesOn(day, this.#calendar)) return day.dayOfWeek > 5 ? "weekend" : "holiday";
    if (!this.isBreak(at)) return "early_close";
    // The hour after a weekend or a holiday is still part of it.
    return this.closedReason(epochMs(fxDayEnd(day.subtract({ days: 1 })) - 1)) ?? "daily_break";
  }

  /** Whether it is the hour before an FX day's trading begins. */
  isBreak(at: EpochMs): boolean {
    const day = fxDayOf(at);
    return tradesOn(day, this.#calendar) && at < this.#opensAt(day);
  }

  #sessionOn(day: Temporal.PlainDate, at: EpochMs): Session {
    const from = fxDayEnd(day.subtract({ days: 1 }));
    const until = fxDayEnd(day);
    if (!tradesOn(day, this.#calendar)) return { open: false, from, until };
    if (this.#calendar.alwaysOpen === true) return { open: true, from, until };
    const opensAt = this.#opensAt(day);
    if (at < opensAt) return { open: false, from, until: opensAt };
    const closesAt = this.#earlyClose(day);
    if (closesAt === null) return { open: true, from: opensAt, until };
    return at < closesAt
      ? { open: true, from: opensAt, until: closesAt }
      : { open: false, from: closesAt, until };
  }

  #opensAt(day: Temporal.PlainDate): EpochMs {
    const evening = day.subtract({ days: 1 });
    const { opensAt } = this.#calendar;
    if (opensAt === undefined) return fxDayEnd(evening);
    const plainTime = Temporal.PlainTime.from(opensAt);
    return epochMs(evening.toZonedDateTime({ timeZone: fxZone, plainTime }).epochMilliseconds);
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
const sessionsMax = 200;

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
