// Goal: a volume that is not known is left out of JSON and null in the other forms, never a number
// made up and never text that no reader takes. Method: ticks and bars whose volumes are given here and
// there, in pieces with and without them; every form is read back and compared with a plain sum.

import { assert, assertEquals } from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import {
  activityBarsView,
  barsView,
  tableFormats,
  ticksView,
} from "../../shared/contracts/http/market_history.ts";
import type { BarColumns } from "../../shared/domain/columns.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { MemoryHistory } from "../../shared/testing/memory_history.ts";
import { ticksOf } from "../../shared/testing/random_ticks.ts";
import { startTestMarket } from "./testing/test_market.ts";

const series = { symbol: "EURUSD" as Symbol, source: "loaded" };
const start = Date.UTC(2019, 1, 5, 10);
const base = "/v1/instruments/EURUSD";
const common = "source=loaded&from=2019-02-05T10:00:00Z&limit=5000";

interface Minute {
  readonly volume: number;
  readonly ticks: number;
  readonly silent: number;
}

/** `silent` minutes without a bar before each; no volume is NaN, too much of it no number either. */
const minutes = fc.array(
  fc.record({
    volume: fc.constantFrom(0, 1.5, 7, NaN, NaN, 1.7e308),
    ticks: fc.constantFrom(-1, 3),
    silent: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 30 },
);

function barsOf(given: readonly Minute[]): BarColumns {
  let at = start - 60_000;
  const flat = Int32Array.from(given, () => 114_000);
  return {
    length: given.length,
    openTime: Float64Array.from(given, ({ silent }) => at += 60_000 * (silent + 1)),
    open: flat,
    high: flat,
    low: flat,
    close: flat,
    ticks: Int32Array.from(given, ({ ticks }) => ticks),
    volume: Float64Array.from(given, ({ volume }) => volume),
  };
}

/** What is told of the bars: `null` where any part is not known, or the sum is beyond numbers. */
function sums({ length, openTime, volume }: BarColumns, spanMs: number): (number | null)[] {
  const found = new Map<number, number>();
  for (let at = 0; at < length; at++) {
    const span = Math.floor(openTime[at]! / spanMs);
    found.set(span, (found.get(span) ?? 0) + volume![at]!);
  }
  return [...found.values()].map((sum) => Number.isFinite(sum) ? sum : null);
}

type Fetch = Awaited<ReturnType<typeof startTestMarket>>["fetch"];
type Rows = Record<string, unknown>[];

/** The rows of an answer in any form, by the names that tables give them. */
async function rowsOf(fetch: Fetch, path: string, format: keyof typeof tableFormats) {
  const answer = await fetch(`${path}&format=${format}`);
  assertEquals(answer.status, 200);
  const bytes = await answer.arrayBuffer();
  if (format === "arrow") return [...tableFromIPC(new Uint8Array(bytes))] as unknown as Rows;
  if (format === "parquet") return await parquetReadObjects({ file: bytes, compressors }) as Rows;
  const text = new TextDecoder().decode(bytes);
  assert(!/NaN|Infinity/.test(text), text);
  if (format === "json") {
    const { bars, ticks } = JSON.parse(text);
    return (bars ?? ticks) as Rows;
  }
  const [header, ...lines] = text.trimEnd().split("\n").map((line) => line.split(","));
  return lines.map((cells) =>
    Object.fromEntries(header!.map((name, at) => [name, cells[at] === "" ? null : cells[at]]))
  );
}

const tables = ["csv", "arrow", "parquet"] as const;
const numbers = (rows: Rows, name: string) =>
  rows.map((row) => row[name] === null || row[name] === undefined ? null : Number(row[name]));

async function assertEveryForm(fetch: Fetch, path: string, expected: (number | null)[]) {
  assertEquals(numbers(await rowsOf(fetch, path, "json"), "volume"), expected);
  for (const format of tables) {
    assertEquals(numbers(await rowsOf(fetch, path, format), "volume"), expected, format);
  }
}

Deno.test("bars made of bars tell the volumes that are known whole, in every form", async () => {
  await fc.assert(
    fc.asyncProperty(minutes, fc.integer({ min: 1, max: 9 }), async (given, pieceLength) => {
      const history = new MemoryHistory(pieceLength);
      const bars = barsOf(given);
      history.putBars({ ...series, side: "bid", intervalMs: 60_000 }, bars);
      const { fetch } = await startTestMarket({ history, now: start + 86_400_000 });
      for (const [granularity, minutes] of [["M1", 1], ["M5", 5]] as const) {
        const path = `${base}/bars?${common}&granularity=${granularity}`;
        await assertEveryForm(fetch, path, sums(bars, 60_000 * minutes));
        const carried = await (await fetch(`${path}&gaps=carry`)).json();
        const known = barsView.parse(carried).bars.filter(({ ticks }) => ticks !== 0);
        assertEquals(known.map(({ volume = null }) => volume), sums(bars, 60_000 * minutes));
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("ticks, and bars made of them, tell the volumes that are known, in every form", async () => {
  const step = fc.record({
    stepMs: fc.integer({ min: 0, max: 40_000 }),
    bid: fc.constant(114_000),
    spread: fc.constant(2),
    volume: fc.constantFrom(0, 1.5, NaN),
  });
  const steps = fc.array(step, { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 9 }), async (steps, pieceLength) => {
      const history = new MemoryHistory(pieceLength);
      const ticks = ticksOf(steps, start);
      history.putTicks(series, ticks);
      const { fetch } = await startTestMarket({ history, now: start + 86_400_000 });
      const given = Array.from(ticks.bidVolume!, (one) => Number.isNaN(one) ? null : one);
      const path = `${base}/ticks?${common}`;
      const json = ticksView.parse(await (await fetch(path)).json());
      assertEquals(json.ticks.map(({ bidVolume = null }) => bidVolume), given);
      for (const format of tables) {
        assertEquals(numbers(await rowsOf(fetch, path, format), "bid_volume"), given, format);
      }
      const bars = { ...ticks, openTime: ticks.time, volume: ticks.bidVolume } as never;
      await assertEveryForm(
        fetch,
        `${base}/bars?${common}&granularity=M1&side=bid`,
        sums(bars, 60_000),
      );
      await assertActivity(fetch, given);
    }),
    { numRuns: 40 },
  );
});

async function assertActivity(fetch: Fetch, given: readonly (number | null)[]) {
  const pairs = `${base}/activity-bars?${common}&side=bid&kind=ticks&size=2`;
  const expected = Array.from({ length: given.length >> 1 }, (_, n) => {
    const [first, second] = given.slice(2 * n);
    return first === null || second === null ? null : first! + second!;
  });
  activityBarsView.parse(await (await fetch(pairs)).json());
  await assertEveryForm(fetch, pairs, expected);
  const heavy = await fetch(`${base}/activity-bars?${common}&side=bid&kind=volume&size=1`);
  assertEquals(heavy.status, given.includes(null) ? 422 : 200);
}

Deno.test("a side whose volumes are known tells them, whatever is known of the other", async () => {
  const history = new MemoryHistory();
  const step = { bid: 114_000, spread: 2, volume: 1.5 };
  const ticks = ticksOf([{ stepMs: 0, ...step }, { stepMs: 1_000, ...step }], start);
  history.putTicks(series, { ...ticks, askVolume: null });
  const { fetch } = await startTestMarket({ history, now: start + 86_400_000 });
  for (const [side, volume] of [["bid", 3], ["ask", null], ["mid", null]] as const) {
    await assertEveryForm(fetch, `${base}/bars?${common}&granularity=M1&side=${side}`, [volume]);
    const pairs = `${base}/activity-bars?${common}&side=${side}&kind=volume&size=3`;
    assertEquals((await fetch(pairs)).status, volume === null ? 422 : 200);
  }
});
