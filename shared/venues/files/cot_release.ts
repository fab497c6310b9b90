/**
 * When the CFTC published its Commitments of Traders, where no file's name tells. Where the day is
 * not known, it is one by which the report was out: late by days is harmless, early is foresight.
 */

import { holidayCalendars } from "../../domain/settlement/holidays.ts";
import { holidaysOf, type IsoDate } from "../../domain/settlement/holiday_rules.ts";

const friday = 5;

/** Holidays of a fixed date: federal offices, unlike banks, keep a Saturday's on the Friday before. */
const fixedHolidays: readonly IsoDate[] = ["01-01", "07-04", "11-11", "12-25"];
const juneteenth = "06-19";
const juneteenthSince = 2022;

/**
 * Days on which federal offices were closed beside the holidays: of mourning for Presidents Reagan,
 * Bush and Carter, and the first Juneteenth, made a holiday on the day before. The report of 7
 * January 2025 came on the Monday after, as its recorded vintage shows.
 */
const closedDays: ReadonlySet<IsoDate> = new Set([
  "2004-06-11",
  "2018-12-05",
  "2021-06-18",
  "2025-01-09",
]);

interface Backlog {
  /** The Friday its first report was due. */
  readonly due: IsoDate;
  /** When that and each weekly report after it came. */
  readonly published: readonly IsoDate[];
}

/** `count` weeks whose reports were all out by a day. */
const outBy = (day: IsoDate, count: number): IsoDate[] => Array.from({ length: count }, () => day);

const backlogs: readonly Backlog[] = [
  // The shutdown of 1 to 16 October 2013. Its new timetable is not at hand; at two reports a week,
  // as after the later ones, all were out by 8 November. A week more.
  { due: "2013-10-04", published: outBy("2013-11-15", 6) },
  // The shutdown of 22 December 2018 to 25 January 2019: the CFTC's announcement of its timetable,
  // from 1 February each Tuesday and Friday, in order, until none was left on 8 March.
  {
    due: "2018-12-28",
    published: [
      ...["2019-02-01", "2019-02-05", "2019-02-08", "2019-02-12", "2019-02-15", "2019-02-19"],
      ...["2019-02-22", "2019-02-26", "2019-03-01", "2019-03-05", "2019-03-08"],
    ],
  },
  // The attack on ION: CFTC release 8662-23 and its notices of 24 February (the first of them) and
  // 17 March 2023 (still not all). The week after next, all were.
  { due: "2023-02-03", published: ["2023-02-24", ...outBy("2023-03-31", 7)] },
  // The shutdown of 1 October to 12 November 2025: the CFTC's timetable of 18 November.
  {
    due: "2025-10-03",
    published: [
      ...["2025-11-19", "2025-11-21", "2025-11-25", "2025-12-02", "2025-12-05", "2025-12-09"],
      ...["2025-12-12", "2025-12-16", "2025-12-19", "2025-12-23", "2025-12-30", "2026-01-06"],
      ...["2026-01-09", "2026-01-13", "2026-01-16", "2026-01-20"],
    ],
  },
];

const delayed: ReadonlyMap<IsoDate, IsoDate> = new Map(
  backlogs.flatMap(({ due, published }) =>
    published.map((day, week): [IsoDate, IsoDate] => [
      Temporal.PlainDate.from(due).add({ days: 7 * week }).toString(),
      day,
    ])
  ),
);

/** Reports from before this came later than in their own week; by how much is not at hand. */
const weeklySince: IsoDate = "1993-01-01";
const beforeWeeks = 3;

/**
 * The day on which the positions of a day became known, at 15:30 in New York: the Friday of its week;
 * where federal offices were closed on that Friday or the two days before it, their next day.
 */
export function cotReleaseDay(asOf: IsoDate): IsoDate {
  const date = Temporal.PlainDate.from(asOf);
  const due = date.add({ days: (friday - date.dayOfWeek + 7) % 7 });
  const late = delayed.get(due.toString());
  if (late !== undefined) return late;
  if (asOf < weeklySince) return openFrom(due.add({ weeks: beforeWeeks })).toString();
  const isLate = [0, 1, 2].some((days) => isClosed(due.subtract({ days })));
  return (isLate ? openFrom(due.add({ days: 1 })) : due).toString();
}

function openFrom(from: Temporal.PlainDate): Temporal.PlainDate {
  let day = from;
  while (day.dayOfWeek > friday || isClosed(day)) day = day.add({ days: 1 });
  return day;
}

/** Whether federal offices in Washington were closed on a weekday. */
function isClosed(day: Temporal.PlainDate): boolean {
  if (closedDays.has(day.toString())) return true;
  if (bankHolidays(day.year).has(day.toString())) return true;
  const next = day.add({ days: 1 });
  const isFixed = fixedHolidays.includes(monthDay(next)) ||
    (monthDay(next) === juneteenth && next.year >= juneteenthSince);
  return day.dayOfWeek === friday && isFixed;
}

const monthDay = (date: Temporal.PlainDate): string => date.toString().slice(5);

const holidaysByYear = new Map<number, ReadonlySet<IsoDate>>();

function bankHolidays(year: number): ReadonlySet<IsoDate> {
  const known = holidaysByYear.get(year) ?? holidaysOf(holidayCalendars.USD, year);
  holidaysByYear.set(year, known);
  return known;
}
