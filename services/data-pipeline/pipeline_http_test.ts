// Goal: what an import promises, over HTTP and a real store: a real day whole, bad rows kept apart
// with their text and let in again, repeats that change nothing, and every refusal.

import { assert, assertEquals } from "@std/assert";
import { importRoutes } from "../../shared/contracts/http/data_pipeline.ts";
import {
  dayQualityView,
  importReportView,
  qualityRoutes,
} from "../../shared/contracts/http/data_quality.ts";
import { referenceRoutes } from "../../shared/contracts/http/reference_series.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { dataTest, testData } from "../../shared/testing/test_data.ts";
import { describeRefusals, refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { vendorDay } from "../../shared/testing/vendor_bars.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { moveToDepot } from "../../shared/timeseries/depot/depot_mover.ts";
import { openDepot } from "../../shared/timeseries/depot/open_depot.ts";
import {
  startTestPipeline,
  temporaryFolder,
  type TestPipeline,
  walkCsv,
} from "./testing/test_pipeline.ts";

/** Shared: starting it takes seconds. Each test has a source of its own. */
const store = await openTestStore();
const common = { store, authenticate: refusalAuthenticate };

const day = { from: Date.UTC(2019, 1, 4), to: Date.UTC(2019, 1, 5) };

const rowsIn = async (pipeline: TestPipeline, source: string, range = day, symbol = "EURUSD") =>
  (await pipeline.ticks(symbol, source, range)).reduce((sum, { length }) => sum + length, 0);

dataTest("a real day is stored to the last tick, and its report adds up", "dukascopy", async () => {
  await using pipeline = await startTestPipeline({ ...common, folder: testData("dukascopy")! });
  const done = await pipeline.load({ path: "EURUSD" });
  assertEquals([done.state, done.percent, done.error], ["done", 100, null]);
  assertEquals([done.filesDone, done.filesTotal], [25, 25]);
  assertEquals(done.rowsStored, vendorDay.ticks + vendorDay.minutes);
  assertEquals(done.rowsRead, done.rowsStored + done.rowsQuarantined);
  assertEquals(await rowsIn(pipeline, "dukascopy"), vendorDay.ticks);

  const report = (await pipeline.call("GET", `/v1/imports/${done.importId}/report`)).body;
  importReportView.parse(report);
  assertEquals(report.series.map((one: Record<string, unknown>) => one.rowsStored).sort(), [
    vendorDay.ticks,
    vendorDay.minutes,
  ]);
  const { body } = await pipeline.call("GET", "/v1/quality/EURUSD/2019-02-04");
  const ticks = body.series.find((one: { kind: string }) => one.kind === "ticks");
  dayQualityView.parse(ticks);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  assertEquals(sum(ticks.hours.map((one: { rows: number }) => one.rows)), vendorDay.ticks);
  assertEquals([ticks.medianPrice, ticks.hours.length, ticks.rowsQuarantined], ["1.14431", 24, 0]);
  assert(ticks.spreadMedian > 0 && ticks.spreadMedian < 2);
  const page = await pipeline.call("GET", `/v1/imports/${done.importId}/report.html`);
  assert(page.body.startsWith("<!doctype html>") && page.body.includes("<svg"));
  const dayPage = await pipeline.call("GET", "/v1/quality/EURUSD/2019-02-04/report.html");
  assert(dayPage.body.includes("Rows an hour"));

  const again = await pipeline.load({ path: "EURUSD" });
  assertEquals([again.rowsStored, await rowsIn(pipeline, "dukascopy")], [
    done.rowsStored,
    vendorDay.ticks,
  ]);
  const metrics = (await pipeline.call("GET", "/metrics")).body;
  assert(metrics.includes('spotwire_pipeline_imports{state="done",service="data-pipeline"} 2'));
});

/** A day with one row of each fault at known places. */
function doctored(): string[] {
  const lines = walkCsv({ from: day.from + 3_600_000, rows: 1_000 });
  const swap = (row: number, bid: string, ask: string) => {
    lines[row - 1] = `${lines[row - 1]!.split(",")[0]},${bid},${ask}`;
  };
  swap(100, "1.14010", "1.14000");
  swap(200, "1.24010", "1.24013");
  lines[299] = `${new Date(day.from + 60_000).toISOString()},1.14000,1.14003`;
  lines[399] = "2019-02-04T01:06:38.000Z,1.x,1.14003";
  return lines;
}

Deno.test("bad rows are kept apart with their text, file, row and reason, and can be let in", async () => {
  await using folder = await temporaryFolder();
  const lines = doctored();
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, `${lines.join("\n")}\n`);
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const done = await pipeline.load({ path: "EURUSD.csv", source: "mine-0" });
  assertEquals([done.state, done.rowsRead, done.rowsStored, done.rowsQuarantined], [
    "done",
    1_000,
    996,
    4,
  ]);
  const { rows } = (await pipeline.call("GET", "/v1/quarantine?source=mine-0")).body;
  assertEquals(
    rows.map((row: Record<string, unknown>) => [row.file, row.row, row.reasons, row.original]),
    [
      ["EURUSD.csv", 100, ["crossed"], lines[99]],
      ["EURUSD.csv", 200, ["spike"], lines[199]],
      ["EURUSD.csv", 300, ["out_of_order"], lines[299]],
      ["EURUSD.csv", 400, ["unreadable"], lines[399]],
    ],
  );
  const first = (await pipeline.call("GET", "/v1/quarantine?limit=3&source=mine-0")).body;
  const rest =
    (await pipeline.call("GET", `/v1/quarantine?limit=3&source=mine-0&after=${first.next}`)).body;
  assertEquals([first.rows.length, rest.rows.length, rest.next], [3, 1, null]);
  const spikes = (await pipeline.call("GET", "/v1/quarantine?reason=spike&source=mine-0")).body;
  assertEquals(spikes.rows.map((row: { row: number }) => row.row), [200]);

  const release = (at: number) => pipeline.call("POST", `/v1/quarantine/${rows[at].rowId}/release`);
  assertEquals((await release(1)).body.state, "released");
  assertEquals((await release(1)).body.state, "released"); // once more changes nothing
  assertEquals((await release(3)).body.code, "row_not_releasable");
  assertEquals(await rowsIn(pipeline, "mine-0"), 997);
  const again = await pipeline.load({ path: "EURUSD.csv", source: "mine-0" });
  assertEquals([again.rowsStored, again.rowsQuarantined], [997, 3]);
  assertEquals(await rowsIn(pipeline, "mine-0"), 997);

  await Deno.writeTextFile(
    `${folder.path}/EURUSD.csv`,
    `${walkCsv({ from: day.from + 3_600_000, rows: 1_000 }).join("\n")}\n`,
  );
  const mended = await pipeline.load({ path: "EURUSD.csv", source: "mine-0" });
  assertEquals([mended.rowsStored, mended.rowsQuarantined], [1_000, 0]);
  const held = (await pipeline.call("GET", "/v1/quarantine?state=held&source=mine-0")).body.rows;
  assertEquals(held, []);
});

Deno.test("a gate set to stop ends the load before the day, and earlier data stays as it was", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  await Deno.writeTextFile(path, walkCsv({ from: day.from, rows: 500 }).join("\n"));
  await pipeline.load({ path: "EURUSD.csv", source: "mine-1" });
  const before = await pipeline.ticks("EURUSD", "mine-1", day);
  await Deno.writeTextFile(path, doctored().join("\n"));
  const gates = { EURUSD: { crossed: { action: "stop" } } };
  const stopped = await pipeline.load({ path: "EURUSD.csv", source: "mine-1", gates });
  assertEquals([stopped.state, stopped.error.code, stopped.error.file, stopped.error.row], [
    "stopped",
    "gate",
    "EURUSD.csv",
    100,
  ]);
  assertEquals(await pipeline.ticks("EURUSD", "mine-1", day), before);
});

Deno.test("a file of another pair stops the load, and tells file and row", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  await Deno.writeTextFile(path, walkCsv({ from: day.from, rows: 500 }).join("\n"));
  await pipeline.load({ path: "EURUSD.csv", source: "mine-2" });
  const next = day.from + 86_400_000;
  await Deno.writeTextFile(path, walkCsv({ from: next, rows: 500, level: 130_700 }).join("\n"));
  const stopped = await pipeline.load({ path: "EURUSD.csv", source: "mine-2" });
  assertEquals([stopped.state, stopped.rowsStored, stopped.error.row], ["stopped", 0, 2]);
  assert(stopped.error.message.includes("another pair"), stopped.error.message);
});

Deno.test("a load of part of a day leaves the rest of the day", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  const hour = 3_600_000;
  await Deno.writeTextFile(path, walkCsv({ from: day.from + 2 * hour, rows: 900 }).join("\n"));
  await pipeline.load({ path: "EURUSD.csv", source: "mine-3" });
  await Deno.writeTextFile(path, walkCsv({ from: day.from + hour, rows: 400 }).join("\n"));
  await pipeline.load({ path: "EURUSD.csv", source: "mine-3" });
  assertEquals(await rowsIn(pipeline, "mine-3"), 1_300);
});

Deno.test("a volume that one file of a day gives is not given in the rows of the other", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const bare = walkCsv({ from: day.from, rows: 50 });
  const full = walkCsv({ from: day.from + 60_000, rows: 50 }).map((line, n) =>
    n === 0 ? `${line},bid_volume` : `${line},1.5`
  );
  await Deno.mkdir(`${folder.path}/two`);
  await Deno.writeTextFile(`${folder.path}/two/EURUSD-1.csv`, [...bare, bare[50]].join("\n"));
  await Deno.writeTextFile(`${folder.path}/two/EURUSD-2.csv`, full.join("\n"));
  const done = await pipeline.load({ path: "two", source: "volumes" });
  assertEquals([done.state, done.rowsStored, done.rowsFlagged], ["done", 101, 1]);
  const stored = await pipeline.ticks("EURUSD", "volumes", day);
  const volumes = stored.flatMap(({ bidVolume, length }) => [
    ...(bidVolume ?? new Float64Array(length).fill(NaN)),
  ]);
  assertEquals(volumes, [...Array(51).fill(NaN), ...Array(50).fill(1.5)]);
});

Deno.test("blocks that were moved to a depot are partly replaced by a load", async () => {
  await using folder = await temporaryFolder();
  await using place = await temporaryFolder();
  const history = { depotUrl: `folder:${place.path}` };
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path, history });
  const path = `${folder.path}/EURUSD.csv`;
  await Deno.writeTextFile(path, walkCsv({ from: day.from, rows: 900 }).join("\n"));
  await pipeline.load({ path: "EURUSD.csv", source: "moved" });
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const moved = await moveToDepot(db, openDepot(history.depotUrl), { before: day.to });
  assert(moved.blocks > 0);
  await Deno.writeTextFile(path, walkCsv({ from: day.from + 600_000, rows: 10 }).join("\n"));
  const again = await pipeline.load({ path: "EURUSD.csv", source: "moved" });
  assertEquals([again.state, again.error], ["done", null]);
  assertEquals(await rowsIn(pipeline, "moved"), 900);
});

Deno.test("days of quality come in pages of whole days, and an end", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  await Deno.mkdir(`${folder.path}/days`);
  for (const n of [0, 1, 2]) {
    const lines = walkCsv({ from: day.from + n * 86_400_000, rows: 20 });
    await Deno.writeTextFile(`${folder.path}/days/GBPUSD-${n}.csv`, lines.join("\n"));
  }
  for (const source of ["page-1", "page-2"]) await pipeline.load({ path: "days", source });
  const seen: string[][] = [];
  for (let after = "";;) {
    const url = `/v1/quality/GBPUSD?kind=ticks&limit=3${after}`;
    const { days, next } = (await pipeline.call("GET", url)).body;
    seen.push(days.map((one: { day: string }) => one.day));
    if (next === null) break;
    after = `&after=${next}`;
  }
  const [first, second, third] = ["2019-02-04", "2019-02-05", "2019-02-06"];
  assertEquals(seen, [[third, third, second, second], [first, first]]);
});

Deno.test("the gauge of imports tells no import in a state that none is in", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path, runs: false });
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, "timestamp,bid,ask\n");
  const { importId } = (await pipeline.call("POST", "/v1/imports", { path: "EURUSD.csv" })).body;
  const queued = async () =>
    /imports\{[^}]*queued[^}]*\} (\d+)/
      .exec(await pipeline.deps.metrics.text())?.[1];
  assertEquals(await queued(), "1");
  await pipeline.call("POST", `/v1/imports/${importId}/cancel`);
  assertEquals(await queued(), undefined);
});

dataTest(
  "an archive cut off stops the load or is kept apart, as asked",
  "dukascopy",
  async (root) => {
    await using folder = await temporaryFolder();
    const from = `${root}/EURUSD/2019/01/04`;
    const to = `${folder.path}/EURUSD/2019/01/04`;
    await Deno.mkdir(to, { recursive: true });
    for (const hour of ["09", "10", "11"]) {
      const bytes = await Deno.readFile(`${from}/${hour}h_ticks.bi5`);
      await Deno.writeFile(
        `${to}/${hour}h_ticks.bi5`,
        hour === "10" ? bytes.subarray(0, 999) : bytes,
      );
    }
    await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
    const stopped = await pipeline.load({ path: ".", source: "cut" });
    assertEquals([stopped.state, stopped.error.code, stopped.rowsStored], ["stopped", "file", 0]);
    assertEquals(stopped.error.file, "EURUSD/2019/01/04/10h_ticks.bi5");
    assert(!stopped.error.message.includes(folder.path), stopped.error.message);
    const done = await pipeline.load({ path: ".", source: "cut", unreadable: "quarantine" });
    assertEquals([done.state, done.rowsQuarantined], ["done", 1]);
    assert(done.rowsStored > 10_000);
    const { rows } = (await pipeline.call("GET", `/v1/quarantine?importId=${done.importId}`)).body;
    assertEquals(rows.map((row: Record<string, unknown>) => [row.file, row.row, row.reasons]), [
      ["EURUSD/2019/01/04/10h_ticks.bi5", null, ["unreadable_file"]],
    ]);
  },
);

Deno.test("imports are listed in pages, canceled while they wait, and deleted once ended", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path, runs: false });
  const { call } = pipeline;
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, "timestamp,bid,ask\n");
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    ids.unshift((await call("POST", "/v1/imports", { path: "EURUSD.csv" })).body.importId);
  }
  const first = (await call("GET", "/v1/imports?limit=2")).body;
  const rest = (await call("GET", `/v1/imports?limit=2&after=${first.next}`)).body;
  const listed = [...first.imports, ...rest.imports].map((one) => one.importId);
  assertEquals(listed.slice(0, 3), ids);
  for (const id of ids.slice(1)) await call("POST", `/v1/imports/${id}/cancel`);
  const path = `/v1/imports/${ids[0]}`;
  assertEquals((await call("DELETE", path)).body.code, "import_not_ended");
  assertEquals((await call("POST", `${path}/cancel`)).body.state, "canceled");
  assertEquals((await call("POST", `${path}/cancel`)).body.code, "import_ended");
  assertEquals((await call("DELETE", path)).status, 204);
  assertEquals((await call("GET", path)).body.code, "not_found");
});

Deno.test("POST /v1/imports refuses what it cannot use, each with its own code", async () => {
  await using folder = await temporaryFolder();
  await using outside = await temporaryFolder();
  await Deno.writeTextFile(`${outside.path}/EURUSD.csv`, "secret");
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, "timestamp,bid,ask\n");
  await Deno.symlink(`${outside.path}/EURUSD.csv`, `${folder.path}/link.csv`);
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path, runs: false });
  const path = "EURUSD.csv";
  for (
    const [body, code] of [
      [{ path: "../EURUSD.csv" }, "import_path_outside"],
      [{ path: `${outside.path}/EURUSD.csv` }, "import_path_outside"],
      [{ path: "/etc/passwd" }, "import_path_outside"],
      [{ path: "link.csv" }, "import_path_outside"],
      [{ path: "a/../../b" }, "import_path_outside"],
      [{ path: "nothing.csv" }, "import_path_missing"],
      [{ path: "null\0byte" }, "import_path_missing"],
      [{ path, format: "dukascopy-tick" }, "import_format_unknown"],
      [{ path, clock: "moon" }, "import_format_unknown"],
      [{ path, symbol: "ABCDEF" }, "import_symbol_unknown"],
      [{ path, symbols: { GOLD: "GOLD" } }, "import_symbol_unknown"],
      [{ path, symbols: { "*.m": "EURUSD" } }, "import_symbol_unknown"],
      [{ path, gates: { "*": { spike: { deviations: 0 } } } }, "gate_invalid"],
      [{ path, gates: { "*": { spikes: {} } } }, "gate_invalid"],
      [{ path, gates: { ABCDEF: {} } }, "gate_invalid"],
      [{ path, source: "Not A Name" }, "invalid_request"],
      [{ path, source: "live" }, "invalid_request"],
      [{ path: "" }, "invalid_request"],
      [{}, "invalid_request"],
    ] as const
  ) {
    const { body: said } = await pipeline.call("POST", "/v1/imports", body);
    assertEquals(said.code, code, JSON.stringify(body));
  }
  assertEquals((await pipeline.call("GET", "/v1/imports?state=queued")).body.imports, []);
  assertEquals((await pipeline.call("GET", "/v1/quarantine?after=x")).body.code, "invalid_request");
  assertEquals((await pipeline.call("GET", "/v1/quality/EURUSD/2001-02-05")).status, 404);
});

const refusing = startTestPipeline({ ...common, folder: await Deno.makeTempDir(), runs: false });
describeRefusals({
  name: "data-pipeline",
  routes: [...importRoutes, ...qualityRoutes, ...referenceRoutes],
  app: async () => (await refusing).app,
});
