import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cotReleaseDay } from "./cot_release.ts";

/** The Tuesday before each Friday of the year. */
const tuesdays = (year: number): string[] => {
  const days: string[] = [];
  let day = Temporal.PlainDate.from(`${year}-01-01`);
  while (day.dayOfWeek !== 5) day = day.add({ days: 1 });
  for (; day.year === year; day = day.add({ days: 7 })) {
    days.push(day.subtract({ days: 3 }).toString());
  }
  return days;
};

Deno.test("cotReleaseDay() is the CFTC's own timetable of 2024, holidays included", () => {
  // Its marked delays: Juneteenth, Independence Day, Thanksgiving and Christmas.
  const moved = tuesdays(2024).map((day) => [day, cotReleaseDay(day)] as const).filter(
    ([, released]) => Temporal.PlainDate.from(released).dayOfWeek !== 5,
  );
  assertEquals(moved, [
    ["2024-06-18", "2024-06-24"],
    ["2024-07-02", "2024-07-08"],
    ["2024-11-26", "2024-12-02"],
    ["2024-12-24", "2024-12-30"],
  ]);
});

Deno.test("cotReleaseDay() agrees with the recorded vintages of early 2025", () => {
  const pairs = [
    ["2025-01-07", "2025-01-13"],
    ["2025-01-14", "2025-01-17"],
    ["2025-01-21", "2025-01-24"],
    ["2025-01-28", "2025-01-31"],
    ["2025-02-11", "2025-02-14"],
  ] as const;
  for (const [asOf, released] of pairs) assertEquals(cotReleaseDay(asOf), released);
});

Deno.test("cotReleaseDay() waits for shutdowns and for what was reported late", () => {
  const pairs = [
    ["2018-12-18", "2018-12-21"],
    ["2018-12-24", "2019-02-01"], // of a Monday
    ["2019-01-08", "2019-02-08"],
    ["2019-03-05", "2019-03-08"],
    ["2019-03-12", "2019-03-15"],
    ["2023-01-31", "2023-02-24"],
    ["2025-09-30", "2025-11-19"],
    ["2025-11-10", "2025-12-12"],
    ["2026-01-13", "2026-01-20"],
    ["2026-01-20", "2026-01-23"],
  ] as const;
  for (const [asOf, released] of pairs) assertEquals(cotReleaseDay(asOf), released);
});

Deno.test("cotReleaseDay() keeps a Saturday's holiday on the Friday before, as offices do", () => {
  assertEquals(cotReleaseDay("2020-06-30"), "2020-07-06");
  assertEquals(cotReleaseDay("2023-11-07"), "2023-11-13");
  assertEquals(cotReleaseDay("2021-06-15"), "2021-06-21");
});

Deno.test("cotReleaseDay() is a weekday, after the day it describes, and never before an earlier one's", () => {
  const days = fc.integer({ min: 0, max: 20_000 });
  const at = (n: number) => Temporal.PlainDate.from("1986-01-01").add({ days: n });
  fc.assert(fc.property(days, (n) => {
    const asOf = at(n).toString();
    const released = cotReleaseDay(asOf);
    assert(released >= asOf && Temporal.PlainDate.from(released).dayOfWeek <= 5);
    // Two weeks earlier's report was not published later, but where the old pace ends.
    if (asOf > "1993-02-01") assert(cotReleaseDay(at(n - 14).toString()) <= released);
  }));
});
