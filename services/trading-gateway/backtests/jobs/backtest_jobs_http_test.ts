// Goal: a backtest asked for over the API finds what the engine finds, in its own time, and can be
// watched, canceled, asked for again, and outlive the gateway. Method: the real app over a real
// PGlite with history in its blocks, and real worker threads.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  backtestRoutes,
  waitingBacktestsMax,
} from "../../../../shared/contracts/http/backtests.ts";
import { eventually } from "../../../../shared/testing/eventually.ts";
import { describeRefusals, refusalAuthenticate } from "../../../../shared/testing/refusal_suite.ts";
import { type Answer, openTestTrading } from "../../testing/test_trading.ts";
import { runBacktest } from "../engine/run_backtest.ts";
import { builtInStrategies } from "../strategies.ts";
import { pieceOf, settingsOf, tapeOf, walk } from "../testing/columns.ts";
import { storeTicks } from "../testing/stored_ticks.ts";

const startsAt = "2026-02-05T12:00:00Z";
let trading = await openTestTrading({ startsAt, authenticate: refusalAuthenticate });
const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  trading.send(method, path, body === undefined ? {} : { body });

const few = walk({ seed: "jobs", rows: 8_000, bid: 110_000, stepMax: 12 });
const many = walk({ seed: "long", rows: 1_000_000, bid: 110_000, stepMax: 12, everyMs: 100 });
/** An order for every few quotes: minutes of work, so only a cancel or a stop ends it here. */
const endless = { source: "many", parameters: { barSeconds: 0, fast: 1, slow: 2 } };
await storeTicks(trading.store, "few", few);
await storeTicks(trading.store, "many", many);

const asked = (over: Record<string, unknown> = {}) => ({
  backtestId: "b-1",
  strategy: "two-averages",
  parameters: { slow: 60, fast: 12, barSeconds: 10 },
  symbols: ["EURUSD"],
  source: "few",
  ...over,
});
const create = (over: Record<string, unknown> = {}) => send("POST", "/v1/backtests", asked(over));
const until = (backtestId: string, is: (job: Answer["body"]) => boolean): Promise<Answer["body"]> =>
  eventually(async () => {
    const { body } = await send("GET", `/v1/backtests/${backtestId}`);
    assert(is(body), JSON.stringify(body));
    return body;
  }, { timeoutMs: 60_000 });

/** What the engine finds when it is asked in this thread. */
const direct = () =>
  runBacktest({
    definition: builtInStrategies.get("two-averages")!,
    parameters: { barSeconds: 10, fast: 12, slow: 60 },
    settings: settingsOf({ from: few.time[0]!, to: few.time.at(-1)! + 1, seed: "1" }),
    tape: { ...tapeOf(["EURUSD"], [pieceOf(few)]), name: "few, ticks" },
  });

describeRefusals({ name: "backtests", routes: backtestRoutes, app: () => trading.app });

Deno.test("a job's report is the engine's own, as JSON, as a page and as CSV", async () => {
  const created = await create();
  assertEquals(created.status, 201, JSON.stringify(created.body));
  const done = await until("b-1", ({ state }) => state !== "queued" && state !== "running");
  assertEquals([done.state, done.failure, done.percent], ["done", null, 100]);
  const expected = await direct();
  assert(expected.summary.trades > 10, `Only ${expected.summary.trades} trades`);
  const report = await send("GET", "/v1/backtests/b-1/report");
  assertEquals(report.body, JSON.parse(JSON.stringify(expected)));
  assertEquals(done.digest, expected.digest);
  const page = await send("GET", "/v1/backtests/b-1/report.html");
  assertStringIncludes(String(page.body), "Backtest of two-averages on EURUSD");
  const csv = await send("GET", "/v1/backtests/b-1/trades.csv");
  assertEquals(String(csv.body).split("\r\n").length, expected.trades.length + 2);
});

Deno.test("the same id is the same backtest, and another one under it is refused", async () => {
  const again = await create({ parameters: { barSeconds: 10, fast: 12, slow: 60 } });
  assertEquals([again.status, again.body.state], [201, "done"]);
  const other = await create({ seed: "2" });
  assertEquals([other.status, other.body.code], [409, "duplicate_backtest_id"]);
});

Deno.test("what cannot be run is refused at once, or says why it failed", async () => {
  const cases: [Record<string, unknown>, number, string, string][] = [
    [{ strategy: "none" }, 422, "backtest_invalid", "/strategy"],
    [{ parameters: { quick: 3 } }, 422, "backtest_invalid", "/parameters"],
    [{ parameters: { fast: 100, slow: 20 } }, 422, "backtest_invalid", "/parameters"],
    [{ symbols: ["EURXXX"] }, 422, "backtest_invalid", "/symbols"],
    [{ symbols: ["EURUSD", "EURUSD"] }, 422, "backtest_invalid", "/symbols"],
    [{ balance: "-1" }, 422, "backtest_invalid", "/balance"],
    [{ from: "2026-02-05T00:00:00Z", to: "2026-02-04T00:00:00Z" }, 422, "backtest_invalid", "/to"],
    [{ from: "yesterday" }, 400, "invalid_request", "/from"],
    [{ symbols: [] }, 400, "invalid_request", "/symbols"],
    [{ partialShare: 2 }, 400, "invalid_request", "/partialShare"],
    [{ backtestId: "a b" }, 400, "invalid_request", "/backtestId"],
    [{ fast: 1 }, 400, "invalid_request", "/fast"],
  ];
  for (const [over, status, code, path] of cases) {
    const { status: is, body } = await create({ backtestId: "bad", ...over });
    const said = [is, body.code, body.errors[0].path];
    assertEquals(said, [status, code, path], JSON.stringify(over));
  }
  for (const path of ["", "/report", "/report.html", "/trades.csv"]) {
    const missing = await send("GET", `/v1/backtests/bad${path}`);
    assertEquals([missing.status, missing.body.code], [404, "not_found"]);
  }
  assertEquals((await send("DELETE", "/v1/backtests/bad")).status, 404);
  await create({ backtestId: "empty", source: "nobody" });
  const failed = await until("empty", ({ state }) => state === "failed");
  assertStringIncludes(failed.failure, "no history of EURUSD");
});

Deno.test("every strategy that is listed runs with the parameters that are listed with it", async () => {
  const { status, body } = await send("GET", "/v1/backtest-strategies");
  assertEquals(status, 200);
  assertEquals(
    body.strategies.map((one: { strategy: string }) => one.strategy),
    [...builtInStrategies.keys()],
  );
  for (const [at, { strategy, parameters }] of body.strategies.entries()) {
    assertEquals((await create({ backtestId: `listed-${at}`, strategy, parameters })).status, 201);
  }
});

Deno.test("one runs at a time and tells how far it is; a cancel ends it and lets the next begin", async () => {
  await create({ backtestId: "long", ...endless });
  await create({ backtestId: "next" });
  const running = await until("long", ({ percent }) => percent > 0);
  assertEquals(running.state, "running");
  assertEquals((await send("GET", "/v1/backtests/next")).body.state, "queued");
  const early = await send("GET", "/v1/backtests/long/report");
  assertEquals([early.status, early.body.code], [409, "backtest_not_done"]);
  // Trading goes on beside it.
  const opened = await send("POST", "/v1/accounts", { accountId: "beside", deposit: "10" });
  assertEquals(opened.status, 201);
  const canceled = await send("DELETE", "/v1/backtests/long");
  assertEquals([canceled.status, canceled.body.state], [200, "canceled"]);
  const next = await until("next", ({ state }) => state === "done");
  assertEquals(next.digest, (await direct()).digest);
  assertEquals((await send("DELETE", "/v1/backtests/long")).body.state, "canceled");
  assertEquals((await send("DELETE", "/v1/backtests/next")).body.state, "done");
});

Deno.test("one that ran and one that waited outlive the gateway; the queue is bounded", async () => {
  await create({ backtestId: "cut", ...endless });
  await create({ backtestId: "after" });
  await until("cut", ({ percent }) => percent > 0);
  const { store } = trading;
  await trading.stop();
  trading = await openTestTrading({ startsAt, authenticate: refusalAuthenticate, store });
  await until("cut", ({ state, percent }) => state === "running" && percent > 0);
  for (let at = 1; at < waitingBacktestsMax; at++) await create({ backtestId: `fill-${at}` });
  const full = await create({ backtestId: "over" });
  assertEquals([full.status, full.body.code], [409, "too_many_backtests"]);
  const { body } = await send("GET", "/v1/backtests?state=queued&limit=1000");
  assertEquals(body.backtests.length, waitingBacktestsMax);
  for (const { backtestId } of body.backtests) {
    if (backtestId !== "after") await send("DELETE", `/v1/backtests/${backtestId}`);
  }
  await send("DELETE", "/v1/backtests/cut");
  const after = await until("after", ({ state }) => state === "done");
  assertEquals(after.digest, (await direct()).digest);
});

Deno.test("stopped", async () => {
  await trading.stop();
  await trading.store.close();
});
