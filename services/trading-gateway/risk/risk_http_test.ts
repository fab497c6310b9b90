// Goal: whoever governs risk can change it while the platform runs, sees who changed what, and can
// stop any part of it at once, across a restart too. Method: the real app over a real PGlite.

import { assert, assertEquals } from "@std/assert";
import { riskRoutes } from "../../../shared/contracts/http/risk.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { describeRefusals, refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { type Answer, openTestTrading } from "../testing/test_trading.ts";
import { report } from "../testing/venue_reports.ts";

const startsAt = "2026-01-07T12:00:00Z";
let trading = await openTestTrading({ startsAt, authenticate: refusalAuthenticate });
await trading.quote("EURUSD", 116_000);
await trading.quote("USDJPY", 150_000);

const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  trading.send(method, path, body === undefined ? {} : { body });
let next = 0;
const limitOrder = (over: Record<string, unknown> = {}) => ({
  clientOrderId: `o-${next++}`,
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "1000",
  price: "1.15000",
  ...over,
});
const place = (accountId: string, over: Record<string, unknown> = {}): Promise<Answer> =>
  send("POST", `/v1/accounts/${accountId}/orders`, limitOrder(over));

async function open(accountId: string, tenant?: string): Promise<void> {
  const opened = await send("POST", "/v1/accounts", {
    accountId,
    deposit: "100000",
    ...(tenant === undefined ? {} : { tenant }),
  });
  assertEquals([opened.status, opened.body.tenant], [201, tenant ?? "default"]);
}

/** Sets a level's rule whole, whatever stands there. */
async function rule(level: string, over: Record<string, unknown>): Promise<Answer> {
  const { body: { version } } = await send("GET", `/v1/risk/rules/${level}`);
  const body = { version, reason: "a test", ...over };
  const put = await send("PUT", `/v1/risk/rules/${level}`, body);
  assertEquals(put.status, 200, JSON.stringify(put.body));
  return put;
}

/** A market order that fills at once. */
async function hold(accountId: string, over: Record<string, unknown> = {}): Promise<void> {
  const placed = await place(accountId, { type: "market", price: undefined, ...over });
  assertEquals(placed.status, 201, JSON.stringify(placed.body));
  await report(trading.deps, placed.body, { execType: "trade", price: 116_010 });
}

describeRefusals({ name: "risk", routes: riskRoutes, app: () => trading.app });

Deno.test("a rule binds the next order, its version guards it, and every change is audited", async () => {
  await open("ruled");
  const level = "account:ruled";
  const first = await send("GET", `/v1/risk/rules/${level}`);
  assertEquals([first.body.version, first.body.state, first.body.limits], [0, "active", {}]);
  const changed = await send("PUT", `/v1/risk/rules/${level}`, {
    version: 0,
    limits: { orderUnitsMax: "1000", collarPercent: "5" },
    reason: "new client",
  });
  assertEquals([changed.status, changed.body.version], [200, 1]);
  assertEquals(changed.body.limits, { orderUnitsMax: "1000", collarPercent: "5.0000" });
  const big = await place("ruled", { units: "1001" });
  assertEquals([big.status, big.body.code], [422, "order_size_above_limit"]);
  assertEquals((await place("ruled")).status, 201);

  const late = await send("PUT", `/v1/risk/rules/${level}`, { version: 0, reason: "raced" });
  assertEquals([late.status, late.body.code], [409, "risk_version_conflict"]);
  await rule(level, { reason: "grown up" });
  assertEquals((await place("ruled", { units: "1001" })).status, 201);

  const { body } = await send("GET", `/v1/risk/changes?level=${level}`);
  const seen = body.changes.map((one: Answer["body"]) => [
    one.actor,
    one.reason,
    one.before.limits,
    one.after.limits,
    one.after.version,
  ]);
  const was = { orderUnitsMax: "1000", collarPercent: "5.0000" };
  assertEquals(seen, [["admin", "new client", {}, was, 1], ["admin", "grown up", was, {}, 2]]);
});

Deno.test("a limit that is none, and a level that is nobody's, are refused", async () => {
  const cases: [string, Record<string, unknown>, number, string][] = [
    ["account:nobody", {}, 404, "risk_level_unknown"],
    ["instrument:EURXXX", {}, 404, "risk_level_unknown"],
    ["everyone", {}, 400, "invalid_request"],
    ["platform", { limits: { orderUnitsMax: "1.5" } }, 400, "invalid_request"],
    ["platform", { limits: { exposureMax: "-1" } }, 400, "invalid_request"],
    ["platform", { limits: { collarPercent: "0.00001" } }, 400, "invalid_request"],
    ["platform", { limits: { symbols: ["EURXXX"] } }, 400, "invalid_request"],
    ["platform", { limits: { leverage: 3 } }, 400, "invalid_request"],
    ["platform", { state: "asleep" }, 400, "invalid_request"],
    ["instrument:EURUSD", { limits: { openOrdersMax: 3 } }, 400, "invalid_request"],
    ["instrument:EURUSD", { limits: { totalExposureMax: "3" } }, 400, "invalid_request"],
    ["account:ruled", { limits: { totalOpenOrdersMax: 3 } }, 400, "invalid_request"],
    ["platform", { limits: { totalExposureMax: "0" } }, 400, "invalid_request"],
  ];
  for (const [level, over, status, code] of cases) {
    const body = { version: 0, reason: "a test", ...over };
    const put = await send("PUT", `/v1/risk/rules/${level}`, body);
    assertEquals([level, put.status, put.body.code], [level, status, code]);
  }
});

Deno.test("at every level, reduce-only takes what shrinks and halted takes cancels alone", async () => {
  await open("stated", "acme");
  await hold("stated");
  const waiting = await place("stated");
  const orders = "/v1/accounts/stated/orders";
  for (const level of ["platform", "tenant:acme", "account:stated", "instrument:EURUSD"]) {
    await rule(level, { state: "reduce_only" });
    const close = { side: "sell", type: "market", price: undefined, units: "1000" };
    const [opens, flips, replaced] = [
      await place("stated"),
      await place("stated", { ...close, units: "1001" }),
      await send("PUT", `${orders}/${waiting.body.orderId}`, { price: "1.14000" }),
    ];
    for (const refused of [opens, flips, replaced]) {
      assertEquals([refused.status, refused.body.code], [422, "trading_reduce_only"], level);
    }
    const closing = await place("stated", { ...close, type: "limit", price: "1.20000" });
    assertEquals(closing.status, 201, level);
    // The position can be closed once, however many orders would.
    assertEquals((await place("stated", close)).body.code, "trading_reduce_only", level);

    await rule(level, { state: "halted" });
    const halted = [
      await place("stated", close),
      await send("PUT", `${orders}/${waiting.body.orderId}`, { units: "500" }),
    ];
    for (const refused of halted) {
      assertEquals([refused.status, refused.body.code], [422, "trading_halted"], level);
    }
    const canceled = await send("DELETE", `${orders}/${closing.body.orderId}`);
    assertEquals(canceled.status, 202, level);
    await report(trading.deps, closing.body, { execType: "canceled" });
    await rule(level, { state: "active" });
  }
  assertEquals((await place("stated")).status, 201);
});

Deno.test("what binds an account in a symbol is the strictest of its levels, and says where from", async () => {
  await open("bound", "firm");
  await rule("tenant:firm", { limits: { orderUnitsMax: "5000", symbols: ["EURUSD", "USDJPY"] } });
  await rule("account:bound", { limits: { orderUnitsMax: "9000", symbols: ["EURUSD"] } });
  await hold("bound", { units: "2000" });
  await place("bound", { units: "1000" });
  const { body } = await send("GET", "/v1/accounts/bound/risk?symbol=EURUSD");
  assertEquals([body.state, body.limits], ["active", {
    orderUnitsMax: "5000",
    symbols: ["EURUSD"],
  }]);
  assertEquals(body.rules.map((one: Answer["body"]) => one.level), [
    "platform",
    "tenant:firm",
    "account:bound",
    "instrument:EURUSD",
  ]);
  assertEquals([body.currency, body.exposure], ["USD", "3480.150000"]); // 3000 at 1.16005
  const unlisted = await send("GET", "/v1/accounts/bound/risk?symbol=EURXXX");
  assertEquals([unlisted.status, unlisted.body.code], [422, "unknown_symbol"]);
  const nobody = await send("GET", "/v1/accounts/nobody/risk?symbol=EURUSD");
  assertEquals([nobody.status, nobody.body.code], [404, "account_unknown"]);
});

const kill = (over: Record<string, unknown>): Promise<Answer> =>
  send("POST", "/v1/risk/kill", { reason: "an incident", ...over });

Deno.test("a kill stops its level, cancels, flattens, and is the same when asked for again", async () => {
  await open("killed-1", "rogue");
  await open("killed-2", "rogue");
  await open("spared");
  const resting = await place("killed-1");
  await hold("killed-1", { units: "3000" });
  await hold("killed-2", { side: "sell", units: "2000" });
  const elsewhere = await place("spared");

  const dry = await kill({ killId: "k-1", level: "tenant:rogue", flatten: true, dryRun: true });
  assertEquals([dry.status, dry.body.status], [200, "dry_run"]);
  assertEquals(dry.body.standing, { accounts: 2, openOrders: 1, openPositions: 2 });
  assertEquals((await send("GET", "/v1/risk/kills/k-1")).body.code, "kill_unknown");

  const killed = await kill({ killId: "k-1", level: "tenant:rogue", flatten: true });
  assertEquals([killed.status, killed.body.status], [202, "under_way"]);
  assertEquals(killed.body.canceled, { asked: 1, ended: 0 });
  assertEquals(killed.body.flattened, { placed: 2, ended: 0 });
  assertEquals((await place("killed-1")).body.code, "trading_halted");
  assertEquals((await place("spared")).status, 201);
  const again = await kill({ killId: "k-1", level: "tenant:rogue", flatten: true });
  assertEquals([again.status, again.body.flattened.placed], [202, 2]);
  const other = await kill({ killId: "k-1", level: "platform" });
  assertEquals([other.status, other.body.code], [409, "duplicate_kill_id"]);

  // A client can neither cancel what flattens nor lift the halt beside the kill.
  const [flattening] = killed.body.orders.filter((one: Answer["body"]) =>
    one.purpose === "flatten" && one.accountId === "killed-1"
  );
  const kept = await send("DELETE", `/v1/accounts/killed-1/orders/${flattening.orderId}`);
  assertEquals([kept.status, kept.body.code], [409, "order_of_stop_out"]);
  const { body: { version } } = await send("GET", "/v1/risk/rules/tenant:rogue");
  const lifted = await send("PUT", "/v1/risk/rules/tenant:rogue", { version, reason: "no" });
  assertEquals([lifted.status, lifted.body.code], [409, "risk_kill_stands"]);

  // The gateway dies and another goes on where it stood.
  await trading.stop();
  const { store } = trading;
  trading = await openTestTrading({ startsAt, authenticate: refusalAuthenticate, store });
  await trading.quote("EURUSD", 116_000);
  assertEquals((await place("killed-2")).body.code, "trading_halted");
  await report(trading.deps, resting.body, { execType: "canceled" });
  const { body: { orders } } = await send("GET", "/v1/risk/kills/k-1");
  for (const one of orders.filter((one: Answer["body"]) => one.purpose === "flatten")) {
    const { body } = await send("GET", `/v1/accounts/${one.accountId}/orders/${one.orderId}`);
    await report(trading.deps, body, { execType: "trade", price: 116_000 });
  }
  const finished = await eventually(async () => {
    const { body } = await send("GET", "/v1/risk/kills/k-1");
    return body.status === "finished" && body;
  });
  assertEquals(finished.standing, { accounts: 0, openOrders: 0, openPositions: 0 });
  assertEquals(finished.canceled, { asked: 1, ended: 1 });
  assertEquals(finished.flattened, { placed: 2, ended: 2 });
  assertEquals((await send("GET", "/v1/accounts/killed-1/positions")).body.positions, []);

  const released = await send("POST", "/v1/risk/kills/k-1/release", { reason: "over" });
  assertEquals([released.status, released.body.status], [200, "released"]);
  assertEquals((await place("killed-1")).status, 201);
  const { body: spared } = await send(
    "GET",
    `/v1/accounts/spared/orders/${elsewhere.body.orderId}`,
  );
  assertEquals(spared.status, "pending_new");
  assertEquals(await auditBooks(trading.deps.db), []);
});

Deno.test("a level goes back to what it was before its first kill, once the last is released", async () => {
  await open("twice");
  const level = "account:twice";
  await rule(level, { state: "reduce_only" });
  await kill({ killId: "t-1", level });
  await kill({ killId: "t-2", level, state: "reduce_only" });
  const stateNow = async () => (await send("GET", `/v1/risk/rules/${level}`)).body.state;
  assertEquals(await stateNow(), "halted");
  await send("POST", "/v1/risk/kills/t-1/release", { reason: "over" });
  assertEquals(await stateNow(), "reduce_only");
  await send("POST", "/v1/risk/kills/t-2/release", { reason: "over" });
  await send("POST", "/v1/risk/kills/t-2/release", { reason: "again" });
  assertEquals(await stateNow(), "reduce_only");
  const { body } = await send("GET", "/v1/risk/kills?limit=2");
  assertEquals(body.kills.map((one: Answer["body"]) => one.status), ["released", "released"]);
  assertEquals((await send("POST", "/v1/risk/kills/none/release", { reason: "x" })).status, 404);
});

Deno.test("a release takes back the kill's own state, not a stricter one that somebody set beside it", async () => {
  await open("beside");
  const level = "account:beside";
  const stateNow = async () => (await send("GET", `/v1/risk/rules/${level}`)).body.state;
  const release = (killId: string) =>
    send("POST", `/v1/risk/kills/${killId}/release`, { reason: "over" });
  await kill({ killId: "b-1", level, state: "reduce_only" });
  await rule(level, { state: "halted" });
  await kill({ killId: "b-2", level });
  await release("b-1");
  await release("b-2");
  assertEquals(await stateNow(), "halted");
  await rule(level, { state: "active" });

  // To change a limit beside a kill its state has to be named: nobody set that.
  await kill({ killId: "b-3", level });
  await rule(level, { state: "halted", limits: { openOrdersMax: 3 } });
  await release("b-3");
  assertEquals(await stateNow(), "active");

  // Set, and taken back again as far as the kill lets it be.
  await kill({ killId: "b-4", level, state: "reduce_only" });
  await rule(level, { state: "halted" });
  await rule(level, { state: "reduce_only" });
  await release("b-4");
  assertEquals(await stateNow(), "reduce_only");
});

Deno.test("a kill of one instrument leaves the others alone", async () => {
  await open("mixed");
  const euro = await place("mixed");
  await trading.quote("USDJPY", 150_000);
  const yen = await place("mixed", { symbol: "USDJPY", price: "149.000" });
  assertEquals([euro.status, yen.status], [201, 201]);
  await kill({ killId: "i-1", level: "instrument:USDJPY" });
  const statuses = await Promise.all(
    [euro, yen].map(async ({ body }) =>
      (await send("GET", `/v1/accounts/mixed/orders/${body.orderId}`)).body.status
    ),
  );
  assertEquals(statuses, ["pending_new", "pending_cancel"]);
  assertEquals((await place("mixed", { symbol: "USDJPY", price: "149.000" })).status, 422);
  assertEquals((await place("mixed")).status, 201);
  await send("POST", "/v1/risk/kills/i-1/release", { reason: "over" });
});

Deno.test("the day's loss counts what is realised and what is not, from 17:00 New York", async () => {
  await open("losing");
  await rule("account:losing", { limits: { dailyLossMax: "50" } });
  await hold("losing", { units: "10000" }); // bought at 1.16010
  const result = async () => {
    await place("losing", { units: "1" }); // the desk looks at the account
    return (await send("GET", "/v1/accounts/losing/risk?symbol=EURUSD")).body.dayResult;
  };
  assertEquals(await result(), "-1.000000");
  await trading.quote("EURUSD", 115_600);
  assertEquals(await result(), "-41.000000");
  await trading.quote("EURUSD", 115_510);
  assertEquals((await place("losing")).body.code, "daily_loss_reached");
  // Closing is taken, and its loss stays the day's.
  const close = await place("losing", {
    side: "sell",
    type: "market",
    price: undefined,
    units: "10000",
  });
  assertEquals(close.status, 201);
  await report(trading.deps, close.body, { execType: "trade", price: 115_510 });
  assertEquals(await result(), "-50.000000");
  assertEquals((await place("losing")).body.code, "daily_loss_reached");
  trading.clock.advanceTo(Date.parse("2026-01-07T22:00:01Z") as never);
  await trading.quote("EURUSD", 115_510);
  assertEquals((await place("losing")).status, 201);
});

Deno.test("accounts of a tenant that race take what it may have together, and a restart knows it", async () => {
  const pair = ["race-1", "race-2"];
  for (const accountId of pair) await open(accountId, "racers");
  await open("bystander");
  await rule("tenant:racers", { limits: { totalPositionUnitsMax: "7000" } });
  await rule("account:race-1", { limits: { positionUnitsMax: "6000" } });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => place(pair[at % 2]!)),
  );
  const taken = answers.filter(({ status }) => status === 201);
  assertEquals(taken.length, 7);
  for (const { status, body } of answers) {
    if (status === 201) continue;
    assertEquals([status, body.code], [422, "total_position_above_limit"]);
    assert(body.detail.includes("by the rule of tenant:racers"), body.detail);
  }
  const { body: { totals } } = await send("GET", "/v1/accounts/race-2/risk?symbol=EURUSD");
  assertEquals(totals.map(({ level, openOrders }: Answer["body"]) => [level, openOrders]), [
    ["tenant:racers", 7],
  ]);
  assertEquals((await place("bystander")).status, 201);

  await trading.stop();
  const { store } = trading;
  trading = await openTestTrading({ startsAt, authenticate: refusalAuthenticate, store });
  await trading.quote("EURUSD", 116_000);
  assertEquals((await place("race-2")).body.code, "total_position_above_limit");
  const own = await place("race-1", { units: "6001" });
  assert(own.body.detail.includes("by the rule of account:race-1"), own.body.detail);
  await report(trading.deps, taken[0]!.body, { execType: "canceled" });
  const replaced = taken[1]!.body;
  const path = `/v1/accounts/${replaced.accountId}/orders/${replaced.orderId}`;
  const grown = await send("PUT", path, { units: "2001" });
  assertEquals([grown.status, grown.body.code], [422, "total_position_above_limit"]);
  assert(grown.body.detail.includes("tenant:racers"), grown.body.detail);
  assertEquals((await place("race-2")).status, 201);
  assertEquals((await place("race-2", { side: "sell", price: "1.2" })).status, 201);
  assertEquals(await auditBooks(trading.deps.db), []);
});

Deno.test("an edge hears of each change, and of all rules when trading starts", async () => {
  const heard = async (): Promise<Map<string, Answer["body"]>> => {
    const reader = await trading.streams.subscribe({
      topic: "risk",
      from: "start",
      max: 1_000,
      signal: AbortSignal.timeout(500),
    });
    const rules = new Map();
    for await (const entries of reader) {
      for (const { body } of entries) {
        const { data } = JSON.parse(body);
        rules.set(data.level, data);
      }
    }
    return rules;
  };
  // This gateway took over with streams that knew nothing.
  assertEquals((await heard()).get("account:bound")?.limits.orderUnitsMax, "9000");
  await rule("account:bound", { limits: { orderUnitsMax: "7" } });
  await eventually(async () => (await heard()).get("account:bound")?.limits.orderUnitsMax === "7");
});
