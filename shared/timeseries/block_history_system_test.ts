import { assertEquals } from "@std/assert";
import { sql } from "kysely";
import { dayMs } from "../domain/bars/granularity.ts";
import type { Symbol } from "../domain/instrument.ts";
import { openStore } from "../storage/open_store.ts";
import {
  everything,
  historyContract,
  noon,
  openHistory,
  pieces,
  readTicks,
  ticksFrom,
} from "../testing/history_contract.ts";
import { eventually } from "../testing/eventually.ts";
import { realTest } from "../testing/real.ts";
import { startPostgres } from "../testing/real_postgres.ts";
import { BlockHistory, historyOf } from "./block_history.ts";
import { moveToDepot } from "./depot/depot_mover.ts";
import { openDepot } from "./depot/open_depot.ts";

realTest("history keeps its promises with Postgres", ["postgres"], async (t) => {
  await using server = await startPostgres({ fsync: false });
  const store = await openStore(server.url);
  await historyContract(t, store);
  await store.close();
});

realTest("pages read in binary hold what pages read as text do", ["postgres"], async () => {
  await using server = await startPostgres({ fsync: false });
  const store = await openStore(server.url);
  const folder = await Deno.makeTempDir({ prefix: "spotwire-depot-" });
  const depot = openDepot(`folder:${folder}`);
  const { db, append, writer } = await openHistory(store);
  // A block a day, for several pages of them; some in the depot, some with volumes, some growing.
  const days = Array.from(
    { length: 200 },
    (_, day) =>
      ticksFrom(noon + day * dayMs, 20).map(([time, bid, ask]) =>
        day % 2 === 0 ? [time, bid, ask] as const : [time, bid, ask, day / 4] as const
      ),
  );
  const series = { symbol: "EURUSD" as Symbol, source: "test" };
  await writer.replaceTicks(db, { series, range: everything, ticks: pieces(...days) });
  const { blocks } = await moveToDepot(db, depot, { before: noon + 120 * dayMs });
  assertEquals(blocks, 120);
  for (const day of [0, 90, 190, 199]) {
    await append("EURUSD", `late ${day}`, [[noon + day * dayMs + 1, 7, 8]]);
  }
  const binary = await readTicks(historyOf(store, depot), "EURUSD");
  assertEquals(binary, await readTicks(new BlockHistory(db, depot), "EURUSD"));
  assertEquals(binary.length, 200 * 20 + 4);
  assertEquals(
    await readTicks(historyOf(store, depot), "EURUSD", {
      from: noon + 3 * dayMs,
      to: noon + 190 * dayMs,
    }),
    binary.filter(([time]) => time >= noon + 3 * dayMs && time < noon + 190 * dayMs),
  );
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

realTest("two that write the first blocks of a month both write them", ["postgres"], async () => {
  await using server = await startPostgres({ fsync: false });
  const [one, two] = await Promise.all([openStore(server.url), openStore(server.url)]);
  const { db, writer } = await openHistory(one);
  const beside = await openHistory(two);
  const month = Date.UTC(2031, 4);
  await beside.append("GBPUSD", "before", ticksFrom(noon, 3));
  const put = (symbol: string) => ({
    series: { symbol: symbol as Symbol, source: "test" },
    range: { from: noon, to: month + dayMs },
    ticks: pieces(ticksFrom(month, 3)),
  });
  let second: Promise<unknown> = Promise.resolve();
  await db.transaction().execute(async (trx) => {
    await writer.replaceTicks(trx, put("EURUSD"));
    // It has looked for the month, in vain, and waits.
    second = beside.writer.replaceTicks(beside.db, put("GBPUSD"));
    await eventually(async () => {
      const { rows } = await sql<{ waits: number }>`select count(*)::int4 as waits from pg_locks
        where not granted`.execute(one.database("public"));
      assertEquals(rows[0]!.waits, 1);
    });
  });
  await second;
  assertEquals(await readTicks(historyOf(two), "GBPUSD"), ticksFrom(month, 3));
  assertEquals(await readTicks(historyOf(two), "EURUSD"), ticksFrom(month, 3));
  await Promise.all([one.close(), two.close()]);
});
