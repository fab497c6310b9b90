// Goal: letting go of old ticks changes no bar. Method: a real store; the bars of a source are asked
// for before its older ticks go and after.

import { assert, assertEquals } from "@std/assert";
import { dayMs } from "../../../shared/domain/bars/granularity.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { epochMs, ManualClock } from "../../../shared/domain/time.ts";
import { openHistory } from "../../../shared/testing/history_contract.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import { ticksOf } from "../../../shared/testing/random_ticks.ts";
import { Retention } from "../../../shared/timeseries/retention.ts";
import { type BarsQuery, readBars } from "./read_bars.ts";

const monday = Date.UTC(2019, 2, 4);
const symbol = "EURUSD" as Symbol;

Deno.test("bars are the same before ticks go and after, newest and onward, without a side too", async () => {
  const store = await openTestStore();
  const { db, history, writer } = await openHistory(store);
  const steps = Array.from({ length: 9_000 }, (_, n) => ({
    stepMs: 37_000,
    bid: 114_000 + Math.round(90 * Math.sin(n / 50)) + n % 7,
    spread: 2 + n % 3,
    volume: n % 5,
  }));
  const ticks = ticksOf(steps, monday);
  await writer.appendTicks(db, { series: { symbol, source: "loaded" }, ticks, batch: null });
  const marketClock = new ManualClock(epochMs(monday + 4 * dayMs));
  const ground = { history, hours: tradingHours("fx-week"), marketClock };
  const query: BarsQuery = {
    ...{ symbol, source: "loaded", side: "bid", granularity: "H4", alignment: "fx-day" },
    ...{ gaps: "stored", spread: false, from: monday - dayMs, to: undefined, limit: 5_000 },
  };
  const queries: BarsQuery[] = [
    query,
    { ...query, granularity: "M1" },
    { ...query, granularity: "D1", from: undefined },
    { ...query, side: "ask", granularity: "M15", gaps: "carry" },
  ];
  const before = await Promise.all(queries.map((one) => readBars(ground, one)));
  const rules = [{ kind: "ticks", source: "loaded", symbol: null, days: 2 }] as const;
  const dropped = await new Retention(db).drop("ticks", { now: marketClock.now(), rules });
  assert(dropped > 4_000 && dropped < ticks.length);
  for (const [n, one] of queries.entries()) assertEquals(await readBars(ground, one), before[n]);
  // Of mid the older days are gone; bid has them all.
  assertEquals(await readBars(ground, { ...query, side: undefined }), before[0]);
  await store.close();
});
