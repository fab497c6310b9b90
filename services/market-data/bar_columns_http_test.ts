// Goal: what is asked of bars stands in every answer, whatever is in it. Method: ticks before a
// silence, over HTTP; pages that hold both, one of them, or nothing.

import { assertEquals } from "@std/assert";
import { barsView } from "../../shared/contracts/http/market_history.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { MemoryHistory } from "../../shared/testing/memory_history.ts";
import { ticksOf } from "../../shared/testing/random_ticks.ts";
import { startTestMarket } from "./testing/test_market.ts";

const start = Date.UTC(2019, 1, 5, 10);

async function market() {
  const history = new MemoryHistory(7);
  // Half a minute of them, and one when silence has been for as long.
  const seconds = [...Array.from({ length: 30 }, (_, n) => n), 60];
  const steps = seconds.map((second, n) => ({
    ...{ bid: 114_000, spread: 3 + n % 4, volume: 1 },
    stepMs: 1_000 * (second - (seconds[n - 1] ?? 0)),
  }));
  const ticks = ticksOf(steps, start);
  history.putTicks({ symbol: "EURUSD" as Symbol, source: "loaded" }, ticks);
  return await startTestMarket({ history, now: start + 86_400_000 });
}

const base = "/v1/instruments/EURUSD/bars?source=loaded&side=bid&granularity=S30&spread=true";
const carried = `${base}&gaps=carry&to=2019-02-05T10:01:00Z`;

Deno.test("spreads stay beside carried bars, on one page and on several", async () => {
  const { json } = await market();
  const bars = async (query: string) =>
    barsView.parse((await json(carried + query)).body).bars
      .map(({ openTime, ticks, spread }) => [openTime.slice(14, 19), ticks, spread?.mean]);
  // Fifteen pairs of 3 and 5, of 4 and 6.
  const [full, flat] = [["00:00", 30, "0.00004433"], ["00:30", 0, undefined]];
  assertEquals(await bars("&from=2019-02-05T10:00:00Z"), [full, flat]);
  assertEquals(await bars("&limit=2"), [full, flat]);
  assertEquals(await bars("&from=2019-02-05T10:00:00Z&limit=1"), [full]);
  assertEquals(await bars("&from=2019-02-05T10:00:30Z"), [flat]);
});

Deno.test("a carried bar is the same whatever is on its page: it has no volume", async () => {
  const { json } = await market();
  const bars = async (query: string) => barsView.parse((await json(carried + query)).body).bars;
  const [full, flat] = await bars("&from=2019-02-05T10:00:00Z");
  assertEquals([full?.volume, flat?.volume], [30, undefined]);
  assertEquals(await bars("&from=2019-02-05T10:00:30Z"), [flat]);
});

Deno.test("a table of bars has the same columns on every page", async () => {
  const { fetch } = await market();
  const csv = async (path: string) => await (await fetch(`${path}&format=csv`)).text();
  const columns = "open_time,open,high,low,close,ticks,volume,spread_min,spread_mean,spread_max";
  for (const range of ["&limit=2", "&from=2019-02-05T10:00:00Z", "&from=2019-02-05T10:00:30Z"]) {
    assertEquals((await csv(carried + range)).split("\n")[0], columns, range);
  }
  assertEquals(await csv(`${base}&from=2019-02-05T10:02:00Z`), `${columns}\n`);
});
