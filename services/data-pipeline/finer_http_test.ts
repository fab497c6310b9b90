// Goal: no price is changed without a word: what is kept coarser than its file has it is counted in
// the report and the metrics, shown by example, and kept apart where that is asked for.

import { assert, assertEquals } from "@std/assert";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { startTestPipeline, temporaryFolder, walkCsv } from "./testing/test_pipeline.ts";

Deno.test("rows that are rounded are counted, shown, and kept apart where that is asked for", async () => {
  await using folder = await temporaryFolder();
  await using store = await disposable();
  const pipelineOf = { store: store.store, authenticate: refusalAuthenticate, folder: folder.path };
  await using pipeline = await startTestPipeline(pipelineOf);
  const lines = walkCsv({ from: Date.UTC(2019, 1, 4), rows: 500 });
  for (let n = 101; n <= 110; n++) lines[n] = `${lines[n]}7`;
  lines[200] = lines[200]!.replace(".000Z", ".0004Z");
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, lines.join("\n"));
  const done = await pipeline.load({ path: "EURUSD.csv", source: "finer-0" });
  assertEquals([done.state, done.rowsStored, done.rowsFlagged], ["done", 500, 11]);
  const shown = done.notes.filter((note: string) => note.includes("finer than it is kept"));
  assertEquals(shown.length, 5);
  assert(shown[0].startsWith("EURUSD.csv, row 102") && shown[0].endsWith(lines[101]), shown[0]);
  const { body } = await pipeline.call("GET", `/v1/imports/${done.importId}/report`);
  assertEquals(body.gates, { finer: 11 });
  const metrics = (await pipeline.call("GET", "/metrics")).body;
  assert(/gate_rows_total\{source="finer-0",gate="finer"[^}]*\} 11/.test(metrics));
  const gates = { "*": { finer: { action: "quarantine" } } };
  const apart = await pipeline.load({ path: "EURUSD.csv", source: "finer-1", gates });
  assertEquals([apart.rowsStored, apart.rowsQuarantined], [489, 11]);
});

Deno.test("a row with a zero byte that is shown does not end its load", async () => {
  await using folder = await temporaryFolder();
  await using store = await disposable();
  const pipelineOf = { store: store.store, authenticate: refusalAuthenticate, folder: folder.path };
  await using pipeline = await startTestPipeline(pipelineOf);
  const lines = walkCsv({ from: Date.UTC(2019, 1, 4), rows: 50 });
  lines[10] = `${lines[10]}7,note\0`;
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, lines.join("\n"));
  const done = await pipeline.load({ path: "EURUSD.csv" });
  assertEquals([done.state, done.rowsStored], ["done", 50]);
  assert(done.notes.at(-1).endsWith("7,note\\0"), done.notes.at(-1));
});

async function disposable() {
  const store = await openTestStore();
  return { store, [Symbol.asyncDispose]: () => store.close() };
}
