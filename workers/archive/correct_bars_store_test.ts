import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type BarSide, barSides, minuteMs } from "../../shared/domain/bar.ts";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import {
  type TimeseriesDatabase,
  timeseriesMigrations,
  timeseriesSchema,
} from "../../shared/timeseries/bars_table.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { Sealer } from "../../shared/timeseries/sealer.ts";
import {
  type ArchiveDatabase,
  archiveMigrations,
  archiveSchema,
  createArchiveStore,
} from "./archive_store.ts";
import { archiveBatch, type Heard } from "./decide.ts";

const start = Date.UTC(2019, 1, 4, 10);
const always = { isOpen: () => true };
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
  const store = await openStore("pglite:memory");
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await migrate(store, archiveSchema, archiveMigrations);
  return store;
}

async function archive(store: Store, batches: readonly (readonly Heard[])[]): Promise<void> {
  const archiveStore = createArchiveStore(store.database<ArchiveDatabase>(archiveSchema));
  let standing = await archiveStore.load();
  for (const batch of batches) {
    standing = await archiveStore.commit(standing, archiveBatch(standing.state, batch, always));
  }
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
