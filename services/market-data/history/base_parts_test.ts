import { assertEquals } from "@std/assert";
import { fillDays } from "./base_parts.ts";

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

/** Bars of the minutes of two days, but those. */
function minutes(...missing: number[]) {
  const openTime = Float64Array.from({ length: 2 * 1_440 }, (_, n) => n * minuteMs)
    .filter((at) => !missing.includes(at));
  const half = openTime.length >> 1;
  return [openTime.slice(0, half), openTime.slice(half)].map((one) => ({
    openTime: one,
    length: one.length,
  }));
}

Deno.test("minutes fill days that they begin and end, whatever is silent between", () => {
  const two = { from: 0, to: 2 * dayMs };
  assertEquals(fillDays(minutes(), two), true);
  assertEquals(fillDays(minutes(5 * minuteMs, dayMs + 7 * minuteMs), two), true);
  for (const edge of [0, dayMs - minuteMs, dayMs, 2 * dayMs - minuteMs]) {
    assertEquals(fillDays(minutes(edge), two), false, `${edge}`);
  }
  assertEquals(fillDays(minutes(), { from: 0, to: 2 * dayMs + minuteMs }), false);
  const part = { from: 90 * minuteMs, to: dayMs + 30 * minuteMs };
  assertEquals(fillDays(minutes(0, 2 * dayMs - minuteMs), part), true);
  assertEquals(fillDays(minutes(90 * minuteMs), part), false);
  assertEquals(fillDays(minutes(dayMs + 29 * minuteMs), part), false);
  assertEquals(fillDays([], two), false);
});
