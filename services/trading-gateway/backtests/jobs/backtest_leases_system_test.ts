// Goal: many gateways over one store share the backtests: none is run by two, a cancel and the
// progress reach across, and what a dead one ran is taken up by another, to the same report.
// Method: two real processes over a real Postgres, one of which is killed.

import { assert, assertEquals } from "@std/assert";
import { startPart } from "../../../../shared/testing/platform_process.ts";
import type { BacktestView } from "../../../../shared/contracts/http/backtests.ts";
import { migrate } from "../../../../shared/storage/migrate.ts";
import { openStore } from "../../../../shared/storage/open_store.ts";
import { createTokens } from "../../../../shared/security/tokens.ts";
import { eventually } from "../../../../shared/testing/eventually.ts";
import { freePort } from "../../../../shared/testing/free_port.ts";
import { realTest } from "../../../../shared/testing/real.ts";
import { startPostgres } from "../../../../shared/testing/real_postgres.ts";
import { systemTimer } from "../../../../shared/runtime/time.ts";
import { timeseriesMigrations } from "../../../../shared/timeseries/bars_table.ts";
import { timeseriesSchema } from "../../../../shared/timeseries/database.ts";
import { walk } from "../testing/columns.ts";
import { storeTicks } from "../testing/stored_ticks.ts";

const secret = "a secret of this test, 32 or longer";
const few = walk({ seed: "jobs", rows: 8_000, bid: 110_000, stepMax: 12 });
const many = walk({ seed: "long", rows: 150_000, bid: 110_000, stepMax: 12, everyMs: 100 });
/** An order for every few quotes: long enough to be killed at. */
const long = { source: "many", parameters: { barSeconds: 0, fast: 1, slow: 2 } };

async function openGateways(database: string) {
  const token = await createTokens({ secret, clock: systemTimer }).sign(
    { subject: "test", permissions: new Set(["data:read", "data:write"]), accounts: "all" },
    { audience: "internal", ttlMs: 3_600_000 },
  );
  const start = async () => {
    const port = freePort();
    const part = await startPart({
      script: "services/trading-gateway/main.ts",
      port,
      env: {
        SPOTWIRE_HTTP_PORT: String(port),
        SPOTWIRE_DATABASE_URL: database,
        SPOTWIRE_STREAMS_URL: "memory:",
        SPOTWIRE_SECURITY_TOKEN_SECRET: secret,
      },
    });
    return { ...part, ask: askerOf(part.url, token) };
  };
  return { start };
}

const askerOf =
  (url: string, token: string) =>
  async (method: string, path: string, body?: unknown): Promise<BacktestView> => {
    const answer = await fetch(`${url}/v1/backtests${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert(answer.ok, `${answer.status} ${text}`);
    return JSON.parse(text);
  };

realTest("gateways share backtests, and one that dies loses none", ["postgres"], async () => {
  await using postgres = await startPostgres({ fsync: false });
  const store = await openStore(postgres.url);
  await migrate(store, timeseriesSchema, timeseriesMigrations);
  await storeTicks(store, "few", few);
  await storeTicks(store, "many", many);
  await store.close();
  const { start } = await openGateways(postgres.url);
  await using first = await start();
  await using second = await start();
  const about = { strategy: "two-averages", symbols: ["EURUSD"], source: "few" };
  const create = (backtestId: string, over: Record<string, unknown> = {}) =>
    second.ask("POST", "", { backtestId, ...about, ...over });
  const until = (backtestId: string, is: (job: BacktestView) => boolean): Promise<BacktestView> =>
    eventually(async () => {
      const job = await second.ask("GET", `/${backtestId}`);
      assert(is(job), JSON.stringify(job));
      return job;
    }, { timeoutMs: 120_000 });
  const ended = ({ state }: BacktestView) => state !== "queued" && state !== "running";

  // With both busy each has one, and either tells how far each of them is.
  await create("one", long);
  await create("other", long);
  await create("waits");
  for (const id of ["one", "other"]) await until(id, ({ percent }) => percent > 0);
  assertEquals((await first.ask("GET", "/waits")).state, "queued");

  // Whichever runs it, a cancel by either ends it, and its runner goes on to the next.
  for (const id of ["one", "other"]) {
    assertEquals((await second.ask("DELETE", `/${id}`)).state, "canceled");
  }
  const waited = await until("waits", ended);
  assertEquals([waited.state, waited.failure], ["done", null]);

  // Killed while it runs one: the other takes it up, and finds what it would have found.
  await create("left", long);
  await create("right", { ...long, seed: "1" });
  for (const id of ["left", "right"]) await until(id, ({ percent }) => percent > 0);
  await first.kill();
  const outcomes = [await until("left", ended), await until("right", ended)];
  assertEquals(outcomes.map(({ state }) => state), ["done", "done"]);
  assertEquals(outcomes[0]!.digest, outcomes[1]!.digest);
});
