/** What history promises, whichever engine is behind it. */

import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type Bar, minuteMs } from "../domain/bar.ts";
import { price, type Symbol } from "../domain/instrument.ts";
import { epochMs } from "../domain/time.ts";
import { migrate } from "../storage/migrate.ts";
import type { Store } from "../storage/store.ts";
import { insertBars } from "../timeseries/bars_store.ts";
import {
  type TimeseriesDatabase,
  timeseriesMigrations,
  timeseriesSchema,
} from "../timeseries/bars_table.ts";
import { BlockHistory } from "../timeseries/block_history.ts";
import { BlockHistoryWriter } from "../timeseries/block_writer.ts";
import type { BarColumns, TickColumns, TimeRange } from "../timeseries/columns.ts";
import type { History, HistoryWriter } from "../timeseries/history.ts";

export const noon = Date.UTC(2019, 1, 28, 12);
const everything: TimeRange = { from: -Infinity, to: Infinity };
const hourMs = 3_600_000;

export type TickRow = readonly [time: number, bid: number, ask: number, volume?: number];

/** Columns of rows; volumes where the first row has one. */
export function tickColumns(rows: readonly TickRow[]): TickColumns {
  const volume = rows[0]?.[3] === undefined ? null : Float64Array.from(rows, (row) => row[3]!);
  return {
    length: rows.length,
    time: Float64Array.from(rows, (row) => row[0]),
    bid: Int32Array.from(rows, (row) => row[1]),
    ask: Int32Array.from(rows, (row) => row[2]),
    bidVolume: volume,
    askVolume: volume === null ? null : volume.map((value) => value / 4),
  };
}

export async function readTicks(
  history: History,
  symbol: string,
  range = everything,
  source = "test",
): Promise<TickRow[]> {
  const rows: TickRow[] = [];
  for await (const piece of history.ticks({ symbol: symbol as Symbol, source }, range)) {
    for (let i = 0; i < piece.length; i++) {
      const [time, bid, ask] = [piece.time[i]!, piece.bid[i]!, piece.ask[i]!];
      rows.push(
        piece.bidVolume === null ? [time, bid, ask] : [time, bid, ask, piece.bidVolume[i]!],
      );
    }
  }
  return rows;
}

/** `count` ticks from `from`, a step apart, each telling which it is. */
export const ticksFrom = (from: number, count: number, stepMs = 250): TickRow[] =>
  Array.from({ length: count }, (_, i) => [from + i * stepMs, 100_000 + i, 100_010 + i]);

// deno-lint-ignore require-await -- pieces come as they would from a file
async function* pieces(...rows: readonly (readonly TickRow[])[]): AsyncGenerator<TickColumns> {
  for (const piece of rows) yield tickColumns(piece);
}

export async function historyContract(t: Deno.TestContext, store: Store): Promise<void> {
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const history = new BlockHistory(db);
  const writer = new BlockHistoryWriter();
  const of = (symbol: string) => ({ symbol: symbol as Symbol, source: "test" });
  const append = (symbol: string, batch: string, rows: readonly TickRow[]) =>
    writer.appendTicks(db, { series: of(symbol), ticks: tickColumns(rows), batch });

  await t.step("appended ticks are read by time, over midnight and the month's end", async () => {
    const rows = ticksFrom(noon, 100_000, 1_000);
    for (let at = 0; at < rows.length; at += 9_000) {
      await append("AUDUSD", `at ${at}`, rows.slice(at, at + 9_000));
    }
    assertEquals(await readTicks(history, "AUDUSD"), rows);
    const range = { from: noon + 500_500, to: noon + 90_000_000 };
    assertEquals(await readTicks(history, "AUDUSD", range), rows.slice(501, 90_000));
    assertEquals(await readTicks(history, "NZDUSD"), []);
  });

  await t.step(
    "a batch that comes again changes nothing, also in a larger transaction",
    async () => {
      const rows = ticksFrom(noon, 10);
      await append("EURGBP", "one", rows);
      await append("EURGBP", "one", ticksFrom(noon, 20));
      await db.transaction().execute(async (trx) => {
        const ticks = tickColumns(ticksFrom(noon + hourMs, 3));
        await writer.appendTicks(trx, { series: of("EURGBP"), ticks, batch: "two" });
        await writer.appendTicks(trx, { series: of("EURGBP"), ticks, batch: "two" });
      });
      assertEquals(await readTicks(history, "EURGBP"), [...rows, ...ticksFrom(noon + hourMs, 3)]);
    },
  );

  await t.step("what a transaction appended is gone when it is undone", async () => {
    await assertRejects(
      () =>
        db.transaction().execute(async (trx) => {
          const ticks = tickColumns(ticksFrom(Date.UTC(2031, 4), 3));
          await writer.appendTicks(trx, { series: of("EURNOK"), ticks, batch: "one" });
          throw new Error("undone");
        }),
      Error,
      "undone",
    );
    assertEquals(await readTicks(history, "EURNOK"), []);
    await append("EURNOK", "one", ticksFrom(Date.UTC(2031, 4), 3));
    assertEquals((await readTicks(history, "EURNOK")).length, 3);
  });

  await t.step("late ticks stand by time; of one moment, those that came first", async () => {
    await append("EURCHF", "a", [[noon, 1, 2], [noon + 10, 3, 4], [noon + 20, 5, 6]]);
    await append("EURCHF", "b", [[noon + 10, 7, 8], [noon + 30, 9, 10]]);
    await append("EURCHF", "c", [[noon - 5, 11, 12], [noon + 30, 13, 14]]);
    const bids = (await readTicks(history, "EURCHF")).map(([time, bid]) => [time - noon, bid]);
    const expected = [[-5, 11], [0, 1], [10, 3], [10, 7], [20, 5], [30, 9], [30, 13]];
    assertEquals(bids, expected);
  });

  await t.step(
    "a range that is replaced keeps what lies around it, and versions rise",
    async () => {
      const series = of("USDCAD");
      const day = { from: noon - 12 * hourMs, to: noon + 12 * hourMs };
      const old = ticksFrom(day.from, 20_000, 4_000);
      const put = { series, range: day, ticks: pieces(old.slice(0, 7), old.slice(7)) };
      const stored = await writer.replaceTicks(db, put);
      assertEquals(stored.ticks, old.length);
      await append("USDCAD", "live", ticksFrom(noon + 1, 5, hourMs));
      const range = { from: noon, to: noon + 2 * hourMs + 1 };
      const fresh: TickRow[] = [[noon, 1, 2, 0.75], [noon + 7, 3, 4, 1.5]];
      await writer.replaceTicks(db, { series, range, ticks: pieces(fresh) });
      const expected = [
        ...old.filter(([time]) => time < range.from || time >= range.to),
        ...ticksFrom(noon + 1, 5, hourMs).filter(([time]) => time >= range.to),
      ].sort((a, b) => a[0] - b[0]);
      assertEquals(await readTicks(history, "USDCAD", { from: range.to, to: Infinity }), [
        ...expected.filter(([time]) => time >= range.to),
      ]);
      assertEquals(await readTicks(history, "USDCAD", range), fresh);
      assertEquals(
        (await readTicks(history, "USDCAD")).map(([time]) => time),
        [...expected.map(([time]) => time), noon, noon + 7].sort((a, b) => a - b),
      );
      await writer.replaceTicks(db, { series, range: day, ticks: pieces() });
      assertEquals(await readTicks(history, "USDCAD"), []);
    },
  );

  await t.step(
    "replaceTicks() changes nothing where its ticks fall or leave the range",
    async () => {
      const series = of("USDSEK");
      const range = { from: noon, to: noon + hourMs };
      await append("USDSEK", "one", ticksFrom(noon, 4));
      for (
        const rows of [[[noon + 2, 1, 2], [noon + 1, 1, 2]], [[noon - 1, 1, 2]]] as TickRow[][]
      ) {
        await assertRejects(
          () => writer.replaceTicks(db, { series, range, ticks: pieces(rows) }),
          RangeError,
        );
      }
      assertEquals(await readTicks(history, "USDSEK"), ticksFrom(noon, 4));
    },
  );

  await barSteps(t, { db, history, writer });
  await t.step("any appends and replacements read as a plain list would", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
        const symbol = `X${run++}`;
        let model: TickRow[] = [];
        for (const [index, { replaces, start, rows, length }] of operations.entries()) {
          const ticks = rows.map((gap, i): TickRow => [gap, 1_000 * index + i, index]);
          let at = noon + start;
          const made = ticks.map(([gap, ...prices]): TickRow => [at += gap, ...prices]);
          if (replaces) {
            const range = { from: noon + start, to: noon + start + length };
            const inside = made.filter(([time]) => time < range.to);
            model = [...model.filter(([time]) => time < range.from || time >= range.to), ...inside];
            await writer.replaceTicks(db, { series: of(symbol), range, ticks: pieces(inside) });
          } else {
            model = [...model, ...made];
            await append(symbol, `${index}`, made);
          }
          model.sort((a, b) => a[0] - b[0]);
        }
        assertEquals(await readTicks(history, symbol), model);
      }),
      { numRuns: 25 },
    );
  });
}

const operation = fc.record({
  replaces: fc.boolean(),
  start: fc.integer({ min: 0, max: 60 }).map((minutes) => minutes * 900_000),
  length: fc.integer({ min: 1, max: 30 }).map((minutes) => minutes * 900_000),
  rows: fc.array(fc.constantFrom(0, 1, 900_000), { minLength: 1, maxLength: 20 }),
});

const barRow = (at: number, i: number, ticks = 5) => [at, i + 1, i + 9, i - 9, i + 2, ticks];

export function barColumns(rows: readonly (readonly number[])[], volume = false): BarColumns {
  const column = (at: number) => Int32Array.from(rows, (row) => row[at]!);
  return {
    length: rows.length,
    openTime: Float64Array.from(rows, (row) => row[0]!),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    ticks: column(5),
    volume: volume ? Float64Array.from(rows, (_, i) => i / 8) : null,
  };
}

interface Parts {
  readonly db: Parameters<HistoryWriter["appendTicks"]>[0];
  readonly history: BlockHistory;
  readonly writer: BlockHistoryWriter;
}

async function barSteps(t: Deno.TestContext, { db, history, writer }: Parts): Promise<void> {
  const hourly = { symbol: "EURUSD" as Symbol, source: "test", side: "bid", intervalMs: hourMs };
  const minutes = { ...hourly, source: "live", intervalMs: minuteMs } as const;
  const read = async (series: typeof hourly | typeof minutes, range = everything) => {
    const rows: number[][] = [];
    for await (const piece of history.bars({ ...series, side: "bid" }, range)) {
      for (let i = 0; i < piece.length; i++) {
        const { openTime, open, high, low, close, ticks } = piece;
        rows.push([openTime[i]!, open[i]!, high[i]!, low[i]!, close[i]!, ticks[i]!]);
      }
    }
    return rows;
  };
  const liveBar = (row: readonly number[]): Bar => ({
    symbol: "EURUSD" as Symbol,
    side: "bid",
    openTime: epochMs(row[0]!),
    open: price(row[1]!),
    high: price(row[2]!),
    low: price(row[3]!),
    close: price(row[4]!),
    ticks: row[5]!,
  });

  await t.step("bars of any length are replaced and read by open time", async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => barRow(noon + i * hourMs, i));
    const range = { from: noon, to: noon + 2_000 * hourMs };
    const bars = barColumns(rows, true);
    const series = { ...hourly, side: "bid" } as const;
    assertEquals((await writer.replaceBars(db, { series, range, bars })).bars, 2_000);
    assertEquals(await read(hourly), rows);
    const part = { from: noon + 100 * hourMs, to: noon + 1_000 * hourMs };
    const fresh = barColumns([barRow(part.from + hourMs, 7)]);
    await writer.replaceBars(db, { series, range: part, bars: fresh });
    const expected = [...rows.slice(0, 100), barRow(part.from + hourMs, 7), ...rows.slice(1_000)];
    assertEquals(await read(hourly), expected);
  });

  await t.step("the live feed's minutes join rows and blocks; the fuller bar stays", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => barRow(noon + i * minuteMs, i));
    const range = { from: noon, to: noon + 20 * minuteMs };
    await insertBars(db, rows.map(liveBar));
    const bars = barColumns(rows.slice(0, 20));
    await writer.replaceBars(db, { series: { ...minutes, side: "bid" }, range, bars });
    assertEquals(await read(minutes), rows);
    const [fuller, emptier] = [barRow(noon, 77, 6), barRow(noon + minuteMs, 78, 4)];
    await insertBars(db, [fuller, emptier].map(liveBar));
    assertEquals(await read(minutes), [fuller, ...rows.slice(1)]);
    assertEquals(await read(minutes, { from: noon + 19 * minuteMs, to: noon + 21 * minuteMs }), [
      ...rows.slice(19, 21),
    ]);
  });

  await t.step("listSeries() tells of every series of a symbol", async () => {
    const ticks = tickColumns(ticksFrom(noon, 10));
    const series = { symbol: "EURUSD" as Symbol, source: "test" };
    await writer.appendTicks(db, { series, ticks, batch: "one" });
    const found = await history.listSeries("EURUSD");
    assertEquals(
      found.map(({ kind, series, from, to, count }) => [kind, series.source, from, to, count]),
      [
        ["bars", "live", noon, noon + 29 * minuteMs, 30],
        ["bars", "test", noon, noon + 1_999 * hourMs, 1_101],
        ["ticks", "test", noon, noon + 9 * 250, 10],
      ],
    );
    assertEquals(found.every(({ bytes }) => bytes > 0), true);
    assertEquals(await history.listSeries("XAUUSD"), []);
  });
}
