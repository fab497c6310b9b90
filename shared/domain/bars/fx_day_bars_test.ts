// Goal: daily and four-hour bars that begin at 17:00 New York over both clock changes of 2018.
// Method: OANDA's hourly bars; the expected bars were made from the same rows by another program
// with another time zone library, the boundaries written by hand.

import { assertEquals } from "@std/assert";
import { unzipSync } from "fflate";
import { dataTest } from "../../testing/test_data.ts";
import type { BarColumns } from "../columns.ts";
import { parseScaled } from "../decimal.ts";
import { parseRfc3339 } from "../time.ts";
import { type BarAlignment, barGrid } from "./bar_grid.ts";
import { BarFolder } from "./fold_bars.ts";
import type { Granularity } from "./granularity.ts";

const at = (text: string): number => parseRfc3339(text)!;
const shown = (time: number): string => new Date(time).toISOString().slice(0, 16);

/** Bid bars of 2018 as columns; the source does not count ticks. */
function hourlyBars(zip: Uint8Array): BarColumns {
  const rows = new TextDecoder().decode(unzipSync(zip)["eurusd.csv"]!).split("\n")
    .filter((line) => line.startsWith("2018"))
    .map((line) => line.split(","));
  const prices = (column: number) =>
    Int32Array.from(rows, (row) => parseScaled(row[column]!, 5) as number);
  return {
    length: rows.length,
    openTime: Float64Array.from(rows, ([text = ""]) => {
      const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d) (\d\d:\d\d)$/.exec(text)!;
      return at(`${year}-${month}-${day}T${time}:00Z`);
    }),
    open: prices(1),
    high: prices(2),
    low: prices(3),
    close: prices(4),
    ticks: new Int32Array(rows.length).fill(-1),
    volume: null,
  };
}

async function folded(
  path: string,
  granularity: Granularity,
  range: { from: string; to: string },
): Promise<unknown[]> {
  const folder = new BarFolder({ grid: barGrid(granularity, "fx-day"), keepFlat: false });
  folder.push(hourlyBars(await Deno.readFile(path)));
  const bars = folder.end();
  const rows = Array.from(
    { length: bars.length },
    (_, n) => [bars.openTime[n]!, bars.open[n], bars.high[n], bars.low[n], bars.close[n]] as const,
  );
  return rows
    .filter(([time]) => time >= at(range.from) && time < at(range.to))
    .map(([time, ...prices]) => [shown(time), ...prices]);
}

const hourly = "oanda-lean/hour/eurusd.zip";
const spring = { from: "2018-03-07T22:00:00Z", to: "2018-03-13T21:00:00Z" };
const autumn = { from: "2018-10-31T21:00:00Z", to: "2018-11-06T22:00:00Z" };

dataTest("D1 bars keep 17:00 New York over both changes of 2018", hourly, async (path) => {
  assertEquals(await folded(path, "D1", spring), [
    ["2018-03-07T22:00", 124082, 124456, 122973, 123091],
    ["2018-03-08T22:00", 123091, 123335, 122723, 123028],
    ["2018-03-11T21:00", 123028, 123449, 122898, 123331],
    ["2018-03-12T21:00", 123331, 124069, 123138, 123877],
  ]);
  assertEquals(await folded(path, "D1", autumn), [
    ["2018-10-31T21:00", 113088, 114238, 113058, 114074],
    ["2018-11-01T21:00", 114074, 114551, 113716, 113844],
    ["2018-11-04T22:00", 113844, 114234, 113519, 114064],
    ["2018-11-05T22:00", 114064, 114376, 113909, 114249],
  ]);
});

/** The H4 bars from a Friday 5:00 over the weekend a clock changes. */
function h4Test(season: string, range: { from: string; to: string }, expected: unknown[]): void {
  dataTest(`H4 bars keep 17, 21, 1, 5, 9, 13 New York in ${season}`, hourly, async (path) => {
    assertEquals(await folded(path, "H4", range), expected);
  });
}

h4Test("spring 2018", { from: "2018-03-09T10:00:00Z", to: "2018-03-13T01:00:00Z" }, [
  ["2018-03-09T10:00", 123015, 123133, 122723, 122926], // Friday 5:00, winter time
  ["2018-03-09T14:00", 122926, 123335, 122904, 123166],
  ["2018-03-09T18:00", 123166, 123208, 123017, 123028],
  ["2018-03-11T21:00", 123028, 123130, 123028, 123103], // Sunday 17:00, summer time
  ["2018-03-12T01:00", 123103, 123252, 123051, 123242],
  ["2018-03-12T05:00", 123242, 123403, 123141, 123333],
  ["2018-03-12T09:00", 123333, 123344, 122898, 123010],
  ["2018-03-12T13:00", 123010, 123256, 122937, 123187],
  ["2018-03-12T17:00", 123187, 123449, 123145, 123331],
  ["2018-03-12T21:00", 123331, 123450, 123322, 123398],
]);

h4Test("autumn 2018", { from: "2018-11-02T09:00:00Z", to: "2018-11-06T02:00:00Z" }, [
  ["2018-11-02T09:00", 114293, 114551, 114097, 114163], // Friday 5:00, summer time
  ["2018-11-02T13:00", 114163, 114308, 113716, 113849],
  ["2018-11-02T17:00", 113849, 113998, 113747, 113844],
  ["2018-11-04T22:00", 113844, 113991, 113840, 113884], // Sunday 17:00, winter time
  ["2018-11-05T02:00", 113884, 113918, 113817, 113890],
  ["2018-11-05T06:00", 113890, 113983, 113740, 113812],
  ["2018-11-05T10:00", 113812, 113874, 113519, 113780],
  ["2018-11-05T14:00", 113780, 114054, 113770, 113948],
  ["2018-11-05T18:00", 113948, 114234, 113937, 114064],
  ["2018-11-05T22:00", 114064, 114138, 114043, 114062],
]);

/** Starts of the spans from a moment on, until another. */
function edges(granularity: Granularity, from: string, options: {
  to: string;
  alignment?: BarAlignment;
}): string[] {
  const grid = barGrid(granularity, options.alignment ?? "fx-day");
  const found: string[] = [];
  for (let time = grid.spanAt(at(from)).from; time <= at(options.to);) {
    found.push(shown(time));
    time = grid.spanAt(time).until;
  }
  return found;
}

Deno.test("the weekend a clock changes, H4 keeps the wall's hours: one span is an hour short or long", () => {
  // Saturday 17:00 to Sunday 17:00; at 2:00 the clock goes to 3:00.
  assertEquals(edges("H4", "2018-03-10T22:00:00Z", { to: "2018-03-11T21:00:00Z" }), [
    "2018-03-10T22:00",
    "2018-03-11T02:00",
    "2018-03-11T06:00", // 1:00 winter time, three hours long
    "2018-03-11T09:00", // 5:00 summer time
    "2018-03-11T13:00",
    "2018-03-11T17:00",
    "2018-03-11T21:00",
  ]);
  assertEquals(edges("H4", "2018-11-03T21:00:00Z", { to: "2018-11-04T22:00:00Z" }), [
    "2018-11-03T21:00",
    "2018-11-04T01:00",
    "2018-11-04T05:00", // 1:00 summer time, five hours long
    "2018-11-04T10:00", // 5:00 winter time
    "2018-11-04T14:00",
    "2018-11-04T18:00",
    "2018-11-04T22:00",
  ]);
});

Deno.test("weeks and months are whole FX days, or calendar ones in UTC", () => {
  assertEquals(edges("W1", "2018-03-07T12:00:00Z", { to: "2018-03-18T21:00:00Z" }), [
    "2018-03-04T22:00",
    "2018-03-11T21:00",
    "2018-03-18T21:00",
  ]);
  assertEquals(edges("MN1", "2018-10-15T12:00:00Z", { to: "2018-12-01T00:00:00Z" }), [
    "2018-09-30T21:00",
    "2018-10-31T21:00",
    "2018-11-30T22:00",
  ]);
  const utc = { to: "2018-03-19T00:00:00Z", alignment: "utc" } as const;
  assertEquals(edges("W1", "2018-03-11T23:00:00Z", utc), [
    "2018-03-05T00:00",
    "2018-03-12T00:00",
    "2018-03-19T00:00",
  ]);
  assertEquals(edges("MN1", "2018-01-31T23:00:00Z", utc), [
    "2018-01-01T00:00",
    "2018-02-01T00:00",
    "2018-03-01T00:00",
  ]);
});
