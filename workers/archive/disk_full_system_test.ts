// Goal: a disk that is full while history is sealed loses nothing that was acknowledged, says so in the
// log and the metrics, and all is right once there is room. Method: the archive's own parts in a
// child process, its store on a small file system that the test fills; and a depot on one.

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { noon, openHistory, readTicks, ticksFrom } from "../../shared/testing/history_contract.ts";
import { mountSmallDisk, smallDiskTest } from "../../shared/testing/small_disk.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { BlockHistory } from "../../shared/timeseries/block_history.ts";
import { openDepot } from "../../shared/timeseries/depot/open_depot.ts";
import { Sealer } from "../../shared/timeseries/sealer.ts";
import { createRound } from "./history_keeper.ts";
import { historySettings } from "./settings.ts";
import { batchQuotesOf, smallDiskStart, smallDiskSymbol } from "./testing/archive_on_disk.ts";

const patient = { timeoutMs: 120_000, everyMs: 20 };
const everything = { from: -Infinity, to: Infinity };
/** Too little for the store's log to grow by a file, enough for its tables. */
const lessThanALogFile = 13 * 1_048_576;

interface ArchiveProcess {
  readonly acknowledged: () => number;
  /** Rounds of sealing that failed so far. */
  readonly failed: () => number;
  readonly output: () => string;
  readonly status: Promise<Deno.CommandStatus>;
  stop(): Promise<number>;
}

function startArchiving(folder: string, first: number): ArchiveProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "workers/archive/testing/archive_on_disk.ts"]
      .concat([folder, String(first)]),
    cwd: new URL("../../", import.meta.url),
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  let text = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
  };
  const reading = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const last = (word: string, none: number) =>
    Number([...text.matchAll(new RegExp(`^${word} (\\d+)\n`, "gm"))].at(-1)?.[1] ?? none);
  return {
    acknowledged: () => last("ack", first - 1),
    failed: () => last("failed", 0),
    output: () => text,
    status: child.status.finally(() => reading),
    async stop() {
      child.kill("SIGTERM");
      const { code } = await child.status;
      await reading;
      return code;
    },
  };
}

/** Every acknowledged quote once and in order, the bars they make, and all of it sealed. */
async function expectWhole(folder: string, acknowledged: number): Promise<void> {
  const store = await openStore(`pglite:${folder}`);
  const db = store.database<TimeseriesDatabase>(timeseriesSchema);
  const history = new BlockHistory(db);
  const sealed = await new Sealer(db).sealTicks();
  assertEquals(sealed.rows, 0, "the last round sealed everything");
  const series = { symbol: smallDiskSymbol, source: "live" };
  const folded = new TickFolder({ grid: barGrid("M1", "utc"), side: "bid" });
  const stored: number[][] = [];
  for await (const ticks of history.ticks(series, everything)) {
    folded.push(ticks);
    for (let at = 0; at < ticks.length; at++) {
      stored.push([ticks.time[at]!, ticks.bid[at]!, ticks.ask[at]!]);
    }
  }
  const sent = Array.from({ length: acknowledged + 1 }, (_, batch) => batchQuotesOf(batch)).flat();
  assertEquals(stored, sent.map((one) => [one.venueTime, one.bid, one.ask]));
  const wanted = folded.end();
  // The last minute is under way.
  const range = { from: smallDiskStart, to: smallDiskStart + acknowledged * 60_000 };
  const bars: number[][] = [];
  for await (
    const { length, openTime, open, high, low, close } of history.bars(
      { ...series, side: "bid", intervalMs: 60_000 },
      range,
    )
  ) {
    for (let at = 0; at < length; at++) {
      bars.push([openTime[at]!, open[at]!, high[at]!, low[at]!, close[at]!]);
    }
  }
  const { openTime, open, high, low, close } = wanted;
  assertEquals(
    bars,
    Array.from({ length: acknowledged }, (_, at) => [
      ...[openTime[at]!, open[at]!, high[at]!, low[at]!, close[at]!],
    ]),
  );
  await store.close();
}

smallDiskTest(
  "a store that is full while it seals loses nothing, and seals when there is room",
  async () => {
    await using disk = await mountSmallDisk(128);
    const folder = `${disk.folder}/db`;
    const archive = startArchiving(folder, 0);
    await eventually(() => archive.acknowledged() > 20, patient);
    await disk.fill();
    await eventually(() => archive.failed() > 1, patient);
    const said = archive.output();
    assert(said.includes("upkeep of history failed, will retry"), said);
    assert(said.includes("No space left on device"), said);
    const before = archive.acknowledged();
    await disk.free();
    await eventually(() => archive.acknowledged() > before + 20, patient);
    assertEquals(await archive.stop(), 0, archive.output());
    await expectWhole(folder, archive.acknowledged());
  },
);

smallDiskTest(
  "a store that cannot write its log ends its process, and goes on when there is room",
  async () => {
    await using disk = await mountSmallDisk(128);
    const folder = `${disk.folder}/db`;
    const archive = startArchiving(folder, 0);
    await eventually(() => archive.acknowledged() > 20, patient);
    await disk.fill(lessThanALogFile);
    const { code } = await archive.status;
    assertEquals(code, 74, archive.output());
    assert(/cannot go on: could not write .*No space left on device/.test(archive.output()));
    await disk.free();
    const again = startArchiving(folder, archive.acknowledged() + 1);
    await eventually(() => again.acknowledged() > archive.acknowledged() + 20, patient);
    assertEquals(await again.stop(), 0, again.output());
    await expectWhole(folder, again.acknowledged());
  },
);

smallDiskTest(
  "a depot that is full is told, keeps what it has, and is filled when there is room",
  async () => {
    await using disk = await mountSmallDisk(4);
    const store = await openTestStore();
    const { db, append, sealer } = await openHistory(store);
    const rows = ticksFrom(noon, 60_000, 2_000);
    await append("EURUSD", "one", rows);
    await sealer.sealTicks();
    const metrics = createMetrics("archive");
    const lines: string[] = [];
    const depot = openDepot(`folder:${disk.folder}/depot`);
    const round = createRound({
      ...{ db, depot, metrics },
      settings: v.parse(historySettings, { depotAfterDays: 0 }),
      heardAt: () => Promise.resolve(noon + 900 * 86_400_000),
      logger: createLogger({
        ...{ service: "archive", level: "error" },
        destination: { write: (line) => void lines.push(line) },
      }),
    });
    const moved = async () =>
      Number(/upkeep_total\{[^}]*move[^}]*\} (\d+)/.exec(await metrics.text())?.[1] ?? 0);
    const distant = new BlockHistory(db, depot);
    await disk.fill();
    const never = new AbortController().signal;
    await round(never);
    assertEquals([await moved(), await readTicks(distant, "EURUSD")], [0, rows]);
    assert(/failures_total\{[^}]*move[^}]*\} 1/.test(await metrics.text()));
    assert(
      lines.some((line) => line.includes("upkeep of history failed") && line.includes("move")),
    );
    await disk.free();
    await round(never);
    assert(await moved() > 1);
    assertEquals(await readTicks(distant, "EURUSD"), rows);
    await assertRejects(() => readTicks(new BlockHistory(db), "EURUSD"));
    await store.close();
  },
);
