/**
 * Files by every clock over both changes of 2018, with the doubled and the missing hour. What they
 * should say is computed with `Temporal` alone, minute by minute.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { withFiles } from "../../testing/source_files.ts";
import { createClock } from "./clock.ts";
import { detectSource } from "./detect_source.ts";
import type { BarChunk, BarSourceFile } from "./source_file.ts";

const minuteMs = 60_000;
const utc = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

/** What each clock shows, said with Temporal and nothing else. */
const shows: Readonly<Record<string, (ms: number) => number>> = {
  "utc": (ms) => ms,
  "utc-5": (ms) => ms - 5 * 3_600_000,
  "new-york": (ms) => ms + offsetMs(ms, "America/New_York"),
  "utc-5-eu-dates": (ms) => ms + offsetMs(ms, "Europe/London") - 5 * 3_600_000,
  "metatrader": (ms) => ms + offsetMs(ms, "America/New_York") + 7 * 3_600_000,
  "Europe/Helsinki": (ms) => ms + offsetMs(ms, "Europe/Helsinki"),
  "+05:30": (ms) => ms + 5.5 * 3_600_000,
};

const offsetMs = (ms: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;

/** `20181104 013000` */
const histDataTime = (wall: number): string =>
  new Date(wall).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", " ");

const row = (wall: number): string => `${histDataTime(wall)};1.10001;1.10009;1.10000;1.10005;0`;

/** Every minute of `[from, to)` that `isOpen`, as HistData writes it by a clock. */
function minutes(from: string, to: string, isOpen: (ms: number) => boolean = () => true): number[] {
  const all: number[] = [];
  for (let ms = utc(from); ms < utc(to); ms += minuteMs) if (isOpen(ms)) all.push(ms);
  return all;
}

async function readBars(
  text: string,
  clock?: string,
): Promise<{ file: BarSourceFile; chunks: BarChunk[] }> {
  let read: { file: BarSourceFile; chunks: BarChunk[] } | undefined;
  await withFiles({ "DAT_ASCII_EURUSD_M1_2018.csv": text }, async (folder) => {
    const { files } = await detectSource(folder, clock === undefined ? {} : { clock });
    const file = files[0] as BarSourceFile;
    read = { file, chunks: await Array.fromAsync(file.read()) };
  });
  return read!;
}

const openTimes = (chunks: readonly BarChunk[]): number[] =>
  chunks.flatMap((chunk) => [...chunk.bars.openTime]);
const notesOf = (chunks: readonly BarChunk[]) => chunks.flatMap((chunk) => chunk.notes ?? []);

/** Both changes of 2018, of America and of Europe. */
const changes = [
  ["2018-03-10T12:00Z", "2018-03-12T12:00Z"],
  ["2018-03-24T12:00Z", "2018-03-26T12:00Z"],
  ["2018-10-27T12:00Z", "2018-10-29T12:00Z"],
  ["2018-11-03T12:00Z", "2018-11-05T12:00Z"],
] as const;

for (const [clock, wallOf] of Object.entries(shows)) {
  Deno.test(`a file by ${clock} is read to the minute over every change of 2018`, async () => {
    for (const [from, to] of changes) {
      const wanted = minutes(from, to);
      const walls = wanted.map(wallOf);
      const { chunks } = await readBars(walls.map(row).join("\n"), clock);
      assertEquals(openTimes(chunks), wanted);
      const isDoubled = new Set(walls).size < walls.length;
      assertEquals(notesOf(chunks).length, isDoubled ? 2 : 0);
      assertEquals(chunks.flatMap((chunk) => chunk.faults), []);
    }
  });
}

Deno.test("the note of a doubled hour names the row where its second pass begins", async () => {
  const wanted = minutes("2018-11-04T05:00Z", "2018-11-04T08:00Z");
  const { chunks } = await readBars(wanted.map(shows["new-york"]!).map(row).join("\n"), "new-york");
  const [first, second] = notesOf(chunks);
  assertEquals([first!.row, second!.row], [1, 61]);
  assert(second!.text.includes("2018-11-04"), second!.text);
});

Deno.test("a doubled hour that stands once is taken as its first pass", async () => {
  const wanted = minutes("2018-11-04T05:00Z", "2018-11-04T06:00Z");
  const walls = [...wanted, utc("2018-11-04T07:00Z")].map(shows["new-york"]!);
  const { chunks } = await readBars(walls.map(row).join("\n"), "new-york");
  assertEquals(openTimes(chunks), [...wanted, utc("2018-11-04T07:00Z")]);
});

Deno.test("rows of a second out of order do not begin a doubled hour's second pass", () => {
  const clock = createClock("new-york");
  const wall = Date.UTC(2018, 10, 4, 1, 30);
  const first = clock.toUtc(wall);
  assertEquals(first, utc("2018-11-04T05:30Z"));
  assertEquals(clock.toUtc(wall - 1_000), utc("2018-11-04T05:29:59Z"));
  assertEquals(clock.toUtc(wall - 120_000), utc("2018-11-04T06:28Z"));
  assertEquals(clock.toUtc(wall + 29 * minuteMs), utc("2018-11-04T06:59Z"));
});

/** By each clock that skips an hour: the minute before, a time inside, the minute after. */
const skips = [
  ["new-york", ["20180311 015900", "20180311 023000", "20180311 030000"], "2018-03-11T07:00Z"],
  [
    "utc-5-eu-dates",
    ["20180324 195900", "20180324 203000", "20180324 210000"],
    "2018-03-25T01:00Z",
  ],
  ["metatrader", ["20180311 085900", "20180311 093000", "20180311 100000"], "2018-03-11T07:00Z"],
] as const;

for (const [clock, rows, change] of skips) {
  Deno.test(`a time in the hour that ${clock} skips is a fault with its row and text`, async () => {
    const text = rows.map((time) => `${time};1.1;1.1;1.1;1.1;0`).join("\r\n");
    const { chunks } = await readBars(text, clock);
    assertEquals(openTimes(chunks), [utc(change) - minuteMs, utc(change)]);
    const faults = chunks.flatMap((chunk) => chunk.faults);
    assertEquals(faults.map((fault) => [fault.row, fault.original]), [
      [2, `${rows[1]};1.1;1.1;1.1;1.1;0`],
    ]);
    assert(faults[0]!.reason.includes("skips"), faults[0]!.reason);
  });
}

/** Open from Sunday 17:00 to Friday 17:00 in New York. */
function isOpen(ms: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO("America/New_York");
  if (local.dayOfWeek === 7) return local.hour >= 17;
  return local.dayOfWeek < 5 || (local.dayOfWeek === 5 && local.hour < 17);
}

for (const clock of ["utc-5", "new-york", "utc-5-eu-dates", "utc"] as const) {
  Deno.test(`weekend opens tell that a HistData year is by ${clock}, and why`, async () => {
    // A quarter of an hour after each opening and before each closing is enough of a year.
    const year = minutes("2018-01-01T00:00Z", "2019-01-01T00:00Z", (ms) => {
      const minuteOfDay = (ms / minuteMs) % 1_440;
      return minuteOfDay >= 1_240 && minuteOfDay < 1_340 && minuteOfDay % 5 === 0 && isOpen(ms);
    });
    const { file, chunks } = await readBars(year.map(shows[clock]!).map(row).join("\n"));
    assertEquals(file.clock!.clock, clock);
    assert(/\d+ of \d+ weekend opens/.test(file.clock!.why), file.clock!.why);
    assertEquals(openTimes(chunks), year);
  });
}

Deno.test("a clock that is none is refused, and told what clocks there are", () => {
  for (const name of ["", "Mars/Olympus", "+5", "eastern"]) {
    assertThrows(() => createClock(name), RangeError, "America/New_York");
  }
});
