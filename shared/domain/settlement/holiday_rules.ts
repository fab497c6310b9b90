/**
 * Rules that make the holidays of a year. A calendar is data, so that a person can hold it against
 * the publication it was taken from; this file only works it out.
 */

/** A calendar date, `YYYY-MM-DD`. */
export type IsoDate = string;

/** How a holiday that falls on a weekend is kept. */
export type Observed =
  /** On Sunday: the Monday after. On Saturday: lost. */
  | "after_sunday"
  /** On either: the next weekday that is not a holiday itself. */
  | "after_weekend";

interface Always {
  readonly name: string;
  /** First and last year it was kept in. */
  readonly since?: number;
  readonly until?: number;
  /** Years in which it was moved or left out; where it moved to stands as `dates`. */
  readonly except?: readonly number[];
  readonly observed?: Observed;
}

export type HolidayRule =
  /** `MM-DD` every year. */
  | (Always & { readonly on: string })
  /** The nth weekday (1 is Monday) of a month; -1 is the last. */
  | (Always & { readonly nth: number; readonly weekday: number; readonly month: number })
  /** The last such weekday on or before `MM-DD`. */
  | (Always & { readonly weekday: number; readonly onOrBefore: string })
  /** Days from Western Easter Sunday. */
  | (Always & { readonly easter: number })
  /** The equinoxes as Japan computes them, good from 1980 to 2099. */
  | (Always & { readonly equinox: "vernal" | "autumnal" })
  /** Dates of one or more years, as published. */
  | (Always & { readonly dates: readonly IsoDate[] });

export interface HolidayCalendar {
  readonly rules: readonly HolidayRule[];
  /** Last year the published dates reach to, where the calendar has any that no rule gives. */
  readonly lastYear?: number;
  /** Also a weekday between two holidays (Japan). */
  readonly between?: boolean;
}

/**
 * The holidays of a year that fall on weekdays.
 * @throws RangeError for a year beyond the published dates: a guess would charge wrong days.
 */
export function holidaysOf(calendar: HolidayCalendar, year: number): ReadonlySet<IsoDate> {
  const { rules, lastYear, between = false } = calendar;
  if (lastYear !== undefined && year > lastYear) {
    throw new RangeError(`Cannot tell the holidays of ${year}: they are listed up to ${lastYear}`);
  }
  const kept = rules.flatMap((rule) =>
    isKept(rule, year) ? datesOf(rule, year).map((date) => ({ date, rule })) : []
  );
  const days = new Set(kept.map(({ date }) => date.toString()));
  // In order of date, so that Christmas takes its substitute before Boxing Day looks for one.
  const byDate = kept.toSorted((a, b) => Temporal.PlainDate.compare(a.date, b.date));
  for (const { date, rule } of byDate) {
    const substitute = substituteOf(date, rule.observed, days);
    if (substitute !== null) days.add(substitute.toString());
  }
  if (between) addBetween(days);
  return new Set([...days].filter((day) => Temporal.PlainDate.from(day).dayOfWeek <= 5));
}

const isKept = ({ since, until, except }: HolidayRule, year: number): boolean =>
  year >= (since ?? -Infinity) && year <= (until ?? Infinity) && !except?.includes(year);

function datesOf(rule: HolidayRule, year: number): Temporal.PlainDate[] {
  if ("dates" in rule) {
    return rule.dates.filter((date) => date.startsWith(`${year}-`)).map((date) =>
      Temporal.PlainDate.from(date)
    );
  }
  if ("on" in rule) return [Temporal.PlainDate.from(`${year}-${rule.on}`)];
  if ("easter" in rule) return [easterOf(year).add({ days: rule.easter })];
  if ("nth" in rule) return [nthWeekday(rule, year)];
  if ("onOrBefore" in rule) {
    const last = Temporal.PlainDate.from(`${year}-${rule.onOrBefore}`);
    return [last.subtract({ days: (last.dayOfWeek - rule.weekday + 7) % 7 })];
  }
  return [equinoxOf(rule.equinox, year)];
}

function nthWeekday(
  { nth, weekday, month }: { nth: number; weekday: number; month: number },
  year: number,
): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  if (nth > 0) {
    return first.add({ days: (weekday - first.dayOfWeek + 7) % 7 + (nth - 1) * 7 });
  }
  const last = first.with({ day: first.daysInMonth });
  return last.subtract({ days: (last.dayOfWeek - weekday + 7) % 7 });
}

function substituteOf(
  date: Temporal.PlainDate,
  observed: Observed | undefined,
  taken: ReadonlySet<IsoDate>,
): Temporal.PlainDate | null {
  const onWeekend = date.dayOfWeek === 7 || (observed === "after_weekend" && date.dayOfWeek === 6);
  if (observed === undefined || !onWeekend) return null;
  let day = date;
  do day = day.add({ days: 1 }); while (day.dayOfWeek > 5 || taken.has(day.toString()));
  return day;
}

function addBetween(days: Set<IsoDate>): void {
  for (const day of [...days]) {
    const next = Temporal.PlainDate.from(day).add({ days: 1 });
    if (next.dayOfWeek < 7 && days.has(next.add({ days: 1 }).toString())) days.add(next.toString());
  }
}

/** Western Easter Sunday, by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, 8). */
export function easterOf(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const skipped = Math.floor((century + 8) / 25);
  const moon = Math.floor((century - skipped + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moon + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact -
    inCentury % 4) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const days = epact + weekday - 7 * late + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(days / 31), day: days % 31 + 1 });
}

/** National Astronomical Observatory of Japan's approximation, as almanacs print it. */
function equinoxOf(which: "vernal" | "autumnal", year: number): Temporal.PlainDate {
  const base = which === "vernal" ? 20.8431 : 23.2488;
  const day = Math.floor(base + 0.242194 * (year - 1980) - Math.floor((year - 1980) / 4));
  return Temporal.PlainDate.from({ year, month: which === "vernal" ? 3 : 9, day });
}
