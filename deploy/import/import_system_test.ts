// Goal: an import survives the death of its process and ends as if nothing had happened; the command
// does what it says, with a platform and without one. Method: real processes, SIGKILL at several
// moments of a load of a few weeks, then the same load undisturbed beside it.

import { existsSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { walkCsv } from "../../services/data-pipeline/testing/test_pipeline.ts";
import type { Symbol as InstrumentSymbol } from "../../shared/domain/instrument.ts";
import { createSpotwire, type Import } from "../../shared/sdk/mod.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";
import { dataTest, testData } from "../../shared/testing/test_data.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { vendorDay } from "../../shared/testing/vendor_bars.ts";

const days = 12;
const rowsPerDay = 30_000;
/** Of its days the import has stored when it is killed. */
const shares = [0.2, 0.6] as const;
const monday = Date.UTC(2019, 1, 4);
const dayMs = 86_400_000;

/** Weeks of days, a file each, with a crossed quote in every one. */
async function writeDays(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (let n = 0; n < days; n++) {
    const from = monday + (n + Math.floor(n / 5) * 2) * dayMs;
    const lines = walkCsv({ from, rows: rowsPerDay });
    const [time, bid, ask] = lines[500]!.split(",");
    lines[500] = `${time},${ask},${bid}`;
    await Deno.writeTextFile(
      `${folder}/EURUSD-${String(n).padStart(2, "0")}.csv`,
      lines.join("\n"),
    );
  }
}

async function start(
  data: string,
  more: readonly string[] = [],
): Promise<{ platform: PartProcess; key: string }> {
  const port = freePort();
  const platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: ["--port", String(port), "--data", data, "--hours", "always", "--log", "error", ...more],
    readyMsMax: 120_000,
  });
  const keyFile = `${data}/demo.key`;
  const key = await eventually(async () => (await Deno.readTextFile(keyFile)).trim());
  return { platform, key };
}

/** Everything the series holds, as numbers. */
async function storedTicks(data: string, source: string): Promise<number[][]> {
  const store = await openStore(`pglite:${data}/db`);
  try {
    const history = new BlockHistory(store.database<TimeseriesDatabase>(timeseriesSchema));
    const series = { symbol: "EURUSD" as InstrumentSymbol, source };
    const range = { from: monday, to: monday + 30 * dayMs };
    const found: number[][] = [];
    for await (const ticks of history.ticks(series, range)) {
      found.push([ticks.length, ...ticks.time], [...ticks.bid], [...ticks.ask]);
    }
    return found;
  } finally {
    await store.close();
  }
}

Deno.test("an import that is killed goes on where it stood, and ends as one that was not", async () => {
  const data = await Deno.makeTempDir({ prefix: "spotwire-import-" });
  await writeDays(`${data}/import/weeks`);
  let { platform, key } = await start(data);
  const { importId } = await createSpotwire({ url: platform.url, key })
    .createImport({ path: "weeks", source: "killed" });
  for (const share of shares) {
    const spotwire = createSpotwire({ url: platform.url, key });
    const met = await eventually(async () => {
      const { state, filesDone } = await spotwire.getImport(importId);
      return (state === "done" || filesDone >= days * share) && { state };
    }, { timeoutMs: 120_000, everyMs: 5 });
    if (share === shares[0]) assertEquals(met.state, "running");
    await platform.kill();
    ({ platform, key } = await start(data));
  }
  const spotwire = createSpotwire({ url: platform.url, key });
  const ended = (id: string) =>
    eventually(async () => {
      const view = await spotwire.getImport(id);
      return view.finishedAt !== null && view;
    }, { timeoutMs: 180_000, everyMs: 100 });
  const killed = await ended(importId);
  const whole = await ended(
    (await spotwire.createImport({ path: "weeks", source: "whole" })).importId,
  );
  assertEquals(killed.error, null);
  const counted = ({ state, rowsRead, rowsStored, rowsQuarantined, filesDone }: Import) => ({
    ...{ state, rowsRead, rowsStored, rowsQuarantined, filesDone },
  });
  assertEquals(counted(killed), {
    state: "done",
    rowsRead: days * rowsPerDay,
    rowsStored: days * (rowsPerDay - 1),
    rowsQuarantined: days,
    filesDone: days,
  });
  assertEquals(counted(killed), counted(whole));
  assertEquals(await platform.stop(), 0, platform.output());
  assertEquals(await storedTicks(data, "killed"), await storedTicks(data, "whole"));
  await Deno.remove(data, { recursive: true });
});

async function importCommand(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "deploy/import/main.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, said: text.decode(stdout) + text.decode(stderr) };
}

dataTest(
  "the import command loads a real day, alone and through a platform",
  "dukascopy",
  async () => {
    const data = await Deno.makeTempDir({ prefix: "spotwire-import-" });
    const path = `${testData("dukascopy")!}/EURUSD`;
    const nobody = `http://localhost:${freePort()}`;
    const refused = await importCommand([path, "--data", data, "--url", nobody]);
    assertEquals([refused.code, refused.said.trim()], [1, `Nothing answers at ${nobody}`]);
    const rows = (vendorDay.ticks + vendorDay.minutes).toLocaleString("en");
    const alone = await importCommand([path, "--data", data, "--alone"]);
    assertEquals(alone.code, 0, alone.said);
    assert(alone.said.includes(`${rows} rows of 25 files`), alone.said);
    const report = /Report +(\S+)/.exec(alone.said)![1]!;
    assert((await Deno.readTextFile(report)).includes("<svg"));

    const { platform, key } = await start(data, ["--imports", `${data}/elsewhere`]);
    // Its address and key lie in the data folder, and word of where it imports from.
    const through = await importCommand([path, "--data", data]);
    assertEquals(through.code, 0, through.said);
    assert(through.said.includes(`${rows} rows of 25 files`), through.said);
    const wrong = ["--data", data, "--url", platform.url, "--key", key, "--format", "lean-tick"];
    const unknown = await importCommand([path, ...wrong]);
    assertEquals(unknown.code, 1);
    assert(unknown.said.includes("did you mean lean-ticks?"), unknown.said);
    assertEquals(await platform.stop(), 0, platform.output());
    const staged = Array.from(Deno.readDirSync(`${data}/elsewhere`));
    assertEquals([staged.length, existsSync(`${data}/imports`)], [1, false]);
    await Deno.remove(data, { recursive: true });
  },
);
