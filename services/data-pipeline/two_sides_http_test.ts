// Goal: bid and ask bars that are loaded together are checked against each other as ticks are, on
// recorded bars, in one file or two, however far one side is ahead of the other.

import { assertEquals } from "@std/assert";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { dataTest } from "../../shared/testing/test_data.ts";
import { startTestPipeline, temporaryFolder } from "./testing/test_pipeline.ts";

const store = await openTestStore();
const common = { store, authenticate: refusalAuthenticate };

dataTest(
  "FXCM's 347 crossed minutes are kept apart, both sides of each",
  "fxcm-m1",
  async (root) => {
    await using pipeline = await startTestPipeline({ ...common, folder: root });
    const done = await pipeline.load({ path: "." });
    assertEquals([done.state, done.error, done.rowsRead], ["done", null, 2 * 30_117]);
    const rows: { row: number; file: string; time: string; reasons: string[] }[] = [];
    for (let after = "";;) {
      const url = `/v1/quarantine?importId=${done.importId}&reason=crossed&limit=500${after}`;
      const { body } = await pipeline.call("GET", url);
      rows.push(...body.rows);
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    const timesOf = (side: string) =>
      rows.filter((row) => row.file.includes(side)).map((row) => row.time).sort();
    assertEquals([timesOf("bid").length, timesOf("ask")], [347, timesOf("bid")]);
    assertEquals(done.rowsStored, done.rowsRead - done.rowsQuarantined);
    const { body } = await pipeline.call("GET", `/v1/imports/${done.importId}/report`);
    assertEquals(body.gates.crossed, 2 * 347);
  },
);

const minute = 60_000;
const from = Date.UTC(2020, 2, 3);

/** Bars of a side, flat, one a minute; some rows are other prices. */
const barsCsv = (minutes: number, level: number, others: Readonly<Record<number, number>> = {}) =>
  [
    "timestamp,open,high,low,close",
    ...Array.from({ length: minutes }, (_, n) => {
      const price = ((others[n] ?? level + n % 7) / 1e5).toFixed(5);
      const time = new Date(from + n * minute).toISOString();
      return `${time},${price},${price},${price},${price}`;
    }),
  ].join("\n");

Deno.test("sides in files of their own, days ahead of each other, find their pairs", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  const minutes = 3 * 1_440;
  const asks = { 1_500: 109_990, 1_501: 110_000 + 1_501 % 7, 2_000: 110_250 };
  await Deno.writeTextFile(`${folder.path}/eurusd-m1-bid.csv`, barsCsv(minutes, 110_000));
  await Deno.writeTextFile(`${folder.path}/eurusd-m1-ask.csv`, barsCsv(minutes, 110_003, asks));
  const done = await pipeline.load({ path: ".", source: "sides-0" });
  assertEquals([done.state, done.rowsQuarantined], ["done", 2]);
  const { body } = await pipeline.call("GET", `/v1/imports/${done.importId}/report`);
  const { crossed, locked, spread } = body.gates;
  assertEquals([crossed, locked, spread], [2, 2, 2]);
  const off = { "*": { crossed: { action: "flag" } } };
  const flagged = await pipeline.load({ path: ".", source: "sides-1", gates: off });
  assertEquals([flagged.rowsQuarantined, flagged.rowsStored], [0, 2 * minutes]);
});

Deno.test("a side that comes alone is checked alone", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({ ...common, folder: folder.path });
  await Deno.writeTextFile(`${folder.path}/eurusd-m1-bid.csv`, barsCsv(2_000, 110_000));
  const done = await pipeline.load({ path: ".", source: "sides-2" });
  assertEquals([done.state, done.rowsStored, done.rowsQuarantined], ["done", 2_000, 0]);
});
