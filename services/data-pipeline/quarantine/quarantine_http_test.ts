// Goal: a row kept apart is one row, with its text, and no other that comes to stand in its place: a
// file that is written anew under its name, as daily exports are, neither lets in nor takes away rows
// nobody decided about; and a row let in while a load runs is in history when it has run.

import { assertEquals } from "@std/assert";
import { eventually } from "../../../shared/testing/eventually.ts";
import { openTestStore } from "../../../shared/testing/memory_store.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import {
  startTestPipeline,
  temporaryFolder,
  type TestPipeline,
  walkCsv,
} from "../testing/test_pipeline.ts";

const store = await openTestStore();
const common = { store, authenticate: refusalAuthenticate };
const first = Date.UTC(2019, 1, 4, 1);
const dayMs = 86_400_000;

/** 300 ticks from `from` on, of which some rows are crossed. */
function lines(from: number, crossed: readonly number[] = []): string[] {
  const all = walkCsv({ from, rows: 300 });
  for (const row of crossed) {
    all[row - 1] = `${all[row - 1]!.split(",")[0]},1.14010,1.14000`;
  }
  return all;
}

const textOf = (all: readonly string[]): string => `${all.join("\n")}\n`;

interface Listed {
  readonly rowId: string;
  readonly row: number;
  readonly original: string;
  readonly state: string;
}

async function rowsOf(pipeline: TestPipeline, source: string): Promise<Listed[]> {
  return (await pipeline.call("GET", `/v1/quarantine?source=${source}`)).body.rows;
}

async function ticksAt(pipeline: TestPipeline, source: string, at: number): Promise<number> {
  const pieces = await pipeline.ticks("EURUSD", source, { from: at, to: at + 1 });
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

Deno.test("rows kept apart stay when their file is written anew with another day", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  const load = { path: "EURUSD.csv", source: "daily" };
  const yesterday = lines(first, [100]);
  yesterday[199] = "no row at all";
  await Deno.writeTextFile(path, textOf(yesterday));
  await pipeline.load(load);
  const kept = await rowsOf(pipeline, "daily");
  assertEquals(kept.map(({ row }) => row), [100, 200]);

  const today = lines(first + dayMs, [100]);
  await Deno.writeTextFile(path, textOf(today));
  await pipeline.load(load);
  const both = await rowsOf(pipeline, "daily");
  assertEquals(both.slice(0, 2), kept);
  assertEquals(both.map(({ original }) => original), [yesterday[99], yesterday[199], today[99]]);

  // The day itself, mended: now they are outdated, and today's is not.
  await Deno.writeTextFile(path, textOf(lines(first)));
  await pipeline.load(load);
  const rest = await rowsOf(pipeline, "daily");
  assertEquals(rest.map(({ original }) => original), [today[99]]);
});

Deno.test("a row that is let in lets in no other with its number", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const path = `${folder.path}/EURUSD.csv`;
  const load = { path: "EURUSD.csv", source: "let-in" };
  await Deno.writeTextFile(path, textOf(lines(first, [100])));
  await pipeline.load(load);
  const [row] = await rowsOf(pipeline, "let-in");
  await pipeline.call("POST", `/v1/quarantine/${row!.rowId}/release`);

  await Deno.writeTextFile(path, textOf(lines(first + dayMs, [100])));
  const done = await pipeline.load(load);
  assertEquals([done.rowsStored, done.rowsQuarantined], [299, 1]);
  assertEquals(await ticksAt(pipeline, "let-in", first + dayMs + 98_000), 0);
  const states = (await rowsOf(pipeline, "let-in")).map(({ state }) => state);
  assertEquals(states, ["released", "held"]);

  // The same file again: what was let in passes as before.
  await Deno.writeTextFile(path, textOf(lines(first, [100])));
  assertEquals((await pipeline.load(load)).rowsStored, 300);
  assertEquals(await ticksAt(pipeline, "let-in", first + 98_000), 1);
});

Deno.test("a row let in while its file is loaded again is in history afterwards, once", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const days = 150;
  const from = (day: number) => first + day * dayMs;
  const text = Array.from(
    { length: days },
    (_, day) => lines(from(day), day === days - 1 ? [100] : []).slice(day === 0 ? 0 : 1),
  ).flat();
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, textOf(text));
  const load = {
    path: "EURUSD.csv",
    source: "meanwhile",
    gates: { "*": { weekend: { action: "off" } } },
  };
  await pipeline.load(load);
  const [row] = await rowsOf(pipeline, "meanwhile");

  const { body: { importId } } = await pipeline.call("POST", "/v1/imports", load);
  await eventually(
    async () => (await pipeline.call("GET", `/v1/imports/${importId}`)).body.rowsStored > 0,
    { everyMs: 1 },
  );
  await pipeline.call("POST", `/v1/quarantine/${row!.rowId}/release`);
  assertEquals((await pipeline.ended(importId)).state, "done");
  assertEquals(await ticksAt(pipeline, "meanwhile", from(days - 1) + 98_000), 1);
});

Deno.test("a row of a time that history does not reach is kept apart, whatever its gate, and not let in", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const far = Array.from({ length: 30 }, (_, n) => `${2300 + n}-01-05T10:00:00Z,1.14,1.15`);
  const lost = "0019-02-04T10:00:00Z,1.14,1.15";
  const text = [...lines(first), ...far, lost];
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, textOf(text));
  for (const action of ["off", "flag", "quarantine"]) {
    const gates = { "*": { clock: { action } } };
    const done = await pipeline.load({ path: "EURUSD.csv", source: "far", gates });
    assertEquals([done.state, done.rowsStored, done.rowsQuarantined], ["done", 300, 31]);
  }
  const rows = await rowsOf(pipeline, "far");
  assertEquals(rows.map(({ original }) => original).sort(), [lost, ...far]);
  for (const { rowId } of rows.slice(0, 2)) {
    const { body } = await pipeline.call("POST", `/v1/quarantine/${rowId}/release`);
    assertEquals(body.code, "row_not_releasable");
  }
});

Deno.test({ name: "the store closes", fn: () => store.close() });
