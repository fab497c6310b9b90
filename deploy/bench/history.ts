/**
 * History on real ticks, a recorded day repeated over days: bytes a tick in the table with its index,
 * beside Parquet; durable writing of blocks, beside binary COPY of the same ticks as rows; and minute
 * bars made from ten million sealed ticks, beside DuckDB over Parquet of the same rows. Last, a day of
 * minute bars asked for over HTTP.
 *
 * Peers take turns in pairs; ratios are medians of the pairs.
 */

import { type Kysely, sql } from "kysely";
import { barGrid } from "../../shared/domain/bars/bar_grid.ts";
import { TickFolder } from "../../shared/domain/bars/fold_ticks.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import type { Store } from "../../shared/storage/store.ts";
import { startPostgres } from "../../shared/testing/real_postgres.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { type TimeseriesDatabase, timeseriesSchema } from "../../shared/timeseries/database.ts";
import { TickRoom } from "../../shared/timeseries/block_codec.ts";
import { historyOf } from "../../shared/timeseries/block_history.ts";
import { BlockHistoryWriter } from "../../shared/timeseries/block_writer.ts";
import type { TickColumns } from "../../shared/timeseries/columns.ts";
import { recordedDay, repeated } from "./history_ticks.ts";
import { copyRows } from "./history_copy.ts";
import { benchMarketRequest } from "./market_request.ts";
import { installPeers, median } from "./processes.ts";
import type { BenchResult } from "./result.ts";

const pairs = 7;
/** Days of one durable write, about a million ticks; and of the whole history, ten million. */
const writeDays = 8;
const historyDays = 74;
const symbol = "EURUSD" as Symbol;

export async function benchHistory(): Promise<BenchResult> {
  const day = await recordedDay();
  const folder = await installPeers(["@duckdb/node-api@1.5.5-r.5"]);
  await using server = await startPostgres();
  const store = await openStore(server.url);
  try {
    await migrate(store, timeseriesSchema, timeseriesMigrations);
    const db = store.database<TimeseriesDatabase>(timeseriesSchema);
    const duckdb = new DuckDbPeer(folder);
    const parquetBytes = await duckdb.write(day, historyDays);
    const writing = await compareWriting({ db, url: server.url, day });
    const stored = await storeAll(db, day);
    const bars = await compareBars(store, duckdb, stored.ticks);
    const { figures: requested } = await benchMarketRequest();
    return {
      bench: "history",
      ratios: {
        parquet: stored.bytes / parquetBytes,
        copy_rows: writing.ratio,
        duckdb: bars.ratio,
      },
      figures: {
        bytes_per_tick: stored.bytes / stored.ticks,
        parquet_bytes_per_tick: parquetBytes / stored.ticks,
        ...writing.figures,
        ...bars.figures,
        ...requested,
      },
    };
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function compareWriting(
  { db, url, day }: { db: Kysely<TimeseriesDatabase>; url: string; day: TickColumns },
) {
  const days = [...repeated(day, writeDays)];
  const ticks = day.length * writeDays;
  const writer = new BlockHistoryWriter();
  const ratios: number[] = [];
  const blockMs: number[] = [];
  const copyMs: number[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const copied = await copyRows(url, days);
    await sql`checkpoint`.execute(db);
    const startedAt = performance.now();
    // A series of its own each time: what is measured is writing, not replacing.
    await writer.replaceTicks(db, {
      series: { symbol, source: `bench-${pair}` },
      range: { from: days[0]!.time[0]!, to: Infinity },
      ticks: piecesOf(days),
    });
    const written = performance.now() - startedAt;
    if (pair === 0) continue; // warms both
    ratios.push(copied / written);
    blockMs.push(written);
    copyMs.push(copied);
    console.log(
      `pair ${pair}: ${ticks} ticks, blocks ${rate(ticks, written)}, COPY ${rate(ticks, copied)}`,
    );
  }
  await sql`truncate timeseries.blocks`.execute(db);
  return {
    ratio: median(ratios),
    figures: {
      blocks_ticks_per_second: 1_000 * ticks / median(blockMs),
      copy_ticks_per_second: 1_000 * ticks / median(copyMs),
    },
  };
}

/** Everything as sealed blocks; their bytes with the table's and the index's. */
async function storeAll(
  db: Kysely<TimeseriesDatabase>,
  day: TickColumns,
): Promise<{ ticks: number; bytes: number }> {
  const { ticks } = await new BlockHistoryWriter().replaceTicks(db, {
    series: { symbol, source: "bench" },
    range: { from: day.time[0]!, to: Infinity },
    ticks: piecesOf(repeated(day, historyDays)),
  });
  const { rows } = await sql<{ bytes: string }>`
    select sum(pg_total_relation_size(relid))::text as bytes
    from pg_partition_tree('timeseries.blocks') where isleaf`.execute(db);
  return { ticks, bytes: Number(rows[0]!.bytes) };
}

async function compareBars(store: Store, duckdb: DuckDbPeer, ticks: number) {
  const history = historyOf(store);
  const ratios: number[] = [];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const peer = await duckdb.bars();
    const startedAt = performance.now();
    const folder = new TickFolder({ grid: barGrid("M1", "utc"), side: "bid" });
    const range = { from: -Infinity, to: Infinity };
    const pieces = history.ticks({ symbol, source: "bench" }, range, new TickRoom());
    for await (const piece of pieces) folder.push(piece);
    const made = folder.end();
    const ms = performance.now() - startedAt;
    if (made.length !== peer.bars) throw new Error(`${made.length} bars, DuckDB ${peer.bars}`);
    if (pair === 0) continue;
    ratios.push(ms / peer.ms);
    ours.push(ms);
    theirs.push(peer.ms);
    console.log(`pair ${pair}: bars of ${ticks} ticks in ${ms | 0} ms, DuckDB ${peer.ms | 0} ms`);
  }
  return {
    ratio: median(ratios),
    figures: { bars_ms: median(ours), duckdb_bars_ms: median(theirs), bars_of_ticks: ticks },
  };
}

/** DuckDB in a process of its own, with as many threads as it likes. */
class DuckDbPeer {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the Parquet file and returns its bytes. */
  async write(day: TickColumns, days: number): Promise<number> {
    const lines = Array.from(day.time, (time, i) => `${time},${day.bid[i]},${day.ask[i]}\n`);
    await Deno.writeTextFile(`${this.#folder}/day.csv`, lines.join(""));
    const args = ["parquet", `${this.#folder}/day.csv`, `${days}`, `${this.#folder}/ticks.parquet`];
    return (await this.#run<{ bytes: number }>(args)).bytes;
  }

  bars(): Promise<{ ms: number; bars: number }> {
    return this.#run(["bars", `${this.#folder}/ticks.parquet`]);
  }

  async #run<T>(args: readonly string[]): Promise<T> {
    const { success, stdout, stderr } = await new Deno.Command("node", {
      args: [`${this.#folder}/history_duckdb.mjs`, ...args],
      cwd: this.#folder,
    }).output();
    if (!success) throw new Error(`Cannot run DuckDB: ${new TextDecoder().decode(stderr)}`);
    return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  }
}

const rate = (ticks: number, ms: number): string => `${(ticks / ms / 1_000).toFixed(2)} M ticks/s`;

async function* piecesOf(days: Iterable<TickColumns>): AsyncGenerator<TickColumns> {
  yield* days;
}
