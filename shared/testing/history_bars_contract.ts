/** What history promises of bars; part of the history contract. */

import { assertEquals } from "@std/assert";
import { type Bar, minuteMs } from "../domain/bar.ts";
import { price, type Symbol } from "../domain/instrument.ts";
import { epochMs } from "../domain/time.ts";
import { insertBars } from "../timeseries/bars_store.ts";
import type { BarColumns } from "../timeseries/columns.ts";
import {
  everything,
  type HistoryParts,
  hourMs,
  noon,
  tickColumns,
  ticksFrom,
} from "./history_contract.ts";

const barRow = (at: number, i: number, ticks = 5) => [at, i + 1, i + 9, i - 9, i + 2, ticks];

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

export async function barSteps(
  t: Deno.TestContext,
  { db, history, writer, sealer }: HistoryParts,
): Promise<void> {
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

  await t.step("sealBars() moves finished days into blocks; a later correction wins", async () => {
    const before = await read(minutes);
    const { rows } = await sealer.sealBars(noon + hourMs);
    assertEquals(rows, 0);
    assertEquals((await sealer.sealBars(noon + 12 * hourMs)).rows, 12);
    assertEquals(await read(minutes), before);
    assertEquals((await db.selectFrom("bars").select("symbol").execute()).length, 0);
    const corrected = barRow(noon + 25 * minuteMs, 5, 9);
    await insertBars(db, [liveBar(corrected)]);
    const after = [...before.slice(0, 25), corrected, ...before.slice(26)];
    assertEquals(await read(minutes), after);
    await sealer.sealBars(noon + 12 * hourMs);
    assertEquals(await read(minutes), after);
  });

  await summaryStep(t, { db, history, writer });
}

async function summaryStep(
  t: Deno.TestContext,
  { db, history, writer }: Pick<HistoryParts, "db" | "history" | "writer">,
): Promise<void> {
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
