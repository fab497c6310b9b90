// Goal: reference series are imported to the last number, exactly as published, and a question about
// a moment is answered with what was known then, however often the files are loaded.

import { assert, assertEquals } from "@std/assert";
import { unzipSync } from "fflate";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { dataTest } from "../../shared/testing/test_data.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { type PipelineDatabase, pipelineSchema } from "./imports/tables.ts";
import { startTestPipeline, temporaryFolder, type TestPipeline } from "./testing/test_pipeline.ts";

const store = await openTestStore();
const common = { store, authenticate: refusalAuthenticate };

interface Day {
  readonly day: string;
  readonly knownAt: string;
  readonly knownBy: string;
  readonly numbers: Readonly<Record<string, string>>;
}

/** Every day of a series, page by page. */
async function readAll(pipeline: TestPipeline, series: string, query = ""): Promise<Day[]> {
  const days: Day[] = [];
  for (let after = "";;) {
    const path = `/v1/reference-series/${series}?limit=1000${query}${after}`;
    const { status, body } = await pipeline.call("GET", path);
    assertEquals(status, 200, JSON.stringify(body));
    days.push(...body.days);
    if (body.next === null) return days;
    after = `&after=${body.next}`;
  }
}

const countStored = async () => {
  const { count } = await store.database<PipelineDatabase>(pipelineSchema)
    .selectFrom("reference_numbers").select((eb) => eb.fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
};

dataTest("every reference rate of the bank is kept as published", "ecb", async (folder) => {
  const zip = unzipSync(await Deno.readFile(`${folder}/eurofxref-hist.zip`));
  const [head, ...lines] = new TextDecoder().decode(Object.values(zip)[0]).trim().split(/\r?\n/)
    .map((line) => line.split(","));
  const published = new Map<string, string[][]>(
    head!.slice(1).filter((name) => /^[A-Z]{3}$/.test(name)).map((currency) => {
      const at = head!.indexOf(currency);
      const rates = lines.map((cells) => [cells[0]!, cells[at]!])
        .filter(([, rate]) => rate !== "N/A" && rate !== "").reverse();
      return [`ecb.${currency}`, rates] as const;
    }),
  );
  const total = [...published.values()].reduce((sum, { length }) => sum + length, 0);
  assert(published.size === 41 && total > 150_000);

  await using pipeline = await startTestPipeline({ ...common, folder });
  const before = await countStored();
  const done = await pipeline.load({ path: ".", format: "ecb-rates" });
  assertEquals([done.state, done.error, done.percent], ["done", null, 100]);
  assertEquals([done.rowsRead, done.rowsStored, done.rowsQuarantined], [total, total, 0]);
  assertEquals(await countStored() - before, total);
  for (const currency of ["USD", "JPY", "CYP"]) {
    const series = `ecb.${currency}`;
    const days = await readAll(pipeline, series);
    assertEquals(
      days.map(({ day, numbers }) => [day, numbers.rate!]),
      published.get(series)!,
    );
  }
  const { body } = await pipeline.call("GET", "/v1/reference-series?limit=1000");
  const ofBank = body.series.filter((one: { source: string }) => one.source === "ecb-rates");
  assertEquals(
    ofBank.map((one: { series: string; days: number }) => [one.series, one.days]),
    [...published].map(([series, { length }]) => [series, length]).sort(),
  );

  // Published at 16:00 in Frankfurt: an hour before Greenwich's 16:00 in winter, two in summer.
  const range = "&from=2023-12-28&to=2023-12-30";
  const early = await readAll(pipeline, "ecb.USD", `${range}&knownAt=2023-12-29T14:59:59Z`);
  const late = await readAll(pipeline, "ecb.USD", `${range}&knownAt=2023-12-29T15:00:00Z`);
  assertEquals([early.map(({ day }) => day), late.map(({ day }) => day)], [
    ["2023-12-28"],
    ["2023-12-28", "2023-12-29"],
  ]);

  const again = await pipeline.load({ path: "eurofxref-hist.zip" });
  assertEquals([again.rowsStored, await countStored() - before], [total, total]);
  assert(again.notes.some((note: string) => note.includes(" 0 of them new")), again.notes);
});

dataTest(
  "positions are known by their vintage, not by the day they describe",
  "cot",
  async (folder) => {
    await using pipeline = await startTestPipeline({ ...common, folder });
    const before = await countStored();
    const done = await pipeline.load({ path: "." });
    // Six files with 12, 24, … 72 rows.
    const total = 12 * (1 + 2 + 3 + 4 + 5 + 6);
    assertEquals([done.state, done.filesTotal, done.rowsRead, done.rowsStored], [
      "done",
      6,
      total,
      total,
    ]);
    assertEquals(await countStored() - before, total);
    const report = await pipeline.call("GET", `/v1/imports/${done.importId}/report`);
    assertEquals(report.body.import.rowsStored, total);

    const euro = "cftc.099741";
    const known = (at: string) => readAll(pipeline, euro, `&knownAt=${at}`);
    assertEquals(await known("2025-01-14T04:59:59Z"), []);
    const [first, ...more] = await known("2025-01-14T05:00:00Z");
    assertEquals([first!.day, first!.knownAt, first!.knownBy, more.length], [
      "2025-01-07",
      "2025-01-14T05:00:00.000Z",
      "name",
      0,
    ]);
    const row = (await Deno.readTextFile(
      `${folder}/fx_asof_2025-01-07_committed_2025-01-13_f0a02d8.csv`,
    )).split("\n").find((line) => line.includes("099741"))!;
    const cells = row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.trim());
    assertEquals(
      [
        first!.numbers.openInterest,
        first!.numbers.nonCommercialLong,
        first!.numbers.commercialShort,
      ],
      [cells[7]!, cells[8]!, cells[12]!],
    );
    const all = await known("2025-03-01T00:00:00Z");
    assertEquals(all.map(({ day }) => day), [
      "2025-01-07",
      "2025-01-14",
      "2025-01-21",
      "2025-01-28",
      "2025-02-04",
      "2025-02-11",
    ]);
    // Later files repeat the first week: it counts as known since the first.
    assertEquals(all[0]!.knownAt, first!.knownAt);
    assert(all.every(({ day, knownAt }) => knownAt.slice(0, 10) > day));

    const again = await pipeline.load({ path: "." });
    assertEquals([again.rowsStored, await countStored() - before], [total, total]);
  },
);

Deno.test("corrections stand beside what they correct, and bad rows are kept apart", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/rates.csv`;
  const write = (usd: string) =>
    Deno.writeTextFile(path, `Date,USD,XAU,\n2024-01-03,x,1,\n2024-01-02,${usd},N/A,\n`);
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const usd = async (query: string) =>
    (await readAll(pipeline, "ecb.USD", `&from=2024-01-02&to=2024-01-03${query}`))
      .map(({ numbers, knownBy }) => [numbers.rate, knownBy]);

  await write("1.0956");
  const done = await pipeline.load({ path: "rates.csv" });
  assertEquals([done.rowsRead, done.rowsStored, done.rowsQuarantined], [2, 1, 1]);
  const { rows } = (await pipeline.call("GET", "/v1/quarantine?source=ecb-rates")).body;
  assertEquals(
    rows.map((one: Record<string, unknown>) => [one.kind, one.row, one.original, one.releasable]),
    [["reference", 2, "2024-01-03,x,1,", false]],
  );

  await write("1.0965");
  await pipeline.load({ path: "rates.csv" });
  assertEquals(await usd(""), [["1.0965", "import"]]);
  assertEquals(await usd("&knownAt=2024-02-01T00:00:00Z"), [["1.0956", "schedule"]]);
  const missing = await pipeline.call("GET", "/v1/reference-series/ecb.ZZZ");
  assertEquals([missing.status, missing.body.code], [404, "not_found"]);
  const invalid = await pipeline.call("GET", "/v1/reference-series/ecb.USD?knownAt=2024-01-01");
  assertEquals([invalid.status, invalid.body.code], [400, "invalid_request"]);
});

Deno.test({ name: "the store closes", fn: () => store.close() });
