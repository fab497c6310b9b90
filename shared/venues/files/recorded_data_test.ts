import { assert, assertEquals } from "@std/assert";
import { unzipSync } from "fflate";
import { decompress } from "lzma1";
import { addToBar, type Bar, flatBarAfter, minuteMs, openBar } from "../../domain/bar.ts";
import { parseScaled } from "../../domain/decimal.ts";
import { epochMs, parseRfc3339 } from "../../domain/time.ts";
import { dataTest } from "../../testing/test_data.ts";
import type { Tick } from "../venue.ts";
import { mergeTicks } from "../replay/merge.ts";
import { detectSource } from "./detect_source.ts";
import type { TickSourceFile } from "./source_file.ts";

async function readAll(path: string): Promise<Tick[]> {
  const { files } = await detectSource(path);
  const ticks = files.filter((file): file is TickSourceFile => file.kind === "ticks");
  return (await Array.fromAsync(mergeTicks(ticks))).flat();
}

/** Minute bars of ticks, by opening time; silent minutes have none. */
function minuteBars(ticks: readonly Tick[], side: "bid" | "ask"): Map<number, Bar> {
  const bars = new Map<number, Bar>();
  for (const tick of ticks) {
    const quote = { ...tick, receivedTime: tick.venueTime, sequence: 0 };
    const minute = tick.venueTime - (tick.venueTime % minuteMs);
    const bar = bars.get(minute);
    bars.set(minute, bar === undefined ? openBar(quote, side) : addToBar(bar, quote));
  }
  return bars;
}

const ohlc = (bar: Bar): number[] => [bar.open, bar.high, bar.low, bar.close];

dataTest(
  "a Dukascopy day holds 136,741 ticks, from any of its folders",
  "dukascopy",
  async (path) => {
    const ticks = await readAll(path);
    assertEquals(ticks.length, 136_741);
    assert(ticks.every((tick, i) => i === 0 || tick.venueTime >= ticks[i - 1]!.venueTime));
    assertEquals(ticks[0]!.venueTime >= parseRfc3339("2019-02-04T00:00:00Z")!, true);
    assertEquals(await readAll(`${path}/EURUSD`), ticks);
  },
);

dataTest(
  "Dukascopy's ticks make the vendor's 1,440 minute bars exactly",
  "dukascopy",
  async (path) => {
    const bars = minuteBars(await readAll(path), "bid");
    const file = `${path}/EURUSD/2019/01/04/BID_candles_min_1.bi5`;
    const candles = decompress(await Deno.readFile(file)) as Uint8Array;
    const view = new DataView(candles.buffer, candles.byteOffset, candles.byteLength);
    assertEquals(candles.length, 1_440 * 24);
    const midnight = parseRfc3339("2019-02-04T00:00:00Z")!;
    let bar: Bar | undefined;
    for (let minute = 0; minute < 1_440; minute++) {
      const [second, open, close, low, high] = [0, 4, 8, 12, 16].map((offset) =>
        view.getUint32(24 * minute + offset)
      );
      const openTime = epochMs(midnight + second! * 1_000);
      bar = bars.get(openTime) ?? flatBarAfter(bar!, openTime);
      assertEquals(ohlc(bar), [open, high, low, close], `minute ${minute}`);
    }
  },
);

/** Bid and ask bars of a Lean minute file, by milliseconds since midnight. */
function leanBars(path: string): Map<number, { bid: number[]; ask: number[] }> {
  const [csv] = Object.values(unzipSync(Deno.readFileSync(path)));
  const rows = new TextDecoder().decode(csv).trim().split(/\r?\n/).map((row) => row.split(","));
  const read = (cells: string[]) => cells.map((cell) => parseScaled(cell, 5) as number);
  return new Map(rows.map((cells) => [
    Number(cells[0]),
    { bid: read(cells.slice(1, 5)), ask: read(cells.slice(6, 10)) },
  ]));
}

for (const day of ["20140502", "20140504", "20140507"]) {
  dataTest(`Lean's ticks of ${day} make its minute bars exactly`, "oanda-lean", async (path) => {
    const ticks = await readAll(`${path}/tick/eurusd/${day}_quote.zip`);
    const midnight = ticks[0]!.venueTime - (ticks[0]!.venueTime % 86_400_000);
    const wanted = leanBars(`${path}/minute/eurusd/${day}_quote.zip`);
    const bid = minuteBars(ticks, "bid");
    const ask = minuteBars(ticks, "ask");
    for (const [ms, bars] of wanted) {
      assertEquals(ohlc(bid.get(midnight + ms)!), bars.bid, `bid at ${ms}`);
      assertEquals(ohlc(ask.get(midnight + ms)!), bars.ask, `ask at ${ms}`);
    }
    assertEquals(bid.size, wanted.size);
  });
}

dataTest(
  "a Lean folder holds eight days of ticks, seconds and minutes, hours and three pairs of days",
  "oanda-lean",
  async (path) => {
    const { files, ignored } = await detectSource(path);
    const counts = Object.groupBy(files, (file) => file.format);
    assertEquals(counts["lean-ticks"]?.length, 8);
    assertEquals(counts["lean-bars"]?.length, 20);
    assert(ignored.some((one) => one.path.includes("market-hours")));
  },
);

dataTest("a TrueFX file with repeated timestamps gives all 1,000 rows", "truefx", async (path) => {
  const ticks = await readAll(path);
  assertEquals(ticks.length, 1_000);
  assertEquals(ticks[0], {
    symbol: ticks[0]!.symbol,
    bid: ticks[0]!.bid,
    ask: ticks[0]!.ask,
    venueTime: parseRfc3339("2013-01-01T22:00:00.295Z")!,
  });
  assertEquals([ticks[0]!.symbol, ticks[0]!.bid, ticks[0]!.ask].join(), "USDJPY,86655,86728");
});
