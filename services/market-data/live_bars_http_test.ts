// Goal: no bar of the live feed is told of before it is whole, however far behind the archive is, and
// none is made up of a minute that is still in its hands. Method: live history and a clock that the
// test moves, over HTTP.

import { assertEquals } from "@std/assert";
import { barsView } from "../../shared/contracts/http/market_history.ts";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import type { TickColumns } from "../../shared/domain/columns.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { parseRfc3339 } from "../../shared/domain/time.ts";
import { MemoryHistory } from "../../shared/testing/memory_history.ts";
import { ticksOf } from "../../shared/testing/random_ticks.ts";
import { ticksWithin } from "../../shared/timeseries/tick_columns.ts";
import { startTestMarket } from "./testing/test_market.ts";

const EURUSD = "EURUSD" as Symbol;
const at = (text: string): number => parseRfc3339(text)!;

/** A tick each second, so many of them. */
const seconds = (from: string, count: number): TickColumns =>
  ticksOf(
    Array.from({ length: count }, (_, n) => ({
      ...{ bid: 114_000 + n % 7, spread: 3, volume: 1 },
      stepMs: n === 0 ? 0 : 1_000,
    })),
    at(from),
  );

/** The archive has come to a moment, and stored the minutes that were finished by then. */
function archivedUntil(history: MemoryHistory, ticks: TickColumns, until: string): void {
  const held = ticksWithin(ticks, 0, at(until));
  history.putTicks({ symbol: EURUSD, source: "live" }, held);
  const minutes = Math.floor((at(until) - 2_000) / 60_000) * 60_000;
  for (const side of ["mid", "bid"] as const) {
    const folder = new TickFolder({ grid: barGrid("M1", "utc"), side });
    folder.push(ticksWithin(held, 0, minutes));
    history.putBars({ symbol: EURUSD, source: "live", side, intervalMs: 60_000 }, folder.end());
  }
}

async function market(now: string) {
  const history = new MemoryHistory(50);
  const started = await startTestMarket({ history, now: at(now) });
  const bars = async (query: string) =>
    barsView.parse((await started.json(`/v1/instruments/EURUSD/bars?${query}`)).body).bars
      .map(({ openTime, ticks }) => `${openTime.slice(11, 19)} ${ticks}`);
  const setClock = (to: string) => started.clock.advanceBy(at(to) - started.clock.now());
  return { history, bars, setClock };
}

Deno.test("a live bar is told of when the archive has all of it, not when it is over", async () => {
  const ticks = seconds("2019-02-05T10:00:00Z", 900);
  const { history, bars, setClock } = await market("2019-02-05T10:05:30Z");
  archivedUntil(history, ticks, "2019-02-05T10:04:40Z");
  for (const query of ["limit=2", "from=2019-02-05T10:00:00Z"]) {
    assertEquals(await bars(`${query}&granularity=M5`), [], query);
  }
  const thirty = "from=2019-02-05T10:03:30Z&granularity=S30";
  assertEquals(await bars(thirty), ["10:03:30 30", "10:04:00 30"]);
  const spreads = "from=2019-02-05T10:03:00Z&granularity=M1&spread=true";
  assertEquals(await bars(spreads), ["10:03:00 60"]);
  archivedUntil(history, ticks, "2019-02-05T10:05:29Z");
  assertEquals(await bars("limit=2&granularity=M5"), ["10:00:00 300"]);
  assertEquals(await bars(spreads), ["10:03:00 60", "10:04:00 60"]);
  setClock("2019-02-05T10:05:34Z");
  assertEquals((await bars(thirty)).at(-1), "10:04:30 30", "10:05:00 may still get a tick");
});

Deno.test("a symbol that rests is behind no other: its bars are told of as the feed goes on", async () => {
  const { history, bars, setClock } = await market("2019-02-05T10:04:06Z");
  archivedUntil(history, seconds("2019-02-05T10:00:00Z", 241), "2019-02-05T10:04:01Z");
  const last = async () => (await bars("limit=1&granularity=S5")).at(-1);
  assertEquals(await last(), "10:03:50 5");
  history.putTicks(
    { symbol: "USDJPY" as Symbol, source: "live" },
    seconds("2019-02-05T10:04:00Z", 20),
  );
  setClock("2019-02-05T10:04:20Z");
  assertEquals(await last(), "10:04:00 1");
});

Deno.test("no flat bar stands for a live minute under way, and closed hours hold nothing back", async () => {
  const { history, bars, setClock } = await market("2019-02-08T21:58:30Z"); // Friday evening
  const ticks = seconds("2019-02-08T21:55:00Z", 300);
  archivedUntil(history, ticks, "2019-02-08T21:58:30Z");
  const carried = "gaps=carry&limit=2&side=bid&granularity=M1";
  assertEquals(await bars(carried), ["21:56:00 60", "21:57:00 60"]);
  assertEquals(
    await bars("gaps=carry&from=2019-02-08T21:57:00Z&side=bid"),
    ["21:57:00 60"],
  );
  archivedUntil(history, ticks, "2019-02-08T22:00:02Z");
  setClock("2019-02-09T00:00:06Z");
  assertEquals(await bars("alignment=utc&granularity=H4&limit=1"), ["20:00:00 300"]);
});

Deno.test("where the feed has ended, its last bars are told of an hour later", async () => {
  const { history, bars, setClock } = await market("2019-02-05T10:50:00Z");
  archivedUntil(history, seconds("2019-02-05T10:00:00Z", 130), "2019-02-05T10:02:10Z");
  assertEquals(await bars("limit=1&granularity=M5"), []);
  setClock("2019-02-05T11:05:00Z");
  assertEquals(await bars("limit=1&granularity=M5"), ["10:00:00 120"]);
});
