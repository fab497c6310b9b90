// Goal: signals over HTTP are those that the feed tells of the same bars, whole across pages, for any
// length of bars and any source. Method: random walks with gaps, judged by what the analysis worker
// judges with, and page by page through the real app.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { signalsView } from "../../../shared/contracts/http/signals.ts";
import { minuteMs } from "../../../shared/domain/bar.ts";
import type { BarColumns } from "../../../shared/domain/columns.ts";
import { formatPrice, price, type Symbol } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { type Signal, signalGranularities } from "../../../shared/domain/signals/signal.ts";
import { StudiedMinutes } from "../../../shared/domain/signals/studied_minutes.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { MemoryHistory } from "../../../shared/testing/memory_history.ts";
import { startTestMarket } from "../testing/test_market.ts";

const symbol = "EURUSD" as Symbol;
const series = { symbol, source: "loaded", side: "mid", intervalMs: minuteMs } as const;
const start = Date.UTC(2019, 1, 5, 10);
const path = "/v1/instruments/EURUSD/signals";

/** Closes of minutes, most of them one after the other. */
const walk = fc.array(
  fc.record({
    step: fc.integer({ min: -40, max: 40 }),
    silent: fc.oneof({ weight: 60, arbitrary: fc.constant(0) }, fc.nat(90)),
  }),
  { minLength: 900, maxLength: 1_200, size: "max" },
);

function minutesOf(steps: readonly { step: number; silent: number }[]): BarColumns {
  let [at, close] = [start - minuteMs, 114_000];
  const openTime = Float64Array.from(steps, ({ silent }) => at += minuteMs * (silent + 1));
  const closes = Int32Array.from(steps, ({ step }) => close += step);
  return {
    ...{ length: steps.length, openTime, open: closes, close: closes, volume: null },
    high: closes.map((one) => one + 4),
    low: closes.map((one) => one - 4),
    ticks: closes.map(() => 3),
  };
}

/** What the worker finds as the minutes come. */
function signalsOf({ length, openTime, open, high, low, close, ticks }: BarColumns): Signal[] {
  const minutes = new StudiedMinutes();
  const found: Signal[] = [];
  for (let at = 0; at < length; at++) {
    minutes.put({
      ...{ symbol, side: "mid", openTime: epochMs(openTime[at]!), ticks: ticks[at]! },
      ...{ open: price(open[at]!), high: price(high[at]!) },
      ...{ low: price(low[at]!), close: price(close[at]!) },
    });
    const known = new Set(found.map(nameOf));
    const judged = minutes.judge().flatMap(({ signals }) => signals);
    found.push(...judged.filter((one) => !known.has(nameOf(one))));
  }
  return found;
}

const nameOf = ({ study, granularity, time }: Signal) => `${study} ${granularity} ${time}`;

const plain = ({ study, time, direction, price }: Signal) => ({
  ...{ study, direction, time: toRfc3339(time) },
  price: formatPrice(price, instrumentOf(symbol)),
});

const sorted = <One extends { time: string; study: string }>(all: readonly One[]) =>
  all.toSorted((a, b) => `${a.time} ${a.study}` < `${b.time} ${b.study}` ? -1 : 1);

Deno.test("GET …/signals answers what the feed tells, in pages of any size", async () => {
  await fc.assert(
    fc.asyncProperty(walk, fc.integer({ min: 7, max: 300 }), async (steps, limit) => {
      const history = new MemoryHistory();
      const minutes = minutesOf(steps);
      history.putBars(series, minutes);
      const { json } = await startTestMarket({ history, now: Date.UTC(2019, 2) });
      const wanted = signalsOf(minutes);
      for (const granularity of signalGranularities) {
        const query = `source=loaded&side=mid&granularity=${granularity}&limit=${limit}`;
        const found = [];
        for (let from: string | null = toRfc3339(epochMs(0)); from !== null;) {
          const { body } = await json(`${path}?${query}&from=${from}`);
          const page = signalsView.parse(body);
          found.push(...page.signals);
          from = page.next;
        }
        // The last bar of a recording is whole, however many of its minutes are known.
        const last = Math.max(...wanted.map(({ time }) => time));
        const until = toRfc3339(epochMs(last));
        const expected = wanted.filter((one) => one.granularity === granularity).map(plain);
        assertEquals(sorted(found.filter(({ time }) => time <= until)), sorted(expected));
        const { body } = await json(`${path}?${query}`);
        const newest = signalsView.parse(body).signals;
        assertEquals(newest, found.slice(found.length - newest.length));
      }
      assert(wanted.length > 20);
    }),
    { numRuns: 12 },
  );
});

Deno.test("GET …/signals answers one study, days of the FX week, and refuses what there is not", async () => {
  const history = new MemoryHistory();
  history.putBars(
    series,
    minutesOf(Array.from({ length: 900 }, (_, n) => ({
      step: n % 100 < 50 ? 20 : -20,
      silent: 0,
    }))),
  );
  const { json, refused } = await startTestMarket({ history, now: Date.UTC(2019, 2) });
  const { body } = await json(`${path}?source=loaded&study=averages_cross&limit=5000`);
  assertEquals(new Set(body.signals.map((one: { study: string }) => one.study)).size, 1);
  assert(body.signals.length > 10);
  const days = await json(`${path}?source=loaded&granularity=D1`);
  assertEquals([days.status, days.body.alignment, days.body.signals], [200, "fx-day", []]);
  assertEquals(await refused(`${path}?source=nobody`), [404, "not_found", null]);
  assertEquals(await refused(`${path}?study=moon`), [400, "invalid_request", "query.study"]);
});
