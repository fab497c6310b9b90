import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fxDayEndAfter, fxDayOf, openMsBetween, TradingHours, tradingHours } from "./fx_week.ts";
import { type EpochMs, epochMs, parseRfc3339, toRfc3339 } from "./time.ts";

const at = (text: string): EpochMs => parseRfc3339(text)!;
const hours = new TradingHours({
  closedDays: ["12-25", "01-01", "2026-04-03"],
  earlyCloses: { "2026-11-27": "13:00" },
});

Deno.test("the FX week opens Sunday and closes Friday at 17:00 New York, in winter and summer", () => {
  const moments: [string, boolean][] = [
    ["2026-01-11T21:59:59.999Z", false],
    ["2026-01-11T22:00:00Z", true],
    ["2026-01-16T21:59:59.999Z", true],
    ["2026-01-16T22:00:00Z", false],
    ["2026-07-12T20:59:59.999Z", false],
    ["2026-07-12T21:00:00Z", true],
    ["2026-07-17T20:59:59.999Z", true],
    ["2026-07-17T21:00:00Z", false],
  ];
  for (const [moment, open] of moments) assertEquals(hours.isOpen(at(moment)), open, moment);
});

Deno.test("the week that daylight saving changes in opens by the new clock", () => {
  // New York moves to UTC-4 on Sunday 2026-03-08 at 07:00Z and back on Sunday 2026-11-01.
  assertEquals(hours.isOpen(at("2026-03-08T20:59:59Z")), false);
  assertEquals(hours.isOpen(at("2026-03-08T21:00:00Z")), true);
  assertEquals(hours.isOpen(at("2026-11-01T21:30:00Z")), false);
  assertEquals(hours.isOpen(at("2026-11-01T22:00:00Z")), true);
});

Deno.test("a holiday closes its FX day, and an early close the rest of it", () => {
  assertEquals(hours.isOpen(at("2026-12-24T21:59:00Z")), true);
  assertEquals(hours.isOpen(at("2026-12-24T22:00:00Z")), false);
  assertEquals(hours.isOpen(at("2026-12-25T21:00:00Z")), false);
  assertEquals(hours.isOpen(at("2026-11-27T17:59:59Z")), true);
  assertEquals(hours.isOpen(at("2026-11-27T18:00:00Z")), false);
});

Deno.test("sessionAt() answers the same whatever was asked before, and its edges touch", () => {
  const span = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
  fc.assert(fc.property(fc.array(span, { minLength: 1, maxLength: 20 }), (moments) => {
    const shared = new TradingHours();
    for (const moment of moments.map(epochMs)) {
      const session = shared.sessionAt(moment);
      assertEquals(session, new TradingHours().sessionAt(moment));
      assertEquals(session.from <= moment && moment < session.until, true);
      assertEquals(new TradingHours().sessionAt(session.until).from, session.until);
    }
  }));
});

Deno.test("an FX day ends at 17:00 New York, across both clock changes", () => {
  assertEquals(fxDayOf(at("2026-03-08T20:00:00Z")).toString(), "2026-03-08");
  assertEquals(fxDayOf(at("2026-03-08T21:00:00Z")).toString(), "2026-03-09");
  assertEquals(toRfc3339(fxDayEndAfter(at("2026-03-06T22:00:00Z"))), "2026-03-07T22:00:00.000Z");
  assertEquals(toRfc3339(fxDayEndAfter(at("2026-03-07T22:00:00Z"))), "2026-03-08T21:00:00.000Z");
});

Deno.test("tradingHours() names the FX week and hours that never close", () => {
  const moments = ["2026-01-10T12:00:00Z", "2026-12-25T12:00:00Z", "2026-01-14T12:00:00Z"].map(at);
  assertEquals(moments.map((one) => tradingHours("always").isOpen(one)), [true, true, true]);
  assertEquals(moments.map((one) => tradingHours("fx-week").isOpen(one)), [false, false, true]);
});

Deno.test("openMsBetween() counts open sessions, and as open what lies beyond a hundred of them", () => {
  const hour = 3_600_000;
  const friday = at("2026-01-16T21:00:00Z");
  assertEquals(openMsBetween(hours, friday, at("2026-01-18T23:00:00Z")), 2 * hour);
  assertEquals(openMsBetween(hours, friday, friday), 0);
  assertEquals(openMsBetween(hours, friday + hour, at("2026-01-18T22:00:00Z")), 0);
  const week = 168 * hour;
  assertEquals(openMsBetween(hours, friday, friday + 4 * week), 4 * 120 * hour);
  const longMs = openMsBetween(hours, friday, friday + 40 * week);
  assertEquals(openMsBetween(hours, friday, friday + 41 * week) - longMs, week);
});

Deno.test("metals rest from 17:00 to 18:00 New York, and say why", () => {
  const metals = new TradingHours().of("XAUUSD");
  const at = (text: string) => epochMs(Date.parse(text));
  const shown = (text: string) => [metals.isOpen(at(text)), metals.closedReason(at(text))];
  // Winter: 17:00 is 22:00 UTC.
  assertEquals(shown("2026-01-07T21:59:59.999Z"), [true, null]);
  assertEquals(shown("2026-01-07T22:00:00Z"), [false, "daily_break"]);
  assertEquals(shown("2026-01-07T22:59:59.999Z"), [false, "daily_break"]);
  assertEquals(shown("2026-01-07T23:00:00Z"), [true, null]);
  // Summer: 21:00 UTC.
  assertEquals(shown("2026-07-08T21:30:00Z"), [false, "daily_break"]);
  // The week ends at 17:00 on Friday and begins at 18:00 on Sunday.
  assertEquals(shown("2026-01-09T22:00:00Z"), [false, "weekend"]);
  assertEquals(shown("2026-01-11T22:30:00Z"), [false, "weekend"]);
  assertEquals(shown("2026-01-11T23:00:00Z"), [true, null]);
  assertEquals(shown("2026-12-24T22:30:00Z"), [false, "holiday"]);
});

Deno.test("only metals have hours of their own, and none where the market never closes", () => {
  const hours = new TradingHours();
  assertEquals(hours.of("EURUSD"), hours);
  const monday = epochMs(Date.UTC(2026, 0, 5, 22, 30));
  assertEquals([hours.isOpen(monday), hours.of("XAGUSD").isOpen(monday)], [true, false]);
  assertEquals(tradingHours("always").of("XAUUSD").isOpen(monday), true);
  const week = 7 * 24 * 3_600_000;
  assertEquals(openMsBetween(hours.of("XAUUSD"), monday, monday + week), 5 * 23 * 3_600_000);
});
