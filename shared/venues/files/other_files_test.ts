/** Reference rates and positioning from small files of our own numbers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { withFiles } from "../../testing/source_files.ts";
import { detectSource } from "./detect_source.ts";
import type { PositioningFile, RateFile } from "./other_files.ts";
import { SourceFileError } from "./source_file.ts";

async function readRates(folder: string) {
  const { others } = await detectSource(folder);
  const chunks = await Array.fromAsync((others[0] as RateFile).read());
  return {
    rates: chunks.flatMap((chunk) => chunk.rates),
    faults: chunks.flatMap((chunk) => chunk.faults),
  };
}

async function readPositions(folder: string) {
  const { others } = await detectSource(folder);
  const chunks = await Array.fromAsync((others[0] as PositioningFile).read());
  return {
    positions: chunks.flatMap((chunk) => chunk.positions),
    faults: chunks.flatMap((chunk) => chunk.faults),
  };
}

const currencies = ["USD", "JPY", "CYP"];
const cell = fc.option(
  fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 9_999 }))
    .map(([whole, decimals]) => `${whole}.${decimals}`),
);
const days = fc.uniqueArray(fc.integer({ min: 10_600, max: 19_000 }), { maxLength: 30 }).chain(
  (numbers) =>
    fc.tuple(
      ...numbers.toSorted((a, b) => b - a).map((number) =>
        fc.record({
          date: fc.constant(new Date(number * 86_400_000).toISOString().slice(0, 10)),
          rates: fc.tuple(cell, cell, cell),
        })
      ),
    ),
);

Deno.test("reference rates come back digit by digit, from the CSV and from its zip", async () => {
  await fc.assert(
    fc.asyncProperty(days, fc.boolean(), async (days, isZip) => {
      const rows = days.map(({ date, rates }) =>
        [date, ...rates.map((rate) => rate ?? "N/A"), ""].join(",")
      );
      const csv = [`Date,${currencies.join(",")},`, ...rows, ""].join("\n");
      const files = isZip
        ? { "eurofxref-hist.zip": zipSync({ "eurofxref-hist.csv": strToU8(csv) }) }
        : { "eurofxref-hist.csv": csv };
      await withFiles(files, async (folder) => {
        const { rates, faults } = await readRates(folder);
        assertEquals(faults, []);
        const wanted = days.flatMap(({ date, rates }) =>
          currencies.map((currency, at) => ({ date, base: "EUR", currency, rate: rates[at] }))
        ).filter((one) => one.rate !== null);
        assertEquals(rates as unknown, wanted);
      });
    }),
    { numRuns: 25 },
  );
});

Deno.test("a row of rates that cannot be read is a fault, and gives no rate at all", async () => {
  const csv = "Date,USD,JPY,\r\n2023-12-29,1.105,156.33,\r\n2023-02-30,1.1,156,\n" +
    "2023-12-27,x,156,\n2023-12-26,1.1\n2023-12-22,1.1,0,\n2023-12-21,N/A,156.3,";
  await withFiles({ "rates.csv": csv }, async (folder) => {
    const { rates, faults } = await readRates(folder);
    assertEquals(rates.map((one) => one.rate), ["1.105", "156.33", "156.3"]);
    assertEquals(faults.map((fault) => fault.row), [3, 4, 5, 6]);
  });
});

const header = [
  "Market and Exchange Names",
  "As of Date in Form YYMMDD",
  "As of Date in Form YYYY-MM-DD",
  "CFTC Contract Market Code",
  "Open Interest (All)",
  "Noncommercial Positions-Long (All)",
  "Noncommercial Positions-Short (All)",
  "Noncommercial Positions-Spreading (All)",
  "Commercial Positions-Long (All)",
  "Commercial Positions-Short (All)",
  "Nonreportable Positions-Long (All)",
  "Nonreportable Positions-Short (All)",
  "Contract Units",
].map((name) => `"${name}"`).join(",");

const positionsOn = (date: string, counts = " 100,  20,  30,   5,  60,  55,  15,  10"): string =>
  `"EURO FX - SOME, EXCHANGE",250107,${date},099741,${counts},"(CONTRACTS OF EUR 125,000)"`;

Deno.test("positioning knows the day it became known: by name, or by the timetable", async () => {
  const csv = [header, positionsOn("2025-01-07"), positionsOn("2025-01-10")].join("\n");
  await withFiles({ "fx_asof_2025-01-07_committed_2025-01-13_a.csv": csv }, async (folder) => {
    const { positions } = await readPositions(folder);
    assertEquals(positions.map((one) => [one.asOf, one.knownOn, one.knownBy]), [
      ["2025-01-07", "2025-01-13", "name"],
      ["2025-01-10", "2025-01-13", "name"],
    ]);
    assertEquals(positions[0]!.market, "EURO FX - SOME, EXCHANGE");
    assertEquals([positions[0]!.openInterest, positions[0]!.nonReportableShort], [100, 10]);
  });
  await withFiles({ "annual.csv": csv }, async (folder) => {
    const { positions } = await readPositions(folder);
    assertEquals(positions.map((one) => [one.knownOn, one.knownBy]), [
      ["2025-01-13", "schedule"],
      ["2025-01-13", "schedule"],
    ]);
  });
});

Deno.test("positions that cannot be right are faults, and a missing column is refused", async () => {
  const bad = [
    positionsOn("2025-02-30"),
    positionsOn("2025-02-04"),
    positionsOn("2025-01-07", "100,-20,30,5,60,55,15,10"),
    positionsOn("2025-01-07", "100,20"),
  ];
  const csv = [header, ...bad, positionsOn("2025-01-07")].join("\n");
  const name = "cot_committed_2025-01-13.csv";
  await withFiles({ [name]: csv }, async (folder) => {
    const { positions, faults } = await readPositions(folder);
    assertEquals(positions.length, 1);
    assertEquals(faults.map((fault) => fault.original), bad);
    assert(faults[1]!.reason.includes("after 2025-01-13"), faults[1]!.reason);
  });
  const short = header.replace(`"Open Interest (All)",`, "");
  for (
    const [file, content, told] of [
      [name, short, "no column openinterestall"],
      ["cot_committed_2025-13-01.csv", csv, "2025-13-01"],
    ] as const
  ) {
    await withFiles({ [file]: content }, async (folder) => {
      const error = await assertRejects(() => detectSource(folder), SourceFileError, told);
      assert(error.message.includes(file));
    });
  }
});
