/**
 * Which clock is told of files that say little: days around a change of the clocks, metals with an
 * hour of their own, single days beside a year. A wrong clock is every price an hour off.
 */

import { assertEquals } from "@std/assert";
import { TradingHours } from "../../domain/fx_week.ts";
import { epochMs } from "../../domain/time.ts";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import type { BarSourceFile } from "./source_file.ts";

const minuteMs = 60_000;
const offsetMs = (ms: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;

const shows = {
  "utc-5": (ms: number) => ms - 5 * 3_600_000,
  "new-york": (ms: number) => ms + offsetMs(ms, "America/New_York"),
  "utc-5-eu-dates": (ms: number) => ms + offsetMs(ms, "Europe/London") - 5 * 3_600_000,
};
type Clock = keyof typeof shows;

/** Each ten minutes of the week's hours, and its last minute. */
function openTimes(symbol: string, from: string, to: string): number[] {
  const hours = new TradingHours().of(symbol);
  const isOpen = (ms: number) => hours.isOpen(epochMs(ms));
  const times: number[] = [];
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += minuteMs) {
    if (isOpen(ms) && (ms % (10 * minuteMs) === 0 || !isOpen(ms + minuteMs))) times.push(ms);
  }
  return times;
}

const textOf = (times: readonly number[], clock: Clock): string =>
  times.map((ms) => {
    const wall = new Date(shows[clock](ms)).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
    return `${wall.replace("T", " ")};1.10001;1.10009;1.10000;1.10005;0`;
  }).join("\n");

interface Read {
  readonly clock: string;
  readonly why: string;
  readonly times: readonly number[];
}

async function readAll(files: Readonly<Record<string, string>>): Promise<Read[]> {
  const read: Read[] = [];
  await withFiles(files, async (folder) => {
    for (const file of (await detectSource(folder)).files as BarSourceFile[]) {
      const chunks = await Array.fromAsync(file.read());
      const times = chunks.flatMap((chunk) => [...chunk.bars.openTime]);
      read.push({ ...file.clock!, times });
    }
  });
  return read;
}

/** Around one weekend on which Europe or America changed its clocks, from mid-week to mid-week. */
const changes = [
  ["2018-10-25T10:00Z", "2018-10-30T00:00Z"],
  ["2018-10-24T10:00Z", "2018-11-08T00:00Z"],
  ["2018-11-01T10:00Z", "2018-11-06T00:00Z"],
  ["2018-03-07T10:00Z", "2018-03-15T00:00Z"],
  ["2018-03-21T10:00Z", "2018-03-29T00:00Z"],
] as const;

for (const clock of Object.keys(shows) as Clock[]) {
  Deno.test(`files of days around a change are read to the minute by ${clock}`, async () => {
    for (const [from, to] of changes) {
      const wanted = openTimes("EURUSD", from, to);
      const [read] = await readAll({ "DAT_ASCII_EURUSD_M1_2018.csv": textOf(wanted, clock) });
      assertEquals(read!.times, wanted, `${from} by ${read!.clock}: ${read!.why}`);
    }
  });

  Deno.test(`gold, which opens at 18:00, is told to be by ${clock}`, async () => {
    const wanted = openTimes("XAUUSD", "2018-01-02T00:00Z", "2018-12-30T00:00Z");
    const [read] = await readAll({ "DAT_ASCII_XAUUSD_M1_2018.csv": textOf(wanted, clock) });
    assertEquals([read!.clock, read!.times.length], [clock, wanted.length], read!.why);
    assertEquals(read!.times, wanted);
  });

  Deno.test(`a day without a weekend is by ${clock} where the year beside it is`, async () => {
    const year = openTimes("EURUSD", "2018-01-02T00:00Z", "2018-12-30T00:00Z");
    const day = openTimes("EURUSD", "2019-07-10T00:00Z", "2019-07-11T00:00Z");
    const read = await readAll({
      "DAT_ASCII_EURUSD_M1_2018.csv": textOf(year, clock),
      "DAT_ASCII_EURUSD_M1_20190710.csv": textOf(day, clock),
    });
    assertEquals(read.map((one) => one.clock), [clock, clock]);
    assertEquals(read[1]!.times, day);
    assertEquals(read[1]!.why, "as DAT_ASCII_EURUSD_M1_2018.csv, the nearest that tells");
  });
}
