// Goal: files of recorded prices become the tape that their rows say, both sides of a bar together,
// and how far they reach is found at their ends.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { withFiles } from "../../shared/testing/source_files.ts";
import type { TapePiece } from "../../services/trading-gateway/backtests/engine/tape.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import { openFilesTape } from "./files_tape.ts";

const eurusd = "EURUSD" as Symbol;
const start = Date.UTC(2020, 2, 4);
const minute = 60_000;

async function rowsOf(pieces: AsyncIterable<TapePiece>): Promise<[number, number, number][]> {
  const rows: [number, number, number][] = [];
  for await (const { length, time, bid, ask } of pieces) {
    for (let at = 0; at < length; at++) rows.push([time[at]!, bid[at]!, ask[at]!]);
  }
  return rows;
}
const openIt = (path: string, spreadPoints = 7) =>
  openFilesTape(path, { traded: [eurusd], symbols: [eurusd], spreadPoints });

/** Minutes of one side, flat, so many points above 1.10000 a minute further. */
function bars(minutes: readonly number[], above: number): string {
  const rows = minutes.map((at) => {
    const price = (1.1 + (at + above) / 1e5).toFixed(5);
    const time = new Date(start + at * minute).toISOString();
    return [time, price, price, price, price, 5].join(",");
  });
  return ["time,open,high,low,close,volume", ...rows, ""].join("\n");
}
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const opens = (rows: [number, number, number][]) =>
  rows.filter(([time]) => (time - start) % minute === 0)
    .map(([time, bid, ask]) => [(time - start) / minute, bid - 110_000, ask - 110_000]);

Deno.test("bid and ask bars in two files are one tape, whatever their names and lengths", async () => {
  const names = [
    ["EURUSD_BID_M1.csv", "EURUSD_ASK_M1.csv"],
    ["a/EURUSD_M1_bid.csv", "b/EURUSD_M1_ask.csv"],
  ];
  for (const [bid, ask] of names) {
    const minutes = upTo(9_000);
    await withFiles({
      [bid!]: bars(minutes, 0),
      [ask!]: bars(minutes.filter((at) => at % 4_000 !== 1), 3),
    }, async (folder) => {
      const tape = await openIt(folder);
      assertEquals([tape.from, tape.to], [start, start + 9_000 * minute]);
      assert(tape.name.endsWith("bid and ask bars of 60 s"), tape.name);
      const wanted = minutes.filter((at) => at % 4_000 !== 1).map((at) => [at, at, at + 3]);
      assertEquals(opens(await rowsOf(tape.pieces())), wanted);
    });
  }
});

Deno.test("bars of one side have the spread that was asked for; the shortest are taken", async () => {
  const hours = bars([0, 60], 0).replaceAll(",5\n", ",9\n");
  await withFiles({
    "EURUSD_M1_bid.csv": bars(upTo(100), 0),
    "EURUSD_H1_bid.csv": hours,
    "EURUSD_H1_ask.csv": hours,
  }, async (folder) => {
    const tape = await openIt(folder);
    assert(tape.name.endsWith("bars of 60 s and 7 points"), tape.name);
    assertEquals(opens(await rowsOf(tape.pieces())), upTo(100).map((at) => [at, at, at + 7]));
  });
});

Deno.test("the period of a large file is read at its ends", async () => {
  const ticks = Array.from({ length: 40_000 }, (_, at) => {
    const time = new Date(start + at * 1_000).toISOString();
    return `${time},1.10000,1.10010`;
  });
  // What cannot be a row lies in the middle, where nobody looks before the tape is read.
  const middle = `${"x".repeat(70_000)}\n`;
  const text = ["time,bid,ask", ...ticks.slice(0, 20_000)].join("\n") + "\n" + middle +
    ticks.slice(20_000).join("\n") + "\n";
  await withFiles({ "EURUSD.csv": text }, async (folder) => {
    const tape = await openIt(folder);
    assertEquals([tape.from, tape.to], [start, start + 39_999_001]);
    await assertRejects(() => rowsOf(tape.pieces()), Error, "line is longer");
  });
});

Deno.test("a folder without bids of a traded symbol says so", async () => {
  await withFiles({ "EURUSD_M1_ask.csv": bars([0, 1], 0) }, async (folder) => {
    await assertRejects(() => openIt(folder), BacktestFailed, "no prices of EURUSD");
  });
});
