// Goal: what the platform gives out it takes in again: ticks and bars of recorded days, exported as
// CSV, Arrow and Parquet over the real routes and read by the importers, are the same to the last
// bit, volumes and missing ones included.

import { assertEquals } from "@std/assert";
import { dayMs } from "../../shared/domain/bars/granularity.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { withFiles } from "../../shared/testing/source_files.ts";
import { dataTest } from "../../shared/testing/test_data.ts";
import { BlockHistoryWriter } from "../../shared/timeseries/block_writer.ts";
import type { BarColumns, TickColumns } from "../../shared/timeseries/columns.ts";
import { concatTicks } from "../../shared/timeseries/tick_columns.ts";
import { joinBars } from "../../shared/timeseries/bar_columns.ts";
import { detectSource } from "../../shared/venues/files/detect_source.ts";
import type { SourceFile } from "../../shared/venues/files/source_file.ts";
import { startTestMarket } from "./testing/test_market.ts";

const symbol = "EURUSD" as Symbol;
const forms = ["csv", "arrow", "parquet"] as const;
const everything = { from: -Infinity, to: Infinity };

async function ticksOf(files: readonly SourceFile[]): Promise<TickColumns> {
  const pieces: TickColumns[] = [];
  for (const file of files) {
    if (file.kind !== "ticks") continue;
    for await (const { ticks, faults } of file.read()) {
      assertEquals(faults, []);
      pieces.push(ticks);
    }
  }
  return concatTicks(pieces);
}

async function barsOf(files: readonly SourceFile[], side: string): Promise<BarColumns> {
  const pieces: BarColumns[] = [];
  for (const file of files) {
    if (file.kind !== "bars") continue;
    for await (const chunk of file.read()) {
      assertEquals(chunk.faults, []);
      if (chunk.side === side) pieces.push(chunk.bars);
    }
  }
  return joinBars(pieces, everything);
}

type Market = Awaited<ReturnType<typeof startTestMarket>>;

/** What an answer in a form is, read as a file of that name. */
async function readAgain<Columns>(
  { fetch }: Market,
  path: string,
  of: { name: string; read: (files: readonly SourceFile[]) => Promise<Columns> },
): Promise<Columns> {
  const answer = await fetch(path);
  assertEquals([answer.status, answer.headers.get("link")], [200, null]);
  let columns: Columns | undefined;
  await withFiles({ [of.name]: new Uint8Array(await answer.arrayBuffer()) }, async (folder) => {
    columns = await of.read((await detectSource(folder)).files);
  });
  return columns!;
}

async function checkTicks(market: Market, source: string, ticks: TickColumns): Promise<void> {
  const day = Math.floor(ticks.time[0]! / dayMs) * dayMs;
  await new BlockHistoryWriter().replaceTicks(market.deps.db, {
    series: { symbol, source },
    range: { from: day, to: day + dayMs },
    ticks: (async function* () {
      yield await Promise.resolve(ticks);
    })(),
  });
  const range = `from=${new Date(day).toISOString()}&to=${new Date(day + dayMs).toISOString()}`;
  const query = `source=${source}&${range}&limit=200000`;
  for (const form of forms) {
    const path = `/v1/instruments/EURUSD/ticks?${query}&format=${form}`;
    assertEquals(await readAgain(market, path, { name: `EURUSD.${form}`, read: ticksOf }), ticks);
  }
  // Bars of ticks know how many they are made of.
  const bars = { name: "EURUSD-bid-M1", path: `/v1/instruments/EURUSD/bars?${query}` };
  await checkBars(market, bars);
}

async function checkBars(
  market: Market,
  { name, path }: { name: string; path: string },
  wanted?: BarColumns,
): Promise<void> {
  let first = wanted;
  for (const form of forms) {
    const found = await readAgain(market, `${path}&side=bid&granularity=M1&format=${form}`, {
      name: `${name}.${form}`,
      read: (files) => barsOf(files, "bid"),
    });
    first ??= found;
    assertEquals(found, first);
  }
}

dataTest(
  "a recorded day's ticks with volumes come back in every form",
  "dukascopy",
  async (root) => {
    const market = await startTestMarket({ now: Date.UTC(2026, 0, 7) });
    const { files } = await detectSource(`${root}/EURUSD`);
    await checkTicks(market, "with-volumes", await ticksOf(files));
  },
);

dataTest(
  "a recorded day's ticks without volumes come back in every form",
  "oanda-lean",
  async (root) => {
    const market = await startTestMarket({ now: Date.UTC(2026, 0, 7) });
    const { files } = await detectSource(`${root}/tick/eurusd/20140502_quote.zip`);
    const ticks = await ticksOf(files);
    assertEquals(ticks.bidVolume, null);
    await checkTicks(market, "without-volumes", ticks);
    // Of some ticks only: what an archive and a file of one day may give together.
    const bidVolume = ticks.time.map((_, at) => at % 3 === 0 ? NaN : at / 7);
    await checkTicks(market, "some-volumes", { ...ticks, bidVolume });
  },
);

dataTest("recorded bars come back in every form", "dukascopy", async (root) => {
  const market = await startTestMarket({ now: Date.UTC(2026, 0, 7) });
  const bars = await barsOf((await detectSource(`${root}/EURUSD`)).files, "bid");
  const [from, to] = [bars.openTime[0]!, bars.openTime.at(-1)! + 60_000];
  const volume = bars.volume!.map((one, at) => at % 5 === 0 ? NaN : one);
  for (const [source, kept] of [["whole", bars], ["some", { ...bars, volume }]] as const) {
    await new BlockHistoryWriter().replaceBars(market.deps.db, {
      series: { symbol, source, side: "bid", intervalMs: 60_000 },
      range: { from, to },
      bars: kept,
    });
    const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
    const path = `/v1/instruments/EURUSD/bars?source=${source}&${range}&limit=200000`;
    await checkBars(market, { name: "EURUSD-bid-M1", path }, kept);
  }
});
