// Goal: every bad order request gets its own documented refusal, logged once, and leaves the account
// as it was. Method: the real app over a real PGlite and memory streams.

import { assert, assertEquals } from "@std/assert";
import { fundsRoutes } from "../../shared/contracts/http/funds.ts";
import { tradingRoutes } from "../../shared/contracts/http/trading.ts";
import { transactionRoutes } from "../../shared/contracts/http/transactions.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { epochMs, ManualClock } from "../../shared/domain/time.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { Lifecycle } from "../../shared/runtime/lifecycle.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { uuidIds } from "../../shared/runtime/time.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { describeRefusals, refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { createTradingApp } from "./app.ts";
import { auditBooks } from "./audit/audit_books.ts";
import { startTrading } from "./deps.ts";

const wednesday = epochMs(Date.UTC(2026, 0, 7, 12));
const saturday = epochMs(Date.UTC(2026, 0, 10, 12));

const lines: Record<string, unknown>[] = [];
const logger = createLogger({
  service: "trading-gateway",
  level: "info",
  destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
});
const streams = await openStreams("memory:", { clock: { now: () => wednesday } });
const clock = new ManualClock(wednesday);
const deps = await startTrading({
  service: "trading-gateway",
  version: "test",
  logger,
  metrics: createMetrics("trading-gateway"),
  clock,
  ids: uuidIds,
  authenticate: refusalAuthenticate,
  checks: {},
  bodyBytesMax: 4_096,
  store: await openTestStore(),
  streams,
  hours: tradingHours("fx-week"),
  marketClock: clock,
}, new Lifecycle({ logger }));
const app = createTradingApp(deps);

async function quote(symbol: string, bid: number): Promise<void> {
  const at = clock.now();
  const events = createEventSource({ source: "/test", ids: uuidIds, clock });
  const quote = {
    symbol: symbol as Symbol,
    bid: price(bid),
    ask: price(bid + 10),
    venueTime: at,
    receivedTime: at,
    sequence: at,
  };
  await publishEvents(streams, topics.quotes, [
    events.event("quotes.received", writeQuotes("test", [quote])),
  ]);
  await eventually(() =>
    Promise.resolve(assertEquals(deps.market().quotes.get(symbol)?.sequence, at))
  );
}

const key = { "x-api-key": "sw_admin" };
const json = { ...key, "content-type": "application/json" };

async function send(
  method: string,
  path: string,
  about: { body?: unknown; raw?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Record<string, unknown>; type: string | null }> {
  const body = about.raw ?? (about.body === undefined ? null : JSON.stringify(about.body));
  const headers = about.headers ?? (body === null ? key : json);
  const answer = await app.fetch(
    new Request(`http://trading${path}`, { method, headers, body }),
  );
  return {
    status: answer.status,
    body: await answer.json(),
    type: answer.headers.get("content-type"),
  };
}

const order = {
  clientOrderId: "c-1",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "1000",
  price: "1.10000",
};

async function openAccount(accountId: string): Promise<void> {
  const opened = await send("POST", "/v1/accounts", { body: { accountId, deposit: "100000" } });
  assertEquals(opened.status, 201);
}

describeRefusals({
  name: "trading-gateway",
  routes: [...tradingRoutes, ...transactionRoutes, ...fundsRoutes],
  app: () => app,
});

const withBody = (over: Record<string, unknown>) => ({ body: { ...order, ...over } });

type BadOrder = [string, Parameters<typeof send>[2], number, string];

/** Terms that do not go together, beyond those of market and limit orders. */
const termCases: BadOrder[] = [
  [
    "a stop without a trigger",
    withBody({ type: "stop", price: undefined }),
    422,
    "trigger_price_missing",
  ],
  [
    "a trigger price on a limit order",
    withBody({ triggerPrice: "1" }),
    422,
    "trigger_price_not_allowed",
  ],
  [
    "a trailing stop without a distance",
    withBody({ type: "trailing_stop", price: undefined }),
    422,
    "trailing_distance_missing",
  ],
  [
    "a distance on a limit order",
    withBody({ trailingDistance: "1" }),
    422,
    "trailing_distance_not_allowed",
  ],
  [
    "a trigger side on a limit order",
    withBody({ triggerSide: "mid" }),
    422,
    "trigger_side_not_allowed",
  ],
  ["a bound on a limit order", withBody({ priceBound: "1" }), 422, "price_bound_not_allowed"],
  [
    "reduce-only with nothing held",
    withBody({ positionFill: "reduce_only" }),
    422,
    "reduce_only_would_open",
  ],
  ["a tag too long", withBody({ tag: "x".repeat(129) }), 400, "invalid_request"],
];

Deno.test("each bad order body gets its own refusal, logged once, and changes nothing", async () => {
  await quote("EURUSD", 116_000);
  await openAccount("bad-input");
  const path = "/v1/accounts/bad-input/orders";
  const cases: BadOrder[] = [
    ["malformed JSON", { raw: '{"units":' }, 400, "malformed_json"],
    ["NaN", { raw: '{"units": NaN}' }, 400, "malformed_json"],
    ["an empty body", { raw: "" }, 400, "malformed_json"],
    [
      "no content type",
      { raw: new TextDecoder().decode(new TextEncoder().encode("{}")), headers: key },
      415,
      "content_type_unsupported",
    ],
    [
      "a wrong content type",
      { raw: "{}", headers: { ...key, "content-type": "text/xml" } },
      415,
      "content_type_unsupported",
    ],
    ["an oversize body", { raw: `{"a":"${"x".repeat(5_000)}"}` }, 413, "body_too_large"],
    ["an unknown field", withBody({ leverage: "100" }), 400, "invalid_request"],
    ["a number for text", withBody({ units: 1000 }), 400, "invalid_request"],
    ["1e400 as a number", { raw: '{"units":1e400}' }, 400, "invalid_request"],
    ["1e400 as text", withBody({ units: "1e400" }), 422, "units_malformed"],
    ["NaN as text", withBody({ units: "NaN" }), 422, "units_malformed"],
    ["too many decimals", withBody({ price: "1.123456" }), 422, "price_precision"],
    ["units off step", withBody({ units: "1000.5" }), 422, "units_off_step"],
    ["negative units", withBody({ units: "-1" }), 422, "units_not_positive"],
    ["zero units", withBody({ units: "0" }), 422, "units_not_positive"],
    ["too many units", withBody({ units: "100000001" }), 422, "units_above_maximum"],
    ["a zero price", withBody({ price: "0" }), 422, "price_not_positive"],
    ["an unknown symbol", withBody({ symbol: "EURXXX" }), 422, "unknown_symbol"],
    ["a symbol that is none", withBody({ symbol: "euro" }), 400, "invalid_request"],
    ["a market order with a price", withBody({ type: "market" }), 422, "price_not_allowed"],
    ...termCases,
    ["a limit order without one", withBody({ price: undefined }), 422, "price_missing"],
    [
      "a symbol without a price",
      withBody({ symbol: "USDJPY", price: "150" }),
      422,
      "quote_missing",
    ],
    ["no such account", withBody({}), 404, "account_unknown"],
  ];
  for (const [at, [name, about, status, code]] of cases.entries()) {
    lines.length = 0;
    const one = about?.body === undefined
      ? about
      : { ...about, body: { ...about.body, clientOrderId: `bad-${at}` } };
    const to = code === "account_unknown" ? path.replace("bad-input", "nobody") : path;
    const answer = await send("POST", to, one);
    assertEquals([name, answer.status, answer.body.code], [name, status, code]);
    assertEquals(answer.type, "application/problem+json");
    assertEquals(lines.map((line) => [name, line.code]), [[name, code]]);
  }
  const { body } = await send("GET", "/v1/accounts/bad-input");
  assertEquals([body.balance, body.openOrders, body.equity], ["100000.000000", 0, "100000.000000"]);
});

Deno.test("a repeated client order id: same body same answer, other body 409", async () => {
  await quote("EURUSD", 116_001);
  await openAccount("repeats");
  const path = "/v1/accounts/repeats/orders";
  const first = await send("POST", path, { body: order });
  assertEquals([first.status, first.body.orderId], [201, "repeats.3"]);
  assertEquals(await send("POST", path, { body: order }), first);
  const other = await send("POST", path, { body: { ...order, units: "2000" } });
  assertEquals([other.status, other.body.code], [409, "duplicate_client_order_id"]);
});

Deno.test("a stale quote and a closed market refuse an order, and a repeat of one placed before gets its answer", async () => {
  clock.advanceBy(1_000);
  await quote("EURUSD", 116_002);
  await openAccount("closing");
  const path = "/v1/accounts/closing/orders";
  const placed = await send("POST", path, { body: order });
  assertEquals(placed.status, 201);
  clock.advanceBy(10_000);
  const stale = await send("POST", path, { body: { ...order, clientOrderId: "c-2" } });
  assertEquals([stale.status, stale.body.code], [422, "quote_stale"]);
  clock.advanceTo(saturday);
  const closed = await send("POST", path, { body: { ...order, clientOrderId: "c-3" } });
  assertEquals([closed.status, closed.body.code], [422, "market_closed"]);
  assertEquals(await send("POST", path, { body: order }), placed);
  const refused = await send("POST", path, { body: { ...order, clientOrderId: "c-2" } });
  assertEquals([refused.status, refused.body.code], [422, "quote_stale"]);
});

Deno.test("a replace and a cancel of all answer with the orders as they stand", async () => {
  const later = epochMs(Date.UTC(2026, 0, 12, 12));
  clock.advanceTo(later);
  await quote("EURUSD", 116_003);
  await openAccount("replacing");
  const path = "/v1/accounts/replacing/orders";
  assertEquals((await send("POST", path, { body: order })).status, 201);
  const put = (orderId: string, body: unknown) => send("PUT", `${path}/${orderId}`, { body });
  const asked = await put("replacing.3", { price: "1.09000", timeInForce: "DAY" });
  assertEquals([asked.status, asked.body.status, asked.body.price, asked.body.replacing], [
    202,
    "pending_replace",
    "1.10000",
    true,
  ]);
  const cases: [string, unknown, number, string][] = [
    ["replacing.99", {}, 404, "order_unknown"],
    ["replacing.3", { units: "0" }, 422, "units_not_positive"],
    ["replacing.3", { units: 5 }, 400, "invalid_request"],
    ["replacing.3", { side: "sell" }, 400, "invalid_request"],
    ["replacing.3", { timeInForce: "FOK" }, 422, "time_in_force_not_allowed"],
  ];
  for (const [orderId, body, status, code] of cases) {
    const refused = await put(orderId, body);
    assertEquals([refused.status, refused.body.code], [status, code]);
  }
  const all = await send("DELETE", `${path}?symbol=EURUSD`);
  assertEquals(all.status, 202);
  assertEquals((all.body.orders as { status: string }[]).map((one) => one.status), [
    "pending_cancel",
  ]);
  const late = await put("replacing.3", { price: "1.08000" });
  assertEquals([late.status, late.body.code], [409, "order_being_canceled"]);
  const since = await send("GET", "/v1/accounts/replacing/transactions?since=3");
  const [first] = since.body.transactions as Record<string, unknown>[];
  assertEquals([first?.type, first?.revision, first?.price, first?.expireTime], [
    "order_replace_requested",
    1,
    "1.09000",
    "2026-01-12T22:00:00.000Z",
  ]);
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("a group is placed whole or refused whole, and says how its orders hang together", async () => {
  clock.advanceTo(epochMs(Date.UTC(2026, 0, 13, 12)));
  await quote("EURUSD", 116_004);
  await openAccount("groups");
  const path = "/v1/accounts/groups/orderGroups";
  const exit = { ...order, side: "sell", positionFill: "reduce_only" };
  const body = {
    type: "bracket",
    orders: [
      { ...order, clientOrderId: "entry", stopLossOnFill: { distance: "0.002" } },
      { ...exit, clientOrderId: "profit", price: "1.20000" },
    ],
  };
  const placed = await send("POST", path, { body });
  assertEquals(placed.status, 201);
  const seen = placed.body.orders as Record<string, unknown>[];
  assertEquals(seen.map((one) => [one.status, one.parentOrderId, one.ocoGroup]), [
    ["pending_new", null, null],
    ["held", "groups.3", "groups.3"],
  ]);
  assertEquals(seen[0]?.stopLossOnFill, { distance: "0.00200" });
  assertEquals(await send("POST", path, { body }), placed);
  const waiting = await send("PUT", "/v1/accounts/groups/orders/groups.4", {
    body: { price: "1.21" },
  });
  assertEquals([waiting.status, waiting.body.code], [409, "order_held"]);
  const with2 = (over: Record<string, unknown>) => ({
    type: "oco",
    orders: [{ ...order, clientOrderId: "x-1" }, { ...order, clientOrderId: "x-2", ...over }],
  });
  const cases: [unknown, number, string][] = [
    [with2({ clientOrderId: "x-1" }), 409, "duplicate_client_order_id"],
    [with2({ clientOrderId: "entry" }), 409, "duplicate_client_order_id"],
    [with2({ clientOrderId: "sw:1" }), 422, "client_order_id_reserved"],
    [with2({ takeProfitOnFill: { price: "1.0" } }), 422, "take_profit_on_wrong_side"],
    [{ ...body, orders: [body.orders[0]] }, 400, "invalid_request"],
    [{ ...body, type: "two" }, 400, "invalid_request"],
  ];
  for (const [body, status, code] of cases) {
    const refused = await send("POST", path, { body });
    assertEquals([refused.status, refused.body.code], [status, code]);
  }
  const orders = "/v1/accounts/groups/orders";
  const alone: [Record<string, unknown>, string][] = [
    [{ stopLossOnFill: {} }, "stop_loss_ambiguous"],
    [{ stopLossOnFill: { price: "1.2" } }, "stop_loss_on_wrong_side"],
    [{ trailingStopLossOnFill: { distance: "0" } }, "price_not_positive"],
    [{ positionFill: "reduce_only", takeProfitOnFill: { price: "1.2" } }, "on_fill_not_allowed"],
  ];
  for (const [at, [over, code]] of alone.entries()) {
    const body = { ...order, clientOrderId: `y-${at}`, ...over };
    const refused = await send("POST", orders, { body });
    assertEquals([refused.status, refused.body.code], [422, code]);
  }
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("cancel, listings and transactions answer what happened, without gaps", async () => {
  const path = "/v1/accounts/closing/orders";
  const canceled = await send("DELETE", `${path}/closing.3`);
  assertEquals([canceled.status, canceled.body.status], [202, "pending_cancel"]);
  const missing = await send("DELETE", `${path}/closing.99`);
  assertEquals([missing.status, missing.body.code], [404, "order_unknown"]);
  const open = await send("GET", path);
  assertEquals((open.body.orders as { orderId: string }[]).map((one) => one.orderId), [
    "closing.3",
  ]);
  const all = await send("GET", `${path}?state=all&limit=2`);
  assertEquals((all.body.orders as { status: string }[]).map((one) => one.status), [
    "rejected",
    "rejected",
  ]);
  const since = await send("GET", "/v1/accounts/closing/transactions?since=2");
  const transactions = since.body.transactions as { transactionId: number; type: string }[];
  assertEquals(transactions.map((one) => [one.transactionId, one.type]), [
    [3, "order_accepted"],
    [4, "order_rejected"],
    [5, "order_rejected"],
    [6, "order_cancel_requested"],
  ]);
  assertEquals(since.body.lastTransactionId, 6);
  const twice = await send("POST", "/v1/accounts", {
    body: { accountId: "closing", deposit: "1" },
  });
  assertEquals([twice.status, twice.body.code], [409, "account_exists"]);
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("an accepted order leaves through the outbox to the orders topic", async () => {
  const reader = await streams.consumer({
    topic: "orders",
    group: "test",
    consumer: "test",
    redeliverAfterMs: 60_000,
    from: "start",
  });
  const read = await reader.read({ max: 100, blockMs: 2_000 });
  const submitted = read.map((entry) => JSON.parse(entry.body))
    .filter((event) => event.type === "order.submitted").map((event) => event.data.orderId);
  assert(submitted.includes("closing.3") && submitted.includes("repeats.3"), String(submitted));
});
