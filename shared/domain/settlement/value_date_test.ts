// Goal: the days a roll charges are those that a person finds with a calendar and the published
// holidays. The weeks below were worked out by hand from the rules at the top of `value_date.ts`.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { defaultCalendar } from "../fx_week.ts";
import { instrumentOf, instruments } from "../instruments.ts";
import type { Symbol } from "../instrument.ts";
import { easterOf, holidaysOf } from "./holiday_rules.ts";
import { holidayCalendars } from "./holidays.ts";
import { ValueDates } from "./value_date.ts";

const values = new ValueDates();
const date = (text: string) => Temporal.PlainDate.from(text);
const named = (symbol: string) => instrumentOf(symbol as Symbol);
const spot = (symbol: string, day: string) => values.spotDate(named(symbol), date(day)).toString();

/** Days charged at the end of each FX day from Monday to Friday of a week. */
const week = (symbol: string, mondayText: string): number[] =>
  [0, 1, 2, 3, 4].map((days) =>
    values.roll(named(symbol), date(mondayText).add({ days }), defaultCalendar).days
  );

Deno.test("an ordinary week charges the weekend on Wednesday, and a day after trade on Thursday", () => {
  assertEquals(week("EURUSD", "2026-03-02"), [1, 1, 3, 1, 1]);
  assertEquals(week("USDJPY", "2026-03-02"), [1, 1, 3, 1, 1]);
  assertEquals(week("USDCAD", "2026-03-02"), [1, 1, 1, 3, 1]);
  assertEquals(
    week("EURGBP", "2026-03-09"),
    [1, 1, 3, 1, 1],
    "New York's clocks change on the 8th",
  );
});

Deno.test("the dollar's holiday moves the value date that falls on it, and counts before it", () => {
  // Thanksgiving, Thursday 26 November 2026: nothing settles on it.
  assertEquals(spot("EURUSD", "2026-11-23"), "2026-11-25");
  assertEquals(spot("EURUSD", "2026-11-24"), "2026-11-27");
  assertEquals(
    spot("EURUSD", "2026-11-25"),
    "2026-11-27",
    "the day between need not be a dollar day",
  );
  assertEquals(week("EURUSD", "2026-11-23"), [2, 0, 3, 1, 1]);
  assertEquals(week("EURGBP", "2026-11-23"), [2, 0, 3, 1, 1], "a cross settles through the dollar");
  assertEquals(week("USDCAD", "2026-11-23"), [1, 2, 0, 3, 1]);
  assertEquals(spot("USDMXN", "2026-11-25"), "2026-11-30", "against the peso it must be");
});

Deno.test("Japan's golden week of 2026 holds the yen's value dates back, and no other's", () => {
  // 29 April, and 3 to 6 May (the 3rd is a Sunday, kept on the 6th).
  assertEquals(spot("USDJPY", "2026-04-27"), "2026-04-30");
  assertEquals(spot("USDJPY", "2026-04-30"), "2026-05-07", "1 May counts, 4 to 6 May do not");
  assertEquals(week("USDJPY", "2026-04-27"), [1, 0, 6, 1, 0]);
  assertEquals(week("EURUSD", "2026-04-27"), [1, 4, 1, 0, 1], "the euro keeps only 1 May");
});

Deno.test("the turn of the year charges every day once, over closed days of trading too", () => {
  const charged = (symbol: string, from: string, to: string) => {
    let sum = 0;
    for (
      let day = date(from);
      Temporal.PlainDate.compare(day, date(to)) < 0;
      day = day.add({ days: 1 })
    ) {
      const closed = day.dayOfWeek > 5 || ["12-25", "01-01"].includes(day.toString().slice(5));
      if (!closed) sum += values.roll(named(symbol), day, defaultCalendar).days;
    }
    return sum;
  };
  for (const symbol of ["EURUSD", "USDJPY", "USDCAD", "GBPJPY", "XAUUSD"]) {
    const days = values.spotDate(named(symbol), date("2026-12-14"))
      .until(values.spotDate(named(symbol), date("2027-01-11")), { largestUnit: "day" }).days;
    assertEquals(charged(symbol, "2026-12-14", "2027-01-11"), days, symbol);
  }
  assertEquals(spot("EURUSD", "2026-12-23"), "2026-12-28");
  assertEquals(spot("XAUUSD", "2026-12-23"), "2026-12-29", "London keeps Boxing Day on Monday");
});

Deno.test("spotDate() never falls back as days pass, nor on a day that either side or the dollar keeps", () => {
  const days = fc.integer({ min: 0, max: 365 }).map((count) =>
    date("2025-06-02").add({ days: count })
  );
  fc.assert(fc.property(fc.constantFrom(...instruments), days, (instrument, day) => {
    const value = values.spotDate(instrument, day);
    const later = values.spotDate(instrument, day.add({ days: 1 }));
    if (Temporal.PlainDate.compare(later, value) < 0) {
      throw new Error(`${instrument.symbol} ${day}`);
    }
    for (const currency of [instrument.base, instrument.quote, "USD"] as const) {
      const kept = holidaysOf(holidayCalendars[currency], value.year);
      assertEquals([kept.has(value.toString()), value.dayOfWeek <= 5], [false, true]);
    }
  }));
});

Deno.test("holidays are those that were published", () => {
  const of = (currency: keyof typeof holidayCalendars, year: number) =>
    [...holidaysOf(holidayCalendars[currency], year)].sort().map((day) => day.slice(5));
  assertEquals([2000, 2019, 2024, 2026, 2038].map((year) => easterOf(year).toString()), [
    "2000-04-23",
    "2019-04-21",
    "2024-03-31",
    "2026-04-05",
    "2038-04-25",
  ]);
  assertEquals(of("USD", 2023), [
    ...["01-02", "01-16", "02-20", "05-29", "06-19", "07-04", "09-04", "10-09", "11-23", "12-25"],
  ], "Veterans Day, a Saturday, is lost");
  assertEquals(of("GBP", 2022), [
    ...["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"],
  ]);
  assertEquals(of("JPY", 2026), [
    ...["01-01", "01-02", "01-12", "02-11", "02-23", "03-20", "04-29", "05-04", "05-05", "05-06"],
    ...["07-20", "08-11", "09-21", "09-22", "09-23", "10-12", "11-03", "11-23", "12-31"],
  ], "22 September lies between two holidays");
  assertEquals(of("EUR", 2026), ["01-01", "04-03", "04-06", "05-01", "12-25"]);
  assertEquals(of("SEK", 2026).includes("06-19"), true, "Midsummer Eve");
});

Deno.test("a year beyond the published dates is an error, not a guess", () => {
  assertThrows(() => spot("USDSGD", "2031-03-03"), RangeError, "listed up to 2026");
});
