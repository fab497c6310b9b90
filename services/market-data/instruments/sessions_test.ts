import { assertEquals } from "@std/assert";
import { TradingHours, tradingHours } from "../../../shared/domain/fx_week.ts";
import { parseRfc3339, toRfc3339 } from "../../../shared/domain/time.ts";
import { sessionMemory, sessionOf } from "./sessions.ts";

const at = (text: string) => parseRfc3339(text)!;
const shown = (hours: TradingHours, text: string) => {
  const { isOpen, nextOpen, nextClose } = sessionOf(hours, at(text));
  return [isOpen, nextOpen && toRfc3339(nextOpen), nextClose && toRfc3339(nextClose)];
};

Deno.test("sessionOf() names the next opening and close of the FX week, over DST", () => {
  const hours = tradingHours("fx-week");
  assertEquals(shown(hours, "2026-01-07T12:00:00Z"), [
    true,
    "2026-01-11T22:00:00.000Z",
    "2026-01-09T22:00:00.000Z",
  ]);
  assertEquals(shown(hours, "2026-03-07T12:00:00Z"), [
    false,
    "2026-03-08T21:00:00.000Z", // New York went to summer time that morning
    "2026-03-13T21:00:00.000Z",
  ]);
  assertEquals(shown(hours, "2026-12-24T12:00:00Z"), [
    true,
    "2026-12-27T22:00:00.000Z", // Christmas is a Friday
    "2026-12-24T22:00:00.000Z",
  ]);
});

Deno.test("sessionOf() foresees no close of a market that never closes, and no opening of a dead one", () => {
  assertEquals(shown(tradingHours("always"), "2026-01-10T12:00:00Z"), [true, null, null]);
  const days = Array.from(
    { length: 40 },
    (_, day) =>
      toRfc3339(at("2026-01-01T12:00:00Z")).slice(0, 8) + String(day + 1).padStart(2, "0"),
  );
  const dead = new TradingHours({ closedDays: days, earlyCloses: {} });
  assertEquals(shown(dead, "2026-01-07T12:00:00Z"), [false, null, null]);
});

Deno.test("sessionMemory() answers as sessionOf() does, whichever way time goes", () => {
  const hours = tradingHours("fx-week");
  const remembered = sessionMemory(hours);
  const friday = at("2026-01-09T21:59:00Z");
  for (const minutes of [0, 1, 2, 4 * 1_440, 0, -1, 10_080, 1]) {
    const moment = (friday + minutes * 60_000) as typeof friday;
    assertEquals(remembered(moment), sessionOf(hours, moment));
  }
});
