// Goal: every roll of a year charges the days, and the money, that a person finds with a calendar
// and a pencil. Method: `rolls_2026.csv` holds each roll's dates, made from published holidays by
// other code; this file works the money out of those dates with arithmetic of its own.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { defaultCalendar, fxDayEnd } from "../fx_week.ts";
import { type Price, type Symbol, type Units } from "../instrument.ts";
import { instrumentOf } from "../instruments.ts";
import {
  dayCountOf,
  financingOf,
  type FinancingPrice,
  financingPriceOf,
  type FinancingTerms,
} from "./financing.ts";
import { ValueDates } from "./value_date.ts";

const named = (symbol: string) => instrumentOf(symbol as Symbol);
const text = await Deno.readTextFile(new URL("rolls_2026.csv", import.meta.url));
const [header, ...lines] = text.trim().split("\n").filter((line) => !line.startsWith("#"));
const rows = lines.map((line) => {
  const [symbol, fxDay, weekday, endsAt, valueDate, nextValueDate, days] = line.split(",");
  return { symbol, fxDay, weekday, endsAt, valueDate, nextValueDate, days } as Record<
    "symbol" | "fxDay" | "weekday" | "endsAt" | "valueDate" | "nextValueDate" | "days",
    string
  >;
});
const symbols = ["EURUSD", "USDJPY", "USDCAD", "EURGBP", "XAUUSD"];
const dayMs = 86_400_000;

/** Half to even, by remainders; not the domain's way. */
function rounded(numerator: bigint, denominator: bigint): bigint {
  let floor = numerator / denominator;
  if (numerator < 0n && floor * denominator !== numerator) floor -= 1n;
  const rest = 2n * (numerator - floor * denominator);
  if (rest < denominator) return floor;
  if (rest > denominator) return floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}

Deno.test("the file holds every roll of a year, both changes of the clock and its end included", () => {
  assertEquals(header, "symbol,fxDay,weekday,endsAt,valueDate,nextValueDate,days");
  for (const symbol of symbols) {
    const own = rows.filter((row) => row.symbol === symbol);
    assertEquals([own.length, own[0]!.fxDay, own.at(-1)!.fxDay], [
      263,
      "2025-12-29",
      "2027-01-04",
    ]);
    // Each roll begins where the last one ended, so no day is charged twice or left out.
    for (const [at, row] of own.entries()) {
      if (at > 0) assertEquals(row.valueDate, own[at - 1]!.nextValueDate);
    }
    const whole = Date.parse(own.at(-1)!.nextValueDate) - Date.parse(own[0]!.valueDate);
    assertEquals(own.reduce((sum, row) => sum + Number(row.days), 0), whole / dayMs);
    const utc = (day: string) => own.find((row) => row.fxDay === day)!.endsAt.slice(11, 16);
    assertEquals(["2026-03-06", "2026-03-09", "2026-10-30", "2026-11-02"].map(utc), [
      "22:00",
      "21:00",
      "21:00",
      "22:00",
    ]);
  }
  assert(rows.some((row) => row.days === "0") && rows.some((row) => Number(row.days) >= 5));
});

Deno.test("each roll of the year has the dates of the file and charges what they make", () => {
  const values = new ValueDates();
  const prices: Record<string, number> = {
    EURUSD: 116_043,
    USDJPY: 157_121,
    USDCAD: 137_409,
    EURGBP: 86_777,
    XAUUSD: 4_012_345,
  };
  for (const row of rows) {
    const instrument = named(row.symbol);
    const day = Temporal.PlainDate.from(row.fxDay);
    const roll = values.roll(instrument, day, defaultCalendar);
    assertEquals(
      [row.symbol, row.fxDay, roll.valueDate.toString(), roll.nextValueDate.toString()],
      [row.symbol, row.fxDay, row.valueDate, row.nextValueDate],
    );
    assertEquals(fxDayEnd(day), Date.parse(row.endsAt) as ReturnType<typeof fxDayEnd>);
    const days = (Date.parse(row.nextValueDate) - Date.parse(row.valueDate)) / dayMs;
    assertEquals([roll.days, String(days)], [days, row.days]);

    // 123,457 units short at -1.875 % a year, by the micro: points are 10^-5, of yen and gold 10^-3.
    const price = prices[row.symbol]!;
    const microsAPoint = row.symbol === "USDJPY" || row.symbol === "XAUUSD" ? 1_000n : 10n;
    const year = row.symbol === "USDCAD" || row.symbol === "EURGBP" ? 365n : 360n;
    const owed = 123_457n * BigInt(price) * microsAPoint * -18_750n * BigInt(days);
    const held = { units: -123_457 as Units, price: price as Price };
    const annual: FinancingPrice = { kind: "annual", ppm: -18_750 };
    assertEquals(
      financingOf(held, { instrument, financing: annual, days }) as bigint,
      rounded(owed, 1_000_000n * year),
    );
    // And at -4.325 points a day.
    const swapped: FinancingPrice = { kind: "points", thousandths: -4_325 };
    assertEquals(
      financingOf(held, { instrument, financing: swapped, days }) as bigint,
      rounded(123_457n * -4_325n * microsAPoint * BigInt(days), 1_000n),
    );
  }
});

Deno.test("one roll by hand: 100,000 euro long over the weekend at 1.16000 and -2.625 %", () => {
  // 116,000 dollars * -0.02625 * 3 / 360 = -25.375 dollars.
  const financing: FinancingPrice = { kind: "annual", ppm: -26_250 };
  const held = { units: 100_000 as Units, price: 116_000 as Price };
  const charged = financingOf(held, { instrument: named("EURUSD"), financing, days: 3 });
  assertEquals(charged as bigint, -25_375_000n);
  assertEquals(["EUR", "JPY", "GBP", "AUD", "CAD"].map((one) => dayCountOf(one as "EUR")), [
    ...[360, 360, 365, 365, 365],
  ]);
});

const terms: FinancingTerms = {
  instruments: [{
    symbol: "USDJPY" as Symbol,
    since: "2026-03-01",
    long: { kind: "points", thousandths: 1_500 },
    short: { kind: "points", thousandths: -4_000 },
  }],
  currencies: [
    { currency: "USD", since: "2026-01-01", ppm: 36_250 },
    { currency: "USD", since: "2026-06-01", ppm: 34_000 },
    { currency: "EUR", since: "2026-01-01", ppm: 20_000 },
    { currency: "JPY", since: "2026-01-01", ppm: 7_500 },
  ],
  markupPpm: 10_000,
  swapFree: [],
};
const priceOf = (symbol: string, day: string, long: boolean) =>
  financingPriceOf(terms, named(symbol), { day, long });

Deno.test("a day is charged at the rates that counted on it; the broker's own go first", () => {
  assertEquals(priceOf("EURUSD", "2026-05-31", true), { kind: "annual", ppm: -26_250 });
  assertEquals(priceOf("EURUSD", "2026-05-31", false), { kind: "annual", ppm: 6_250 });
  assertEquals(priceOf("EURUSD", "2026-06-01", true), { kind: "annual", ppm: -24_000 });
  assertEquals(priceOf("USDJPY", "2026-02-28", true), { kind: "annual", ppm: 18_750 });
  assertEquals(priceOf("USDJPY", "2026-03-01", true), { kind: "points", thousandths: 1_500 });
  assertEquals(priceOf("USDJPY", "2026-03-01", false), { kind: "points", thousandths: -4_000 });
});

Deno.test("a rate that nobody set is a fault, not a rate of nothing", () => {
  assertEquals(priceOf("EURUSD", "2025-12-31", true), "financing_rate_missing");
  assertEquals(priceOf("GBPUSD", "2026-03-02", true), "financing_rate_missing");
});

Deno.test("financing does not depend on the side's sign, only on its price, and grows by the day", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 100_000_000 }),
    fc.integer({ min: 1, max: 500_000 }),
    fc.integer({ min: -200_000, max: 200_000 }),
    fc.integer({ min: 0, max: 12 }),
    (count, price, ppm, days) => {
      const by = { instrument: named("EURUSD"), financing: { kind: "annual" as const, ppm } };
      const at = (sign: number, over: number) =>
        financingOf({ units: (sign * count) as Units, price: price as Price }, {
          ...by,
          days: over,
        }) as bigint;
      assertEquals(at(1, days), at(-1, days));
      const off = at(1, days) - BigInt(days) * at(1, 1);
      assert((off < 0n ? -off : off) <= BigInt(days) + 1n);
    },
  ));
});
