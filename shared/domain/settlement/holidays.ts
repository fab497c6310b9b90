/**
 * Days on which a currency is not paid, by the settlement system that pays it. Weekends are not
 * listed. Each calendar names the publication it follows; a broker that keeps other days replaces it.
 */

import type { Currency } from "../currency.ts";
import type { HolidayCalendar, HolidayRule } from "./holiday_rules.ts";

const monday = 1;
const thursday = 4;
const friday = 5;

const newYear: HolidayRule = { name: "New Year's Day", on: "01-01" };
const goodFriday: HolidayRule = { name: "Good Friday", easter: -2 };
const easterMonday: HolidayRule = { name: "Easter Monday", easter: 1 };
const labourDay: HolidayRule = { name: "Labour Day", on: "05-01" };
const ascension: HolidayRule = { name: "Ascension Day", easter: 39 };
const whitMonday: HolidayRule = { name: "Whit Monday", easter: 50 };
const christmas: HolidayRule = { name: "Christmas Day", on: "12-25" };
const boxingDay: HolidayRule = { name: "26 December", on: "12-26" };

const afterSunday = (rule: HolidayRule): HolidayRule => ({ ...rule, observed: "after_sunday" });
const afterWeekend = (rule: HolidayRule): HolidayRule => ({ ...rule, observed: "after_weekend" });

/** Federal Reserve Banks (Fedwire): a Sunday's holiday is kept on Monday, a Saturday's not at all. */
const usd: HolidayCalendar = {
  rules: [
    afterSunday(newYear),
    { name: "Martin Luther King Day", nth: 3, weekday: monday, month: 1 },
    { name: "Washington's Birthday", nth: 3, weekday: monday, month: 2 },
    { name: "Memorial Day", nth: -1, weekday: monday, month: 5 },
    afterSunday({ name: "Juneteenth", on: "06-19", since: 2022 }),
    afterSunday({ name: "Independence Day", on: "07-04" }),
    { name: "Labor Day", nth: 1, weekday: monday, month: 9 },
    { name: "Columbus Day", nth: 2, weekday: monday, month: 10 },
    afterSunday({ name: "Veterans Day", on: "11-11" }),
    { name: "Thanksgiving Day", nth: 4, weekday: thursday, month: 11 },
    afterSunday(christmas),
  ],
};

/** T2 of the Eurosystem: no substitutes. */
const eur: HolidayCalendar = {
  rules: [newYear, goodFriday, easterMonday, labourDay, christmas, boxingDay],
};

/** Bank holidays of England and Wales (CHAPS), with the royal ones. */
const gbp: HolidayCalendar = {
  rules: [
    afterWeekend(newYear),
    goodFriday,
    easterMonday,
    { name: "Early May", nth: 1, weekday: monday, month: 5, except: [2020] },
    { name: "Spring", nth: -1, weekday: monday, month: 5, except: [2012, 2022] },
    { name: "Summer", nth: -1, weekday: monday, month: 8 },
    afterWeekend(christmas),
    afterWeekend(boxingDay),
    {
      name: "Moved and royal",
      dates: [
        ...["2011-04-29", "2012-06-04", "2012-06-05", "2020-05-08", "2022-06-02", "2022-06-03"],
        ...["2022-09-19", "2023-05-08"],
      ],
    },
  ],
};

/** Holidays of Japan's Banking Act: the national ones, and 31 December to 3 January. */
const jpy: HolidayCalendar = {
  between: true,
  rules: [
    { name: "Turn of the year", on: "12-31" },
    afterSunday(newYear),
    { name: "Bank holiday", on: "01-02" },
    { name: "Bank holiday", on: "01-03" },
    { name: "Coming of Age Day", nth: 2, weekday: monday, month: 1 },
    afterSunday({ name: "Foundation Day", on: "02-11" }),
    afterSunday({ name: "Emperor's Birthday", on: "02-23", since: 2020 }),
    afterSunday({ name: "Emperor's Birthday", on: "12-23", until: 2018 }),
    afterSunday({ name: "Vernal Equinox Day", equinox: "vernal" }),
    afterSunday({ name: "Showa Day", on: "04-29" }),
    afterSunday({ name: "Constitution Day", on: "05-03" }),
    afterSunday({ name: "Greenery Day", on: "05-04" }),
    afterSunday({ name: "Children's Day", on: "05-05" }),
    { name: "Marine Day", nth: 3, weekday: monday, month: 7, except: [2020, 2021] },
    afterSunday({ name: "Mountain Day", on: "08-11", since: 2016, except: [2020, 2021] }),
    { name: "Respect for the Aged Day", nth: 3, weekday: monday, month: 9 },
    afterSunday({ name: "Autumnal Equinox Day", equinox: "autumnal" }),
    { name: "Sports Day", nth: 2, weekday: monday, month: 10, except: [2020, 2021] },
    afterSunday({ name: "Culture Day", on: "11-03" }),
    afterSunday({ name: "Labour Thanksgiving Day", on: "11-23" }),
    {
      name: "Moved for the Games, and the accession of 2019",
      dates: [
        ...["2019-05-01", "2019-10-22", "2020-07-23", "2020-07-24", "2020-08-10"],
        ...["2021-07-22", "2021-07-23", "2021-08-09"],
      ],
    },
  ],
};

/** SIX Interbank Clearing (SIC). */
const chf: HolidayCalendar = {
  rules: [
    newYear,
    { name: "Berchtold's Day", on: "01-02" },
    goodFriday,
    easterMonday,
    labourDay,
    ascension,
    whitMonday,
    { name: "National Day", on: "08-01" },
    christmas,
    boxingDay,
  ],
};

/** Bank holidays in Toronto. */
const cad: HolidayCalendar = {
  rules: [
    afterWeekend(newYear),
    { name: "Family Day", nth: 3, weekday: monday, month: 2, since: 2008 },
    goodFriday,
    { name: "Victoria Day", weekday: monday, onOrBefore: "05-24" },
    afterWeekend({ name: "Canada Day", on: "07-01" }),
    { name: "Civic Holiday", nth: 1, weekday: monday, month: 8 },
    { name: "Labour Day", nth: 1, weekday: monday, month: 9 },
    afterWeekend({ name: "Truth and Reconciliation", on: "09-30", since: 2021 }),
    { name: "Thanksgiving", nth: 2, weekday: monday, month: 10 },
    afterWeekend({ name: "Remembrance Day", on: "11-11" }),
    afterWeekend(christmas),
    afterWeekend(boxingDay),
  ],
};

/** Bank holidays in Sydney. */
const aud: HolidayCalendar = {
  rules: [
    afterWeekend(newYear),
    afterWeekend({ name: "Australia Day", on: "01-26" }),
    goodFriday,
    easterMonday,
    { name: "Anzac Day", on: "04-25" },
    { name: "King's Birthday", nth: 2, weekday: monday, month: 6 },
    { name: "Bank Holiday", nth: 1, weekday: monday, month: 8 },
    { name: "Labour Day", nth: 1, weekday: monday, month: 10 },
    afterWeekend(christmas),
    afterWeekend(boxingDay),
    { name: "National Day of Mourning", dates: ["2022-09-22"] },
  ],
};

/** New Zealand's national holidays; Matariki as enacted up to 2052, listed to 2030. */
const nzd: HolidayCalendar = {
  lastYear: 2030,
  rules: [
    afterWeekend(newYear),
    afterWeekend({ name: "Day after New Year's Day", on: "01-02" }),
    { name: "Waitangi Day", on: "02-06", until: 2013 },
    afterWeekend({ name: "Waitangi Day", on: "02-06", since: 2014 }),
    goodFriday,
    easterMonday,
    { name: "Anzac Day", on: "04-25", until: 2013 },
    afterWeekend({ name: "Anzac Day", on: "04-25", since: 2014 }),
    { name: "King's Birthday", nth: 1, weekday: monday, month: 6 },
    {
      name: "Matariki",
      dates: [
        ...["2022-06-24", "2023-07-14", "2024-06-28", "2025-06-20", "2026-07-10"],
        ...["2027-06-25", "2028-07-14", "2029-07-06", "2030-06-21"],
      ],
    },
    { name: "Labour Day", nth: 4, weekday: monday, month: 10 },
    afterWeekend(christmas),
    afterWeekend(boxingDay),
    { name: "Memorial of the Queen", dates: ["2022-09-26"] },
  ],
};

/** Norges Bank's settlement system. */
const nok: HolidayCalendar = {
  rules: [
    newYear,
    { name: "Maundy Thursday", easter: -3 },
    goodFriday,
    easterMonday,
    labourDay,
    { name: "Constitution Day", on: "05-17" },
    ascension,
    whitMonday,
    christmas,
    boxingDay,
  ],
};

/** Sveriges Riksbank's settlement system. */
const sek: HolidayCalendar = {
  rules: [
    newYear,
    { name: "Epiphany", on: "01-06" },
    goodFriday,
    easterMonday,
    labourDay,
    ascension,
    { name: "National Day", on: "06-06", since: 2005 },
    { name: "Midsummer Eve", weekday: friday, onOrBefore: "06-25" },
    { name: "Christmas Eve", on: "12-24" },
    christmas,
    boxingDay,
    { name: "New Year's Eve", on: "12-31" },
  ],
};

/** Days on which Mexico's banking commission lets banks close. */
const mxn: HolidayCalendar = {
  rules: [
    newYear,
    { name: "Constitution Day", nth: 1, weekday: monday, month: 2 },
    { name: "Juarez's Birthday", nth: 3, weekday: monday, month: 3 },
    { name: "Maundy Thursday", easter: -3 },
    goodFriday,
    labourDay,
    { name: "Independence Day", on: "09-16" },
    { name: "All Souls' Day", on: "11-02" },
    { name: "Revolution Day", nth: 3, weekday: monday, month: 11 },
    { name: "Day of the Virgin of Guadalupe", on: "12-12" },
    christmas,
    { name: "Change of the presidency", dates: ["2018-12-01", "2024-10-01", "2030-10-01"] },
  ],
};

/** South Africa's Public Holidays Act: a Sunday's holiday is kept on Monday. */
const zar: HolidayCalendar = {
  rules: [
    afterSunday(newYear),
    afterSunday({ name: "Human Rights Day", on: "03-21" }),
    goodFriday,
    { name: "Family Day", easter: 1 },
    afterSunday({ name: "Freedom Day", on: "04-27" }),
    afterSunday(labourDay),
    afterSunday({ name: "Youth Day", on: "06-16" }),
    afterSunday({ name: "Women's Day", on: "08-09" }),
    afterSunday({ name: "Heritage Day", on: "09-24" }),
    afterSunday({ name: "Day of Reconciliation", on: "12-16" }),
    afterSunday(christmas),
    afterSunday({ name: "Day of Goodwill", on: "12-26" }),
    { name: "Elections and proclaimed days", dates: ["2023-12-15", "2024-05-29"] },
  ],
};

/** Public holidays as Singapore's Ministry of Manpower publishes them; the moon's have no rule. */
const sgd: HolidayCalendar = {
  lastYear: 2026,
  rules: [
    afterSunday(newYear),
    goodFriday,
    afterSunday(labourDay),
    afterSunday({ name: "National Day", on: "08-09" }),
    afterSunday(christmas),
    {
      name: "Lunar New Year, Vesak, Hari Raya, Deepavali",
      dates: [
        ...["2024-02-12", "2024-04-10", "2024-05-22", "2024-06-17", "2024-10-31"],
        ...["2025-01-29", "2025-01-30", "2025-03-31", "2025-05-12", "2025-10-20"],
        ...["2026-02-17", "2026-02-18", "2026-05-27", "2026-06-01", "2026-11-09"],
      ],
    },
  ],
};

/** The offshore renminbi is paid in Hong Kong: its general holidays, as gazetted. */
const cnh: HolidayCalendar = {
  lastYear: 2026,
  rules: [
    newYear,
    goodFriday,
    easterMonday,
    labourDay,
    { name: "Establishment Day", on: "07-01" },
    { name: "National Day", on: "10-01" },
    christmas,
    boxingDay,
    {
      name: "Lunar New Year, Ching Ming, Buddha, Tuen Ng, Mid-Autumn, Chung Yeung, substitutes",
      dates: [
        ...["2024-02-12", "2024-02-13", "2024-04-04", "2024-05-15", "2024-06-10", "2024-09-18"],
        ...["2024-10-11", "2025-01-29", "2025-01-30", "2025-01-31", "2025-04-04", "2025-05-05"],
        ...["2025-10-07", "2025-10-29", "2026-02-17", "2026-02-18", "2026-02-19", "2026-04-07"],
        ...["2026-05-25", "2026-06-19", "2026-10-19"],
      ],
    },
  ],
};

/** By currency; metals are delivered in London. */
export const holidayCalendars: Readonly<Record<Currency, HolidayCalendar>> = {
  AUD: aud,
  CAD: cad,
  CHF: chf,
  EUR: eur,
  GBP: gbp,
  JPY: jpy,
  NZD: nzd,
  USD: usd,
  CNH: cnh,
  MXN: mxn,
  NOK: nok,
  SEK: sek,
  SGD: sgd,
  ZAR: zar,
  XAG: gbp,
  XAU: gbp,
};
