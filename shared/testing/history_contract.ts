/** What history promises, whichever engine is behind it. */

import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Kysely } from "kysely";
import type { Symbol } from "../domain/instrument.ts";
import { migrate } from "../storage/migrate.ts";
import type { Store } from "../storage/store.ts";
import { timeseriesMigrations } from "../timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../timeseries/database.ts";
import { TickRoom } from "../timeseries/block_codec.ts";
import { historyOf } from "../timeseries/block_history.ts";
import { BlockHistoryWriter } from "../timeseries/block_writer.ts";
import type { TickColumns, TimeRange } from "../timeseries/columns.ts";
import type { History } from "../timeseries/history.ts";
import { Sealer } from "../timeseries/sealer.ts";
import { barSteps } from "./history_bars_contract.ts";
import { sealSteps } from "./history_seal_contract.ts";

export const noon = Date.UTC(2019, 1, 28, 12);
export const everything: TimeRange = { from: -Infinity, to: Infinity };
export const hourMs = 3_600_000;

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
): Promise<TickRow[]> {
  const rows: TickRow[] = [];
  for await (const piece of history.ticks(of(symbol), range)) {
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

/** Ticks as they would come from a file. */
export async function* pieces(
  ...rows: readonly (readonly TickRow[])[]
): AsyncGenerator<TickColumns> {
  for (const piece of rows) yield tickColumns(piece);
}

/** History over a store, and everything that changes it. */
export interface HistoryParts {
  readonly db: Kysely<TimeseriesDatabase>;
  readonly history: History;
  readonly writer: BlockHistoryWriter;
  readonly sealer: Sealer;
  append(symbol: string, batch: string, rows: readonly TickRow[]): Promise<void>;
}

export async function openHistory(store: Store): Promise<HistoryParts> {
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const writer = new BlockHistoryWriter();
  return {
    db,
    history: historyOf(store),
    writer,
    sealer: new Sealer(db),
    append: (symbol, batch, rows) =>
      writer.appendTicks(db, { series: of(symbol), ticks: tickColumns(rows), batch }),
  };
}

const of = (symbol: string) => ({ symbol: symbol as Symbol, source: "test" });

export async function historyContract(t: Deno.TestContext, store: Store): Promise<void> {
  const parts = await openHistory(store);
  await appendSteps(t, parts);
  await undoneSteps(t, parts);
  await replaceSteps(t, parts);
  await barSteps(t, parts);
  await sealSteps(t, parts);
  await t.step("any appends, replacements and seals read as a plain list would", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 14 }),
        (operations) => runOperations(parts, `X${run++}`, operations),
      ),
      { numRuns: 30 },
    );
  });
}

async function appendSteps(
  t: Deno.TestContext,
  { db, history, writer, append }: HistoryParts,
): Promise<void> {
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

  await t.step("late ticks stand by time; of one moment, those that came first", async () => {
    await append("EURCHF", "a", [[noon, 1, 2], [noon + 10, 3, 4], [noon + 20, 5, 6]]);
    await append("EURCHF", "b", [[noon + 10, 7, 8], [noon + 30, 9, 10]]);
    await append("EURCHF", "c", [[noon - 5, 11, 12], [noon + 30, 13, 14]]);
    const bids = (await readTicks(history, "EURCHF")).map(([time, bid]) => [time - noon, bid]);
    const expected = [[-5, 11], [0, 1], [10, 3], [10, 7], [20, 5], [30, 9], [30, 13]];
    assertEquals(bids, expected);
  });
}

async function undoneSteps(
  t: Deno.TestContext,
  { db, history, writer, append }: HistoryParts,
): Promise<void> {
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

  await t.step("a month whose first transaction was undone is written by the next", async () => {
    const rows = ticksFrom(Date.UTC(2033, 8), 3);
    const added = ["EURCZK", "EURHUF"].map((symbol) => ({
      series: of(symbol),
      ticks: tickColumns(rows),
      batch: null,
    }));
    await assertRejects(
      () =>
        db.transaction().execute(async (trx) => {
          await writer.appendAll(trx, added);
          throw new Error("undone");
        }),
      Error,
      "undone",
    );
    await writer.appendAll(db, added);
    assertEquals(await readTicks(history, "EURHUF"), rows);
  });
}

async function replaceSteps(
  t: Deno.TestContext,
  { db, history, writer, append }: HistoryParts,
): Promise<void> {
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
}

type Operation = ReturnType<typeof operation.generate> extends { value: infer T } ? T : never;

async function runOperations(
  { db, history, writer, sealer, append }: HistoryParts,
  symbol: string,
  operations: readonly Operation[],
): Promise<void> {
  let model: TickRow[] = [];
  for (const [index, { kind, start, rows, length }] of operations.entries()) {
    let at = noon + start;
    const made = rows.map((gap, i): TickRow => [at += gap, 1_000 * index + i, index]);
    const range = { from: noon + start, to: noon + start + length };
    if (kind === "seal") await sealer.sealTicks();
    else if (kind === "append") {
      model = [...model, ...made];
      await append(symbol, `${index}`, made);
    } else {
      const inside = made.filter(([time]) => time < range.to);
      model = [...model.filter(([time]) => time < range.from || time >= range.to), ...inside];
      await writer.replaceTicks(db, { series: of(symbol), range, ticks: pieces(inside) });
    }
    model.sort((a, b) => a[0] - b[0]);
  }
  assertEquals(await readTicks(history, symbol), model);
  assertEquals(await readTicks(inRoom(history), symbol), model);
}

/** The same history, whose ticks lie in room that the next piece may take. */
const inRoom = (history: History): History => ({
  ticks: (series, range) => history.ticks(series, range, new TickRoom()),
  bars: (series, range) => history.bars(series, range),
  listSeries: (symbol) => history.listSeries(symbol),
  heldDays: (series, range) => history.heldDays(series, range),
  newestTick: (series, from) => history.newestTick(series, from),
});

const operation = fc.record({
  kind: fc.constantFrom("append", "append", "replace", "seal"),
  start: fc.integer({ min: 0, max: 60 }).map((minutes) => minutes * 900_000),
  length: fc.integer({ min: 1, max: 30 }).map((minutes) => minutes * 900_000),
  rows: fc.array(fc.constantFrom(0, 1, 900_000), { minLength: 1, maxLength: 20 }),
});

/** A batch of a feed by its number: mostly new ticks, some late, a few of one moment. */
export const batchRows = (batch: number): TickRow[] =>
  Array.from({ length: 40 }, (_, i): TickRow => {
    const late = i % 7 === 0 ? 90_000 : 0;
    return [noon + Math.max(0, batch * 20_000 + (i - i % 3) * 500 - late), 40 * batch + i, i];
  }).sort((a, b) => a[0] - b[0]);
