// Goal: what cannot be read takes nothing away: a load that goes on over a file cut off, or an hour
// that is corrupt, leaves what an earlier load stored of that time, and the rows it kept apart.

import { assert, assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { dataTest } from "../../shared/testing/test_data.ts";
import { vendorDay } from "../../shared/testing/vendor_bars.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";
import {
  startTestPipeline,
  temporaryFolder,
  type TestPipeline,
  walkCsv,
} from "./testing/test_pipeline.ts";

const store = await openTestStore();
const common = { store, authenticate: refusalAuthenticate };
const hour = 3_600_000;
const day = { from: Date.UTC(2019, 1, 4), to: Date.UTC(2019, 1, 5) };
const twoDays = { from: day.from, to: day.to + 24 * hour };

const rowsOf = (pieces: readonly TickColumns[]) =>
  pieces.flatMap(({ length, time, bid, ask, bidVolume, askVolume }) =>
    Array.from(
      { length },
      (_, at) => [time[at], bid[at], ask[at], bidVolume?.[at], askVolume?.[at]].join(" "),
    )
  );

/** Loads what cannot be read too, and answers the import and the ticks there are then. */
async function loadBad(pipeline: TestPipeline, path: string, source: string) {
  const done = await pipeline.load({ path, source, unreadable: "quarantine" });
  assertEquals([done.state, done.error], ["done", null]);
  return { done, rows: rowsOf(await pipeline.ticks("EURUSD", source, twoDays)) };
}

const same = (found: readonly string[], wanted: readonly string[]) => {
  assertEquals(found.length, wanted.length);
  assertEquals(found.findIndex((row, at) => row !== wanted[at]), -1);
};

dataTest("an hour whose archive is cut off keeps the ticks it had", "dukascopy", async (root) => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/EURUSD/2019/01/04`, { recursive: true });
  const path = (name: string) => `${folder.path}/EURUSD/2019/01/04/${name}`;
  for (let n = 0; n < 24; n++) {
    const name = `${String(n).padStart(2, "0")}h_ticks.bi5`;
    await Deno.copyFile(`${root}/EURUSD/2019/01/04/${name}`, path(name));
  }
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const good = await loadBad(pipeline, ".", "cut-0");
  assertEquals(good.rows.length, vendorDay.ticks);
  for (const cut of ["10h", "00h", "23h"]) {
    const bytes = await Deno.readFile(path(`${cut}_ticks.bi5`));
    await Deno.writeFile(path(`${cut}_ticks.bi5`), bytes.subarray(0, 999));
    const { done, rows } = await loadBad(pipeline, ".", "cut-0");
    assert(done.rowsQuarantined > 0 && done.rowsStored < vendorDay.ticks);
    same(rows, good.rows);
  }
});

Deno.test("a file cut off at noon leaves the afternoon, whatever file comes next", async () => {
  const first = walkCsv({ from: day.from + 10 * hour, rows: 14_000 });
  const second = walkCsv({ from: day.to + hour, rows: 100 });
  const half = first.slice(0, 7_000);
  for (
    const [source, cut] of [
      ["noon-0", half.join("\n")],
      ["noon-1", `${half.join("\n")}\n2019-02-04T11:5`],
    ] as const
  ) {
    await using folder = await temporaryFolder();
    await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
    const path = (n: number) => `${folder.path}/EURUSD-${n}.csv`;
    await Deno.writeTextFile(path(1), first.join("\n"));
    await Deno.writeTextFile(path(2), second.join("\n"));
    const good = await loadBad(pipeline, ".", source);
    assertEquals(good.rows.length, 14_100);
    await Deno.writeTextFile(path(1), cut);
    same((await loadBad(pipeline, ".", source)).rows, good.rows);
    same((await loadBad(pipeline, ".", source)).rows, good.rows);
  }
});

Deno.test("a zip that ends early leaves the rest of its day", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const lines = walkCsv({ from: day.from + 10 * hour, rows: 40_000 });
  const path = `${folder.path}/EURUSD.zip`;
  const zip = zipSync({ "EURUSD.csv": new TextEncoder().encode(lines.join("\n")) }, { level: 0 });
  await Deno.writeFile(path, zip);
  const good = await loadBad(pipeline, ".", "zip-0");
  const broken = zip.slice();
  broken.fill(0, 800_000, 800_500);
  await Deno.writeFile(path, broken);
  const { done, rows } = await loadBad(pipeline, ".", "zip-0");
  assert(done.rowsQuarantined > 0);
  same(rows, good.rows);
});

Deno.test("rows that cannot be read leave the good ones of their time, their neighbours change", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  const lines = walkCsv({ from: day.from + 9 * hour, rows: 3 * 3_600 });
  await Deno.writeTextFile(path, lines.join("\n"));
  const good = await loadBad(pipeline, ".", "hour-0");
  const later = lines.map((line, n) =>
    n > 3_600 && n <= 7_200 || n === 9_000 ? "#".repeat(12) : line.replace("1.14004", "1.14003")
  );
  await Deno.writeTextFile(path, later.join("\n"));
  const { done, rows } = await loadBad(pipeline, ".", "hour-0");
  assertEquals([done.rowsStored, done.rowsQuarantined], [7_199, 3_601]);
  const wanted = good.rows.map((row, n) =>
    n >= 3_600 && n < 7_200 || n === 8_999 ? row : row.replaceAll("114004", "114003")
  );
  same(rows, wanted);
  same((await loadBad(pipeline, ".", "hour-0")).rows, wanted);
});

Deno.test("a load of part of a day that begins with a row that is none leaves what lies around it", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  await Deno.writeTextFile(path, walkCsv({ from: day.from + 9 * hour, rows: 900 }).join("\n"));
  const good = await loadBad(pipeline, ".", "part-0");
  const lines = walkCsv({ from: day.from + 9 * hour + 300_000, rows: 300 });
  lines[1] = `garbled,${lines[1]}`;
  await Deno.writeTextFile(path, lines.join("\n"));
  const { rows } = await loadBad(pipeline, ".", "part-0");
  assertEquals(rows.length, good.rows.length);
});

Deno.test("rows kept apart stay so where the file that held them was not read that far", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  const lines = walkCsv({ from: day.from + 9 * hour, rows: 1_000 });
  const crossed = (n: number) => {
    lines[n] = `${lines[n]!.split(",")[0]},1.14010,1.14000`;
  };
  crossed(100);
  crossed(900);
  await Deno.writeTextFile(path, lines.join("\n"));
  await loadBad(pipeline, ".", "held-0");
  const held = async () =>
    (await pipeline.call("GET", "/v1/quarantine?state=held&source=held-0")).body.rows
      .map((row: { row: number }) => row.row);
  assertEquals(await held(), [101, 901]);
  const mended = walkCsv({ from: day.from + 9 * hour, rows: 1_000 });
  await Deno.writeTextFile(path, mended.slice(0, 500).join("\n"));
  await loadBad(pipeline, ".", "held-0");
  assertEquals(await held(), [901]);
  await Deno.writeTextFile(path, mended.join("\n"));
  await loadBad(pipeline, ".", "held-0");
  assertEquals(await held(), []);
});

Deno.test("the same history in two files stops the load, and says what the second's rows are", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const text = walkCsv({ from: day.from + 3_600_000, rows: 80_000 }).join("\n");
  for (const name of ["EURUSD.csv", "copy of EURUSD.csv", "third EURUSD.csv"]) {
    await Deno.writeTextFile(`${folder.path}/${name}`, text);
  }
  const { state, error } = await pipeline.load({ path: ".", source: "twice" });
  assertEquals([state, error.code, error.row], ["stopped", "gate", 2]);
  const told = ["rows of 2019-02-04 would be kept apart", "out of order: the time lies before"];
  for (const text of told) assert(error.message.includes(text), error.message);
});

Deno.test("files that nothing can be made of are kept apart, and the others are loaded", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder.path}/${name}`, text);
  const text = walkCsv({ from: day.from + hour, rows: 300 }).join("\n");
  await write("EURUSD.csv", text);
  await write("GBPUSD.zip", "no zip");
  await write("EURUSD_M1.csv", "time,open,high,low,close\n2019-02-04T01:00:00Z,1.1,1.1,1.1,1.1");
  const load = { path: ".", source: "folder", unreadable: "quarantine" };
  const stopped = await pipeline.load({ ...load, unreadable: "stop" });
  assertEquals([stopped.state, stopped.error.file], ["stopped", "EURUSD_M1.csv"]);
  for (let times = 0; times < 2; times++) {
    const done = await pipeline.load(load);
    assertEquals([done.state, done.rowsStored, done.rowsQuarantined], ["done", 300, 2]);
  }
  const listed = async () =>
    (await pipeline.call("GET", "/v1/quarantine?source=folder&state=held")).body.rows;
  const rows = await listed();
  assertEquals(rows.map(({ file }: { file: string }) => file), ["EURUSD_M1.csv", "GBPUSD.zip"]);
  for (const row of rows) {
    assertEquals([row.reasons, row.row], [["unreadable_file"], null]);
    assert(!row.detail.includes(folder.path) && row.detail.includes(row.file), row.detail);
  }
  const metrics = (await pipeline.call("GET", "/metrics")).body;
  assert(/rows_total\{source="folder".*outcome="quarantined".*\} 4/.test(metrics), metrics);

  await write("EURUSD_M1.csv", walkCsv({ from: day.to, rows: 300 }).join("\n"));
  assertEquals((await pipeline.load(load)).state, "done");
  assertEquals((await listed()).length, 1);
});

Deno.test("a file of which no row can be read stops the load with row and reason, or is kept apart", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const wrong = walkCsv({ from: day.from + hour, rows: 60 }).map((line) =>
    line.replace(",", ";").replace(",", ";").replaceAll("1.", "1,")
  );
  const path = `${folder.path}/EURUSD.csv`;
  await Deno.writeTextFile(path, ["time;bid;ask", ...wrong.slice(1)].join("\n"));
  const stopped = await pipeline.load({ path: "EURUSD.csv", source: "commas" });
  assertEquals([stopped.state, stopped.error.code, stopped.error.row], ["stopped", "file", 2]);
  const told = 'EURUSD.csv, row 2: none of its 60 rows can be read: bid "1,14000" is not a price';
  assert(stopped.error.message.includes(told), stopped.error.message);
  const { done } = await loadBad(pipeline, "EURUSD.csv", "commas");
  assertEquals([done.rowsStored, done.rowsQuarantined], [0, 60]);

  // Behind good history its rows wait for the day's end: they are many, and are not waited for.
  await Deno.writeTextFile(path, walkCsv({ from: day.from, rows: 60 }).join("\n"));
  const many = Array.from({ length: 2_000 }, () => wrong.slice(1).join("\n")).join("\n");
  await Deno.writeTextFile(`${folder.path}/then EURUSD.csv`, `time;bid;ask\n${many}`);
  const load = { path: ".", source: "commas", unreadable: "quarantine" };
  const { state, error, rowsStored } = await pipeline.load(load);
  assertEquals([state, error, rowsStored], ["done", null, 60]);
});
