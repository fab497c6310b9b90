// Goal: the change beside a price is since 17:00 in New York of the day the price belongs to, whenever
// the page was opened and whatever failed on the way.

import { assertEquals } from "@std/assert";
import type { Bars, Spotwire } from "../../../../../shared/sdk/mod.ts";
import { DayOpens } from "./day_opens.ts";

/** Summer in New York: the FX day of 8 July begins at 21:00 UTC on the 7th. */
const dayStart = Date.UTC(2026, 6, 7, 21);
const hourMs = 3_600_000;

function start(first: Record<string, string>) {
  const asked: (string | undefined)[] = [];
  const client = {
    listBars(symbol: string, { from }: { from?: string } = {}) {
      asked.push(from);
      const open = first[`${symbol} ${from}`];
      if (open === "fails") return Promise.reject(new Error("no answer"));
      return Promise.resolve({ bars: open === undefined ? [] : [{ open }] } as unknown as Bars);
    },
  } as Pick<Spotwire, "listBars">;
  const quotes = [{ symbol: "EURUSD", time: dayStart + hourMs }];
  return { opens: new DayOpens(client, () => quotes), quotes, asked, first };
}

Deno.test("the day begins at 17:00 New York, in summer and in winter", async () => {
  const { opens, quotes, asked } = start({ "EURUSD 2026-07-07T21:00:00.000Z": "1.10000" });
  await opens.ask();
  assertEquals(asked, ["2026-07-07T21:00:00.000Z"]);
  assertEquals(opens.of(quotes[0]!), "1.10000");
  quotes[0] = { symbol: "EURUSD", time: Date.UTC(2026, 11, 2, 3) };
  await opens.ask();
  assertEquals(asked.at(-1), "2026-12-01T22:00:00.000Z");
});

Deno.test("a quote of the next day has no change until that day's open is known", async () => {
  const { opens, quotes, asked, first } = start({ "EURUSD 2026-07-07T21:00:00.000Z": "1.10000" });
  await opens.ask();
  const next = { symbol: "EURUSD", time: dayStart + 24 * hourMs };
  assertEquals(opens.of({ ...next, time: next.time - 1 }), "1.10000");
  assertEquals(opens.of(next), null);
  quotes[0] = next;
  await opens.ask();
  assertEquals(opens.of(next), null, "its first minute is not over");
  first["EURUSD 2026-07-08T21:00:00.000Z"] = "1.20000";
  await opens.ask();
  assertEquals(opens.of(next), "1.20000");
  await opens.ask();
  assertEquals(asked.length, 3, "what is known is not asked for");
});

Deno.test("a failed request is made again, and over a weekend it is still Friday", async () => {
  const friday = Date.UTC(2026, 6, 10, 20, 59);
  const { opens, quotes, first } = start({ "EURUSD 2026-07-09T21:00:00.000Z": "fails" });
  quotes[0] = { symbol: "EURUSD", time: friday };
  await opens.ask();
  assertEquals(opens.of(quotes[0]), null);
  first["EURUSD 2026-07-09T21:00:00.000Z"] = "1.30000";
  await opens.ask();
  assertEquals(opens.of(quotes[0]), "1.30000");
});
