// Goal: two processes never run one backtest, one whose process died is taken up again, and a
// process that lost its lease changes nothing any more.

import { assertEquals } from "@std/assert";
import { sql } from "kysely";
import {
  createBacktestBody,
  waitingBacktestsMax,
} from "../../../../shared/contracts/http/backtests.ts";
import { epochMs } from "../../../../shared/domain/time.ts";
import { migrate } from "../../../../shared/storage/migrate.ts";
import { openStore } from "../../../../shared/storage/open_store.ts";
import type { Store } from "../../../../shared/storage/store.ts";
import { openTestStore } from "../../../../shared/testing/memory_store.ts";
import { realTest } from "../../../../shared/testing/real.ts";
import { startPostgres } from "../../../../shared/testing/real_postgres.ts";
import { tradingMigrations } from "../../desk/migrations.ts";
import { type TradingDatabase, tradingSchema } from "../../desk/tables.ts";
import { type BacktestLease, BacktestStore } from "./backtest_store.ts";

const asked = (backtestId: string) =>
  createBacktestBody.parse({ backtestId, strategy: "two-averages", symbols: ["EURUSD"] });
const now = epochMs(1_770_292_800_000);

async function prepare(store: Store) {
  await migrate(store, tradingSchema, tradingMigrations);
  const db = store.database<TradingDatabase>(tradingSchema);
  const backtests = new BacktestStore(db);
  const take = async (owner: string): Promise<BacktestLease | null> => {
    const taken = await backtests.take(owner, now);
    return taken === null ? null : taken.lease;
  };
  const expire = (backtestId: string) =>
    sql`update trading.backtests set lease_until = now() - interval '1 millisecond'
      where backtest_id = ${backtestId}`.execute(db);
  return { store, db, backtests, take, expire };
}

Deno.test("a backtest has one runner at a time, and one that lost it changes nothing", async () => {
  const { store, backtests, take, expire } = await prepare(await openTestStore());
  for (const backtestId of ["a", "b"]) await backtests.create(asked(backtestId), now);
  const leases = await Promise.all(["one", "two", "three"].map(take));
  assertEquals(leases.map((lease) => lease?.backtestId ?? null), ["a", "b", null]);
  const first = leases[0]!;
  assertEquals(await backtests.beat(first, 12.5), true);
  assertEquals((await backtests.find("a"))!.percent, 12.5);

  // Its process is silent for longer than the lease.
  await expire("a");
  const { lease: second, faults } = (await backtests.take("two", now))!;
  assertEquals([second.backtestId, second.attempt, faults], ["a", 2, 1]);
  assertEquals((await backtests.find("a"))!.percent, 0);
  assertEquals(await backtests.beat(first, 90), false);
  assertEquals(await backtests.finish(first, { now, outcome: "of the first" }), false);
  await backtests.giveBack(first, 0);
  const { state, percent } = (await backtests.find("a"))!;
  assertEquals([state, percent], ["running", 0]);
  assertEquals(await backtests.finish(second, { now, outcome: "of the second" }), true);
  assertEquals((await backtests.find("a"))!.failure, "of the second");
  assertEquals(await backtests.beat(second, 100), false);

  // A process that ends in order gives its backtest back at once, and that is no fault.
  await backtests.giveBack(leases[1]!, 0);
  const again = (await backtests.take("four", now))!;
  assertEquals([again.lease.backtestId, again.faults], ["b", 0]);
  await backtests.cancel("b", now);
  assertEquals(await backtests.beat(again.lease, 1), false);
  assertEquals(await backtests.finish(again.lease, { now, outcome: "late" }), false);
  assertEquals((await backtests.find("b"))!.state, "canceled");
  await store.close();
});

Deno.test("what ran when leases came begins anew, and each keeps its place in the queue", async () => {
  const store = await openTestStore();
  const before = Object.fromEntries(
    Object.entries(tradingMigrations).filter(([name]) => name <= "2026-11-26_backtests"),
  );
  await migrate(store, tradingSchema, before);
  const db = store.database<TradingDatabase>(tradingSchema);
  await sql`insert into trading.backtests (backtest_id, sequence, state, asked, created_at) values
    ('second', 2, 'running', '{}', '2026-02-05T12:00:00Z'),
    ('first', 1, 'done', '{}', '2026-02-05T12:00:00Z'),
    ('twin', 2, 'queued', '{}', '2026-02-05T12:00:01Z'),
    ('last', 3, 'queued', '{}', '2026-02-05T12:00:02Z')`.execute(db);
  await migrate(store, tradingSchema, tradingMigrations);
  const backtests = new BacktestStore(db);
  const listed = await backtests.list({ state: undefined, limit: 10 });
  assertEquals(listed.map((row) => row.backtest_id), ["last", "twin", "second", "first"]);
  assertEquals((await backtests.take("one", now))!.lease.backtestId, "second");
  assertEquals((await backtests.take("one", now))!.lease.backtestId, "twin");
  await store.close();
});

realTest(
  "many who ask and take at once get a place and a backtest each",
  ["postgres"],
  async () => {
    await using postgres = await startPostgres({ fsync: false });
    const copies = await Promise.all(
      [0, 1, 2].map(async () => prepare(await openStore(postgres.url))),
    );
    const [first] = copies;
    const ids = Array.from({ length: waitingBacktestsMax + 12 }, (_, at) => `b-${at}`);
    const answers = await Promise.all(
      ids.map((id, at) => copies[at % copies.length]!.backtests.create(asked(id), now)),
    );
    assertEquals(answers.filter((answer) => answer === "created").length, waitingBacktestsMax);
    assertEquals(answers.filter((answer) => answer === "too_many_backtests").length, 12);
    const { rows } = await sql<{ sequence: number }>`select sequence from trading.backtests
    order by sequence`.execute(first!.db);
    assertEquals(rows.map((row) => row.sequence), ids.slice(12).map((_, at) => at + 1));
    const twice = await Promise.all(copies.map(({ take }, at) => take(`copy ${at}`)));
    assertEquals(new Set(twice.map((lease) => lease?.backtestId)).size, copies.length);
    const same = asked("same");
    const repeated = await Promise.all(copies.map(({ backtests }) => backtests.create(same, now)));
    assertEquals(repeated.toSorted(), ["created", "taken", "taken"]);
    for (const { store } of copies) await store.close();
  },
);
