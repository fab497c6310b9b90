/** Vendors' real files: what they say of themselves in two ways must agree, to the last row. */

import { assert, assertEquals } from "@std/assert";
import { unzipSync, zipSync } from "fflate";
import { minuteMs } from "../../domain/bar.ts";
import { withFiles } from "../../testing/source_files.ts";
import { dataTest } from "../../testing/test_data.ts";
import type { BarColumns, TickColumns } from "../../timeseries/columns.ts";
import { detectSource } from "./detect_source.ts";
import type { RateFile } from "./other_files.ts";
import type { BarChunk, SourceFile, TickChunk } from "./source_file.ts";

async function chunksOf(path: string): Promise<(TickChunk | BarChunk)[]> {
  const { files } = await detectSource(path);
  const chunks = await Promise.all(files.map((file) => all(file)));
  return chunks.flat();
}

async function all(file: SourceFile): Promise<(TickChunk | BarChunk)[]> {
  return file.kind === "ticks"
    ? await Array.fromAsync(file.read())
    : await Array.fromAsync(file.read());
}

const ticksOf = (chunks: readonly (TickChunk | BarChunk)[]): TickColumns[] =>
  chunks.filter((chunk): chunk is TickChunk => "ticks" in chunk).map((chunk) => chunk.ticks);

type Ohlc = [open: number, high: number, low: number, close: number];

/** Minute bars of a side, by opening time; silent minutes have none. */
function minuteBars(all: readonly TickColumns[], side: "bid" | "ask"): Map<number, Ohlc> {
  const bars = new Map<number, Ohlc>();
  for (const ticks of all) {
    for (let at = 0; at < ticks.length; at++) {
      const minute = ticks.time[at]! - (ticks.time[at]! % minuteMs);
      const price = ticks[side][at]!;
      const bar = bars.get(minute);
      if (bar === undefined) bars.set(minute, [price, price, price, price]);
      else {
        bar[1] = Math.max(bar[1], price);
        bar[2] = Math.min(bar[2], price);
        bar[3] = price;
      }
    }
  }
  return bars;
}

const barAt = (bars: BarColumns, at: number): Ohlc => [
  bars.open[at]!,
  bars.high[at]!,
  bars.low[at]!,
  bars.close[at]!,
];

const barsOf = (chunks: readonly (TickChunk | BarChunk)[], side: "bid" | "ask") =>
  new Map(
    chunks.filter((chunk): chunk is BarChunk => "bars" in chunk && chunk.side === side)
      .flatMap(({ bars }) =>
        Array.from({ length: bars.length }, (_, at): [number, Ohlc] => [
          bars.openTime[at]!,
          barAt(bars, at),
        ])
      ),
  );

/** Rows of a text, counted without our reader. */
const countLines = (text: Uint8Array): number =>
  new TextDecoder().decode(text).split("\n").filter((line) => line.trim() !== "").length;

dataTest(
  "a Dukascopy day has 136,741 ticks, volumes too, and no fault",
  "dukascopy",
  async (path) => {
    const chunks = await chunksOf(path);
    const ticks = ticksOf(chunks);
    assertEquals(ticks.reduce((sum, one) => sum + one.length, 0), 136_741);
    assertEquals(chunks.flatMap((chunk) => chunk.faults), []);
    for (const { length, time, bid, ask, bidVolume, askVolume } of ticks) {
      for (let at = 0; at < length; at++) {
        assert(at === 0 || time[at]! >= time[at - 1]!);
        assert(bid[at]! <= ask[at]! && bidVolume![at]! > 0 && askVolume![at]! > 0);
      }
    }
    const [first] = ticks;
    assertEquals(chunks[0]!.original(0).length, 40);
    assert(first!.time[0]! >= Date.UTC(2019, 1, 4));
  },
);

dataTest(
  "Dukascopy's ticks make the vendor's 1,440 minute bars exactly",
  "dukascopy",
  async (path) => {
    const chunks = await chunksOf(path);
    const made = minuteBars(ticksOf(chunks), "bid");
    const wanted = barsOf(chunks, "bid");
    assertEquals(wanted.size, 1_440);
    let last: Ohlc | undefined;
    for (const [openTime, bar] of wanted) {
      const flat = last?.[3];
      last = made.get(openTime) ?? [flat!, flat!, flat!, flat!];
      assertEquals(bar, last, new Date(openTime).toISOString());
    }
  },
);

for (const day of ["01", "02", "04", "05", "06", "07", "08", "09"].map((one) => `201405${one}`)) {
  const name = `Lean's ticks of ${day} make its minute bars exactly, bid and ask`;
  dataTest(name, "oanda-lean", async (path) => {
    const ticks = ticksOf(await chunksOf(`${path}/tick/eurusd/${day}_quote.zip`));
    const minutes = await chunksOf(`${path}/minute/eurusd/${day}_quote.zip`);
    for (const side of ["bid", "ask"] as const) {
      assertEquals(barsOf(minutes, side), minuteBars(ticks, side));
    }
  });
}

dataTest("every Lean file is read to its last row", "oanda-lean", async (path) => {
  const { files, ignored } = await detectSource(path);
  assertEquals(files.length, 8 + 8 + 8 + 1 + 3);
  assert(ignored.some((one) => one.path.includes("market-hours")));
  for (const file of files) {
    const [csv] = Object.values(unzipSync(await Deno.readFile(file.path)));
    const chunks = await all(file);
    const rows = chunks.filter((chunk) => "ticks" in chunk || chunk.side === "bid")
      .reduce((sum, chunk) => sum + ("ticks" in chunk ? chunk.ticks : chunk.bars).length, 0);
    assertEquals(rows, countLines(csv!), file.path);
    assertEquals(chunks.flatMap((chunk) => chunk.faults), []);
    assertEquals(chunks.at(-1)!.bytesRead, file.bytes);
  }
});

dataTest("a TrueFX file with repeated timestamps gives all 1,000 rows", "truefx", async (path) => {
  const chunks = await chunksOf(path);
  const [ticks] = ticksOf(chunks);
  assertEquals(ticks!.length, 1_000);
  assertEquals(
    [chunks[0]!.symbol as string, ticks!.time[0], ticks!.bid[0], ticks!.ask[0]],
    ["USDJPY", Date.UTC(2013, 0, 1, 22, 0, 0, 295), 86_655, 86_728],
  );
  assertEquals(chunks[0]!.original(0), "2013-01-01 22:00:00.295000+00:00,86.655,86.728");
});

dataTest("FXCM's two files are one source of 30,117 bars a side", "fxcm-m1", async (path) => {
  const { files, ignored } = await detectSource(path);
  assertEquals([files.length, ignored.length], [1, 0]);
  assertEquals(files[0]!.format, "fxcm-bars");
  const chunks = await all(files[0]!);
  const bid = barsOf(chunks, "bid");
  const ask = barsOf(chunks, "ask");
  assertEquals([bid.size, ask.size], [30_117, 30_117]);
  assertEquals(chunks.flatMap((chunk) => [...chunk.faults, ...(chunk.notes ?? [])]), []);
  const crossed = [...bid].filter(([time, bar]) => ask.get(time)![3] < bar[3]);
  assertEquals(crossed.length, 347);
  assertEquals(chunks.at(-1)!.bytesRead, files[0]!.bytes);
});

dataTest(
  "the ECB's rates are read from the newest to 1999-01-04, digit by digit",
  "ecb",
  async (path) => {
    const { others } = await detectSource(path);
    const chunks = await Array.fromAsync((others[0] as RateFile).read());
    assertEquals(chunks.flatMap((chunk) => chunk.faults), []);
    const rates = chunks.flatMap((chunk) => chunk.rates);
    const [csv] = Object.values(unzipSync(await Deno.readFile(others[0]!.path)));
    const cells = new TextDecoder().decode(csv).trim().split("\n").slice(1)
      .flatMap((line) => line.trim().split(",").slice(1, -1));
    assertEquals(rates.length, cells.filter((cell) => cell !== "N/A").length);
    assertEquals(rates[0], { date: "2023-12-29", base: "EUR", currency: "USD", rate: "1.105" });
    assertEquals(rates.at(-1), {
      date: "1999-01-04",
      base: "EUR",
      currency: "ZAR",
      rate: "6.9358",
    });
  },
);

dataTest(
  "a COT vintage keeps the day it describes apart from the day it was known",
  "cot",
  async (path) => {
    const { others } = await detectSource(path);
    assertEquals(others.length, 6);
    for (const file of others) {
      if (file.kind !== "positioning") throw new Error(file.kind);
      const chunks = await Array.fromAsync(file.read());
      assertEquals(chunks.flatMap((chunk) => chunk.faults), []);
      const positions = chunks.flatMap((chunk) => chunk.positions);
      assertEquals(positions.length, countLines(await Deno.readFile(file.path)) - 1);
      const [, known] = /committed_(\S{10})/.exec(file.path)!;
      assert(positions.every((one) => one.knownOn === known && one.knownBy === "name"));
      assert(positions.every((one) => one.asOf < one.knownOn));
    }
    const first = others[0]!;
    if (first.kind !== "positioning") throw new Error(first.kind);
    const [chunk] = await Array.fromAsync(first.read());
    const canada = chunk!.positions[0]!;
    assertEquals(canada, {
      market: "CANADIAN DOLLAR - CHICAGO MERCANTILE EXCHANGE",
      contractCode: "090741",
      asOf: "2025-01-07",
      knownOn: "2025-01-13",
      knownBy: "name",
      openInterest: 357_210,
      nonCommercialLong: 19_114,
      nonCommercialShort: 197_703,
      nonCommercialSpreading: 7_049,
      commercialLong: 303_241,
      commercialShort: 110_774,
      nonReportableLong: 27_806,
      nonReportableShort: 41_684,
    });
  },
);

dataTest(
  "the CFTC's zip of a year holds a text, and is read as its rows are alone",
  "cot",
  async (root) => {
    for await (const { name } of Deno.readDir(root)) {
      if (!name.endsWith(".csv")) continue;
      const text = await Deno.readFile(`${root}/${name}`);
      const positionsIn = async (file: string, bytes: Uint8Array) => {
        const found: unknown[] = [];
        await withFiles({ [file]: bytes }, async (folder) => {
          const [one] = (await detectSource(folder)).others;
          if (one?.kind !== "positioning") throw new Error("no positions");
          for await (const chunk of one.read()) found.push(...chunk.positions);
        });
        return found;
      };
      const wanted = await positionsIn("fx.csv", text);
      assert(wanted.length > 0);
      const zip = zipSync({ "annual.txt": text }, { level: 6 });
      assertEquals(await positionsIn("deacot2024.zip", zip), wanted);
      break;
    }
  },
);
