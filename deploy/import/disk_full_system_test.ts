// Goal: an import that fills the disk says so, stores whole days or none of them, and goes through
// when it is started again with room. Method: the command itself, its data folder on a small disk.

import { assert, assertEquals } from "@std/assert";
import { mountSmallDisk, smallDiskTest } from "../../shared/testing/small_disk.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";

const days = 20;
const rowsPerDay = 20_000;
const first = Date.UTC(2019, 1, 4);
const dayMs = 86_400_000;

/** Ticks whose volumes do not compress. */
function* lines(): Generator<string> {
  yield "time,bid,ask,bid_volume,ask_volume\n";
  let seed = 1;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let day = 0; day < days; day++) {
    for (let n = 0; n < rowsPerDay; n++) {
      const time = new Date(first + day * dayMs + n * 4_000).toISOString();
      yield `${time},1.10001,1.10004,${random()},${random()}\n`;
    }
  }
}

async function importAlone(file: string, data: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "deploy/import/main.ts", file, "--alone", "--data", data],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, said: text.decode(stdout) + text.decode(stderr) };
}

async function rowsByDay(data: string): Promise<Map<number, number>> {
  const store = await openStore(`pglite:${data}/db`);
  const counts = new Map<number, number>();
  try {
    const history = new BlockHistory(store.database<TimeseriesDatabase>(timeseriesSchema));
    const series = { symbol: "EURUSD" as Symbol, source: "csv" };
    for await (const { time } of history.ticks(series, { from: first, to: first + days * dayMs })) {
      for (const at of time) {
        const day = Math.floor((at - first) / dayMs);
        counts.set(day, (counts.get(day) ?? 0) + 1);
      }
    }
  } finally {
    await store.close();
  }
  return counts;
}

smallDiskTest("an import that fills the disk says so, and goes through with room", async () => {
  await using disk = await mountSmallDisk(160);
  const files = await Deno.makeTempDir({ prefix: "spotwire-import-" });
  const [small, large] = [`${files}/EURUSD_first.csv`, `${files}/EURUSD.csv`];
  await Deno.writeTextFile(small, [...lines()].slice(0, 10).join(""));
  await Deno.writeTextFile(large, [...lines()].join(""));
  assertEquals((await importAlone(small, disk.folder)).code, 0);
  await disk.fill(4 * 1_048_576);
  const full = await importAlone(large, disk.folder);
  assertEquals(full.code, 1);
  assert(full.said.includes("The disk of the store is full; make room"), full.said);
  await disk.free();
  const stored = await rowsByDay(disk.folder);
  assert(stored.size > 0 && stored.size < days, `${stored.size} days`);
  for (const [day, rows] of stored) if (day > 0) assertEquals(rows, rowsPerDay, `day ${day}`);
  const again = await importAlone(large, disk.folder);
  assertEquals(again.code, 0, again.said);
  const whole = await rowsByDay(disk.folder);
  assertEquals([...whole.values()], Array(days).fill(rowsPerDay));
  await Deno.remove(files, { recursive: true });
});
