// Goal: each fill says what it met, what it cost and when each stage was reached, and the report adds
// that up right. Method: orders and fills with known prices and times through the real app over
// PGlite, the figures worked out by hand.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AccountId, ExecId, OrderId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { referencePrice } from "../../../shared/domain/orders/fill_quality.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import { receivedTimeHeader } from "../../../shared/runtime/received_time.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { type Answer, openTestTrading } from "../testing/test_trading.ts";
import { report as reportOn } from "../testing/venue_reports.ts";

const trading = await openTestTrading({
  startsAt: "2026-03-03T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send, deps, clock } = trading;
const accountId = "measured" as AccountId;
const path = `/v1/accounts/${accountId}`;
const pass = (ms: number) => clock.advanceTo(epochMs(clock.now() + ms));
let reports = 0;

async function report(orderId: string, what: { sentAt: number } | { at: number; size: number }) {
  const about = {
    venue: "test",
    execId: `q-${reports++}` as ExecId,
    accountId,
    orderId: orderId as OrderId,
    symbol: "EURUSD" as Symbol,
    time: clock.now(),
    text: null,
  };
  const outcome = await deps.desk.submit({
    kind: "apply_report",
    accountId,
    report: "at" in what
      ? { ...about, execType: "trade", units: units(what.size), price: price(what.at) }
      : { ...about, execType: "new", sentAt: epochMs(what.sentAt) },
  });
  assert(outcome.ok);
}

/** An order the edge had `acceptMs` ago. */
async function place(body: Record<string, string>, acceptMs: number): Promise<string> {
  const placed = await send("POST", `${path}/orders`, {
    headers: { [receivedTimeHeader]: String(clock.now() - acceptMs) },
    body: { clientOrderId: `c-${reports}`, symbol: "EURUSD", ...body },
  });
  assertEquals(placed.status, 201, JSON.stringify(placed.body));
  return placed.body.orderId;
}

interface Trade {
  readonly body: Record<string, string>;
  readonly size: number;
  readonly at: number;
  /** Received to accepted, to sent, to acknowledged, to filled. */
  readonly ms: readonly [number, number, number, number];
}

async function trade(
  { body, size, at, ms: [accept, send, acknowledge, fill] }: Trade,
): Promise<string> {
  const orderId = await place({ units: String(size), ...body }, accept);
  pass(send);
  const sentAt = clock.now();
  pass(acknowledge);
  await report(orderId, { sentAt });
  pass(fill);
  await report(orderId, { at, size });
  return orderId;
}

const market = (side: string) => ({ side, type: "market" });
/** Bid 1.16000, ask 1.16010 when each arrives. */
const trades: Trade[] = [
  { body: market("buy"), size: 10_000, at: 116_012, ms: [1, 0, 2, 3] }, // 2 points worse
  { body: market("sell"), size: 10_000, at: 115_995, ms: [2, 1, 3, 6] }, // 5 worse
  { body: market("buy"), size: 20_000, at: 116_007, ms: [3, 2, 4, 9] }, // 3 better
  // Rests below the market: what it expected is its own price.
  {
    body: { side: "buy", type: "limit", price: "1.15000" },
    size: 1_000,
    at: 115_000,
    ms: [4, 3, 5, 60_000],
  },
];

Deno.test("a fill says what the order met, what that cost, and when each stage was reached", async () => {
  await send("POST", "/v1/accounts", { body: { accountId, deposit: "100000" } });
  const orderIds: string[] = [];
  for (const one of trades) {
    await trading.quote("EURUSD", 116_000);
    orderIds.push(await trade(one));
  }
  const { body } = await send("GET", `${path}/transactions?types=order_filled`);
  const fills = body.transactions as Record<string, string>[];
  assertEquals(fills.map((one) => one.orderId), orderIds);
  assertEquals(
    fills.map((one) => [one.arrivalBid, one.arrivalAsk, one.slippage, one.slippageCost]),
    [
      ["1.16000", "1.16010", "2", "0.200000"],
      ["1.16000", "1.16010", "5", "0.500000"],
      ["1.16000", "1.16010", "-3", "-0.600000"],
      ["1.16000", "1.16010", "0", "0.000000"],
    ],
  );
  fills.forEach((one, at) => {
    const { receivedTime, acceptedTime, sentTime, acknowledgedTime, time } = one;
    const stages = [receivedTime, acceptedTime, sentTime, acknowledgedTime, time].map((text) =>
      Date.parse(text!)
    );
    assertEquals(stages.slice(1).map((stage, n) => stage - stages[n]!), [...trades[at]!.ms]);
  });
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("the report counts orders, and adds slippage and latency up, for the account and all", async () => {
  const refused = await send("POST", `${path}/orders`, {
    body: { ...market("buy"), clientOrderId: "big", symbol: "EURUSD", units: "90000000" },
  });
  assertEquals(refused.status, 422);
  const { body: report } = await send("GET", `${path}/execution-quality`);
  assertEquals(report.instruments, [{
    symbol: "EURUSD",
    orders: 5,
    filled: 4,
    rejected: 1,
    canceled: 0,
    expired: 0,
    fillRatio: "0.8000",
    rejectRatio: "0.2000",
  }]);
  assertEquals(report.fills, [{
    venue: "test",
    symbol: "EURUSD",
    currency: "USD",
    fills: 4,
    units: "41000",
    slippage: { count: 4, mean: "1.00", median: "0", p95: "5" },
    slippageCost: "0.100000",
    acceptMs: { count: 4, mean: "2.50", median: "2", p95: "4" },
    sendMs: { count: 4, mean: "1.50", median: "1", p95: "3" },
    acknowledgeMs: { count: 4, mean: "5.00", median: "4", p95: "8" },
    fillMs: { count: 3, mean: "6.00", median: "6", p95: "9" },
    totalMs: { count: 3, mean: "12.00", median: "12", p95: "18" },
  }]);
  const { body: whole } = await send("GET", "/v1/execution-quality");
  assertEquals([whole.fills, whole.instruments], [report.fills, report.instruments]);
  const { body: before } = await send("GET", `${path}/execution-quality?to=2026-03-03T12:00:00Z`);
  assertEquals([before.fills, before.instruments], [[], []]);
});

Deno.test("as CSV it has a row for each venue, instrument and currency", async () => {
  const { body } = await send("GET", `${path}/execution-quality?format=csv`);
  const [names, row, end] = (body as string).split("\r\n").map((line) => line.split(","));
  const csv = Object.fromEntries(names!.map((name, at) => [name, row![at]]));
  assertEquals([end, names!.length, row!.length], [[""], 29, 29]);
  assertEquals([csv.venue, csv.slippageMean, csv.totalMsP95, csv.rejectRatio], [
    "test",
    "1.00",
    "18",
    "0.2000",
  ]);
});

Deno.test("orders the platform makes itself are measured too: exits, and those of a kill", async () => {
  const open = { accountId: "exits", deposit: "100000" };
  await send("POST", "/v1/accounts", { body: open });
  await trading.quote("EURUSD", 116_000);
  const { body: entry } = await send("POST", "/v1/accounts/exits/orders", {
    body: {
      ...{ clientOrderId: "e-1", symbol: "EURUSD", units: "1000", ...market("buy") },
      takeProfitOnFill: { price: "1.17000" },
    },
  });
  await reportOn(deps, entry, { execType: "trade", price: 116_010 });
  const { body: exits } = await send("GET", "/v1/accounts/exits/orders");
  await reportOn(deps, exits.orders[0], { execType: "trade", price: 117_000, units: 400 });
  await trading.quote("EURUSD", 116_100);
  const { body: kill } = await send("POST", "/v1/risk/kill", {
    body: { killId: "k-1", level: "account:exits", flatten: true, reason: "x" },
  });
  const flattening = kill.orders.find((one: Answer["body"]) => one.purpose === "flatten");
  await reportOn(deps, { ...flattening, units: "600" }, { execType: "trade", price: 116_095 });
  const { body } = await send("GET", "/v1/accounts/exits/transactions?types=order_filled");
  assertEquals(
    body.transactions.map((one: Answer["body"]) => [one.arrivalBid, one.slippage]),
    [["1.16000", "0"], ["1.16000", "0"], ["1.16100", "5"]],
  );
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("periods that end before they begin, and accounts that are none, are refused", async () => {
  const query = "from=2026-03-04T00:00:00Z&to=2026-03-03T00:00:00Z";
  for (const where of [path, "/v1"]) {
    const refused = await send("GET", `${where}/execution-quality?${query}`);
    assertEquals([refused.status, refused.body.code], [400, "invalid_request"]);
  }
  const unknown = await send("GET", "/v1/accounts/nobody/execution-quality");
  assertEquals([unknown.status, unknown.body.code], [404, "account_unknown"]);
});

Deno.test("no order expects better than its limit's own price, nor better than the market", () => {
  const point = fc.integer({ min: 1, max: 300_000 }).map(price);
  const side = fc.constantFrom("buy" as const, "sell" as const);
  fc.assert(fc.property(side, point, fc.nat(50), fc.option(point), (side, bid, spread, limit) => {
    const ask = price(bid + spread);
    const reference = referencePrice({ side, price: limit }, { bid, ask });
    const touch = side === "buy" ? ask : bid;
    const sign = side === "buy" ? 1 : -1;
    assert(sign * (reference - touch) <= 0);
    if (limit !== null) assert(sign * (reference - limit) <= 0);
    assert(reference === touch || reference === limit);
  }));
});
