import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type BarSide, barSides, minuteMs } from "../../shared/domain/bar.ts";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { Sealer } from "../../shared/timeseries/sealer.ts";
import {
  type ArchiveDatabase,
  archiveMigrations,
  archiveSchema,
  createArchiveStore,
  lastSequence,
} from "./archive_store.ts";
import { archiveBatch, type Heard } from "./decide.ts";
import { type Committed, liveBars } from "./live_bars.ts";

const start = Date.UTC(2019, 1, 4, 10);
const always = { of: () => ({ isOpen: () => true }) };
const everything = { from: -Infinity, to: Infinity };

const quoteOf = (
  symbol: string,
  [afterMs, bid, sequence, receivedMs = afterMs]: readonly number[],
): Quote => ({
  symbol: symbol as Symbol,
  bid: price(bid!),
  ask: price(bid! + 3),
  venueTime: epochMs(start + afterMs!),
  receivedTime: epochMs(start + receivedMs!),
  sequence: sequence!,
});

async function openArchive() {
  const store = await openTestStore();
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await migrate(store, archiveSchema, archiveMigrations);
  return store;
}

/** Each batch from where the store says the archive stands. Returns what is told of each. */
async function archive(
  store: Store,
  batches: readonly (readonly Heard[])[],
  correctionsMax?: number,
): Promise<Committed[]> {
  const db = store.database<ArchiveDatabase>(archiveSchema);
  const archiveStore = createArchiveStore(db, null, correctionsMax);
  const told: Committed[] = [];
  for (const batch of batches) {
    const standing = await archiveStore.load();
    const effects = archiveBatch(standing.state, batch, always);
    const { batches: version, told: { finished, corrected } } = await archiveStore.commit(
      standing,
      effects,
    );
    told.push({ effects: { ...effects, bars: finished }, corrected, version });
  }
  return told;
}

const historyOf = (store: Store) =>
  new BlockHistory(store.database<TimeseriesDatabase>(timeseriesSchema));

async function barsOf(store: Store, symbol: string, side: BarSide): Promise<number[][]> {
  const series = { symbol: symbol as Symbol, side, source: "live", intervalMs: minuteMs };
  const found: number[][] = [];
  for await (const bars of historyOf(store).bars(series, everything)) {
    for (let i = 0; i < bars.length; i++) {
      const { openTime, open, high, low, close, ticks } = bars;
      const at = (openTime[i]! - start) / minuteMs;
      found.push([at, open[i]!, high[i]!, low[i]!, close[i]!, ticks[i]!]);
    }
  }
  return found;
}

Deno.test("a late quote's bar and the silent ones after it are put right, sealed or not", async () => {
  const store = await openArchive();
  const sealer = new Sealer(store.database<TimeseriesDatabase>(timeseriesSchema));
  const heard = (afterMs: number): Heard => ({ time: epochMs(start + afterMs) });
  const quotes = (...rows: number[][]): Heard => ({
    quotes: rows.map((row) => quoteOf("EURUSD", row)),
  });
  await archive(store, [
    [quotes([1_000, 100, 1], [30_000, 104, 2])],
    [heard(63_000), heard(123_000), heard(183_000)],
  ]);
  await sealer.sealTicks();
  await sealer.sealBars(start + 24 * 60 * minuteMs);
  assertEquals(await lastSequence(store.database<ArchiveDatabase>(archiveSchema)), 2);
  await archive(store, [[quotes([59_000, 90, 3, 184_000])], [quotes([200_000, 95, 4])], [
    heard(270_000),
  ]]);
  assertEquals(await barsOf(store, "EURUSD", "bid"), [
    [0, 100, 104, 90, 90, 3],
    [1, 90, 90, 90, 90, 0],
    [2, 90, 90, 90, 90, 0],
    [3, 95, 95, 95, 95, 1],
  ]);
  await store.close();
});

Deno.test("a released tick is filed once and in its bar, whether the minute is over or under way", async () => {
  const store = await openArchive();
  const heard = (afterMs: number): Heard => ({ time: epochMs(start + afterMs) });
  const quotes = (...rows: number[][]): Heard => ({
    quotes: rows.map((row) => quoteOf("EURUSD", row)),
  });
  const released = (releaseId: string, afterMs: number, bid: number): Heard => ({
    released: {
      releaseId,
      symbol: "EURUSD" as Symbol,
      venueTime: epochMs(start + afterMs),
      ...{ bid: price(bid), ask: price(bid - 5) },
    },
  });
  const crossed = released("live-1", 20_000, 300);
  const [, again] = await archive(store, [
    [quotes([1_000, 100, 1], [30_000, 104, 2]), heard(63_000), quotes([70_000, 105, 3])],
    [crossed, released("live-2", 65_000, 50), crossed],
    [crossed],
  ]);
  assertEquals(again!.corrected.map(({ side, high, ticks }) => [side, high, ticks]), [
    ["bid", 300, 3],
    ["ask", 295, 3],
    ["mid", 298, 3],
  ]);
  await archive(store, [[quotes([80_000, 107, 4]), crossed, heard(123_000)]]);
  assertEquals(await barsOf(store, "EURUSD", "bid"), [
    [0, 100, 300, 100, 104, 3],
    [1, 50, 107, 50, 107, 3],
  ]);
  assertEquals(await lastSequence(store.database<ArchiveDatabase>(archiveSchema)), 4);
  await store.close();
});

Deno.test("more late minutes than one commit puts right are put right by the next ones, once each", async () => {
  const store = await openArchive();
  const minutes = Array.from({ length: 7 }, (_, minute) => minute);
  const heard = (afterMs: number): Heard => ({ time: epochMs(start + afterMs) });
  const quotes = (afterMs: number, bid: number, sequence: number): Heard => ({
    quotes: [quoteOf("EURUSD", [afterMs, bid, sequence, 8 * minuteMs])],
  });
  await archive(store, [
    minutes.map((n) => ({ quotes: [quoteOf("EURUSD", [n * minuteMs, 100, n])] })),
    [heard(8 * minuteMs)],
  ]);
  const late = minutes.map((n) => quotes(n * minuteMs + 1_000, 90, 100 + n));
  // One of the minutes that wait gets another quote meanwhile.
  const rest = [quotes(5 * minuteMs + 2_000, 80, 200), heard(8 * minuteMs + 1_000)];
  const told = await archive(store, [late, ...rest.map((one) => [one])], 3);
  const corrected = told.map((one) =>
    one.corrected.filter(({ side }) => side === "bid").map(({ openTime, close }) => [
      (openTime - start) / minuteMs,
      Number(close),
    ])
  );
  assertEquals(corrected, [
    [[0, 90], [1, 90], [2, 90]],
    [[3, 90], [4, 90], [5, 80]],
    [[6, 90]],
  ]);
  const stored = await barsOf(store, "EURUSD", "bid");
  assertEquals(stored.filter(([minute]) => minute! < 7).map((bar) => [bar[0], bar[3], bar[5]]), [
    ...[0, 1, 2, 3, 4].map((minute) => [minute, 90, 2]),
    [5, 80, 3],
    [6, 90, 2],
  ]);
  await store.close();
});

/** Quotes a second or so apart, some held back for up to two and a half minutes. */
const feed = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 40_000 }),
    bid: fc.integer({ min: 100, max: 130 }),
    heldBackMs: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 150_000 })),
  }),
  { minLength: 1, maxLength: 40 },
);

Deno.test("however quotes are late or out of order, bars are those of the ticks by time", async () => {
  const store = await openArchive();
  let run = 0;
  let sequence = 0;
  let shiftMs = 0;
  await fc.assert(
    fc.asyncProperty(feed, async (rows) => {
      const symbol = `X${run++}`;
      let at = shiftMs;
      const arrivals = rows.map(({ gapMs, bid, heldBackMs }) => {
        at += gapMs;
        return { at, bid, arrives: at + heldBackMs };
      }).sort((a, b) => a.arrives - b.arrives);
      const batches = arrivals.map((row): Heard[] => [
        { time: epochMs(start + row.arrives) },
        { quotes: [quoteOf(symbol, [row.at, row.bid, ++sequence, row.arrives])] },
      ]);
      // A day's distance keeps the runs apart.
      shiftMs = Math.ceil((at + 1) / 86_400_000) * 86_400_000 + 86_400_000;
      await archive(store, [...batches, [{ time: epochMs(start + at + 10 * minuteMs) }]]);
      for (const side of barSides) {
        const folder = new TickFolder({ grid: barGrid("M1", "utc"), side });
        const ticks = historyOf(store).ticks(
          { symbol: symbol as Symbol, source: "live" },
          everything,
        );
        for await (const piece of ticks) folder.push(piece);
        const { openTime, open, high, low, close, ticks: counts } = folder.end();
        const expected = Array.from(openTime, (time, i) => [
          (time - start) / minuteMs,
          ...[open, high, low, close, counts].map((column) => column[i]!),
        ]);
        const stored = await barsOf(store, symbol, side);
        assertEquals(stored.filter((bar) => bar[5]! > 0), expected);
        const before = new Map(stored.map((bar) => [bar[0], bar[4]]));
        for (const [minute, open, , , , count] of stored) {
          const last = before.get(minute! - 1);
          if (count === 0) assertEquals(open, last);
        }
      }
    }),
    { numRuns: 15 },
  );
  await store.close();
});

/** Steps of a clock that is put back at times, and quotes that are late by it. */
const unruly = fc.array(
  fc.record({
    stepMs: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
      fc.integer({ min: -200_000, max: 200_000 }),
    ),
    bid: fc.integer({ min: 100, max: 130 }),
    ageMs: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 150_000 })),
    silent: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

Deno.test("a minute is told as final once; what followers were told last is what is stored", async () => {
  const store = await openArchive();
  let sequence = 0;
  let day = 0;
  await fc.assert(
    fc.asyncProperty(unruly, async (steps) => {
      // Days apart, the runs do not meet.
      const from = 2 * day++ * 86_400_000;
      let at = from;
      const batches = steps.map(({ stepMs, bid, ageMs, silent }): Heard[] => {
        at = Math.max(from, at + stepMs);
        if (silent) return [{ time: epochMs(start + at) }];
        const venueTime = Math.max(from, at - ageMs);
        return [{ quotes: [quoteOf("EURUSD", [venueTime, bid, ++sequence, at])] }];
      });
      const told = new Map<string, number[]>();
      for (const committed of await archive(store, batches)) {
        for (const { side, openTime, state, ...bar } of liveBars(committed)) {
          if (state === "partial") continue;
          const key = `${side} ${(openTime - start) / minuteMs}`;
          // What the run before had in hand is finished by the day between.
          assert(state === "corrected" || !told.has(key), `${key} is final twice`);
          const prices = [bar.open, bar.high, bar.low, bar.close].map((text) => Number(text) * 1e5);
          told.set(key, [...prices.map(Math.round), bar.ticks]);
        }
      }
      for (const side of barSides) {
        const stored = (await barsOf(store, "EURUSD", side)).filter(([minute]) =>
          told.has(`${side} ${minute}`)
        );
        for (const [minute, ...bar] of stored) assertEquals(told.get(`${side} ${minute}`), bar);
        assertEquals(stored.length, [...told.keys()].filter((key) => key.startsWith(side)).length);
      }
    }),
    { numRuns: 25 },
  );
  await store.close();
});
