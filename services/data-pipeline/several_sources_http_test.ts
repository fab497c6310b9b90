// Goal: a folder with history of several vendors is loaded with one command, each vendor's under its
// own name, however their times overlap; none is taken for another's rows out of order.

import { assertEquals } from "@std/assert";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { startTestPipeline, temporaryFolder, walkCsv } from "./testing/test_pipeline.ts";

const from = Date.UTC(2019, 1, 4, 1);
const range = { from, to: from + 86_400_000 };

/** The same ticks a little later and higher, as TrueFX writes them, one of them crossed. */
const trueFx = (rows: number): string =>
  Array.from({ length: rows }, (_, n) => {
    const time = new Date(from + n * 1_000 + 300).toISOString();
    const text = time.slice(0, 23).replaceAll("-", "").replace("T", " ");
    return `EUR/USD,${text},1.14020,${n === 99 ? "1.14010" : `1.1402${3 + n % 2}`}`;
  }).join("\n");

Deno.test("each file of a folder goes under its own source, and is let in from there", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({
    folder: folder.path,
    authenticate: refusalAuthenticate,
  });
  await Deno.writeTextFile(`${folder.path}/EURUSD.csv`, walkCsv({ from, rows: 300 }).join("\n"));
  await Deno.writeTextFile(`${folder.path}/EURUSD-2019-02.csv`, trueFx(300));
  const countIn = async (source: string) =>
    (await pipeline.ticks("EURUSD", source, range)).reduce((sum, { length }) => sum + length, 0);
  const load = async () => {
    const done = await pipeline.load({ path: "." });
    assertEquals([done.state, done.rowsRead], ["done", 600]);
    const { series } = (await pipeline.call("GET", `/v1/imports/${done.importId}/report`)).body;
    return series.map((one: { source: string; rowsStored: number; rowsQuarantined: number }) => [
      one.source,
      one.rowsStored,
      one.rowsQuarantined,
    ]).sort();
  };
  assertEquals(await load(), [["csv", 300, 0], ["truefx", 299, 1]]);
  assertEquals([await countIn("csv"), await countIn("truefx")], [300, 299]);
  const { rows } = (await pipeline.call("GET", "/v1/quarantine?source=truefx")).body;
  assertEquals(rows.map(({ row, reasons }: { row: number; reasons: string[] }) => [row, reasons]), [
    [100, ["crossed"]],
  ]);
  await pipeline.call("POST", `/v1/quarantine/${rows[0].rowId}/release`);
  assertEquals(await load(), [["csv", 300, 0], ["truefx", 300, 0]]);
  assertEquals([await countIn("csv"), await countIn("truefx")], [300, 300]);
  const one = await pipeline.load({ path: "EURUSD.csv", source: "mine" });
  assertEquals([one.rowsStored, await countIn("mine")], [300, 300]);
});
