// Goal: every code of the catalogue is one that a client can really get. Method: a scenario for each
// code against the real app over a real PGlite. The table is typed by the catalogue, and compared
// with it at run time: a code without a scenario fails.

import { assertEquals } from "@std/assert";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { defaultGuarantees, type GuaranteeRule } from "../../shared/domain/orders/guarantee.ts";
import { defaultTerms } from "../../shared/domain/terms.ts";
import { type RejectReason, rejectReasons } from "../../shared/domain/orders/rejects.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { auditBooks } from "./audit/audit_books.ts";
import { type Answer, openTestTrading } from "./testing/test_trading.ts";
import { report } from "./testing/venue_reports.ts";

const startsAt = "2026-01-07T12:00:00Z";
const guarantees: readonly GuaranteeRule[] = [
  {
    symbols: ["XAUUSD" as Symbol],
    mode: "required",
    premiumTenths: 10,
    distanceTenthsMin: 1,
  },
  ...defaultGuarantees,
];
const trading = await openTestTrading({
  startsAt,
  authenticate: refusalAuthenticate,
  terms: { ...defaultTerms, guarantees },
});
await trading.quote("EURUSD", 116_000);
await trading.quote("USDMXN", 1_750_000);

const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  trading.send(method, path, body === undefined ? {} : { body });
type Over = Record<string, unknown>;
let next = 0;

const limit = (over: Over = {}): Over => ({
  clientOrderId: `o-${next++}`,
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "1000",
  price: "1.15000",
  ...over,
});
const market: Over = { type: "market", price: undefined };
const hedging: Over = { positionMode: "hedging" };
const stop: Over = { type: "stop", price: undefined, triggerPrice: "1.20000" };

/** An account of the scenario's own. */
async function open(over: Over = {}): Promise<string> {
  const accountId = `r-${next++}`;
  const opened = await send("POST", "/v1/accounts", { accountId, deposit: "100000", ...over });
  assertEquals(opened.status, 201);
  return accountId;
}
const post = (accountId: string, over: Over = {}): Promise<Answer> =>
  send("POST", `/v1/accounts/${accountId}/orders`, limit(over));

/** An order that was taken. */
async function placed(accountId: string, over: Over = {}): Promise<Answer["body"]> {
  const answer = await post(accountId, over);
  assertEquals(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}
async function hold(accountId: string, over: Over = {}): Promise<void> {
  const order = await placed(accountId, { ...market, ...over });
  await report(trading.deps, order, { execType: "trade", price: 116_010 });
}
const pathOf = (order: Answer["body"]) => `/v1/accounts/${order.accountId}/orders/${order.orderId}`;
const replace = (order: Answer["body"], body: Over) => send("PUT", pathOf(order), body);

async function bind(level: string, over: Over): Promise<void> {
  const put = await send("PUT", `/v1/risk/rules/${level}`, { version: 0, reason: "x", ...over });
  assertEquals(put.status, 200, JSON.stringify(put.body));
}
/** An account bound by limits of its own. */
async function bound(limits: Over, state = "active"): Promise<string> {
  const accountId = await open();
  await bind(`account:${accountId}`, { limits, state });
  return accountId;
}

const refused = (over: Over) => async (): Promise<Answer> => post(await open(), over);

async function later(at: string, quotedAt: string): Promise<Answer> {
  const other = await openTestTrading({ startsAt: quotedAt, authenticate: refusalAuthenticate });
  await other.quote("EURUSD", 116_000);
  await other.send("POST", "/v1/accounts", { body: { accountId: "late", deposit: "1000" } });
  other.clock.advanceTo(Date.parse(at) as never);
  const answer = await other.send("POST", "/v1/accounts/late/orders", { body: limit() });
  await other.stop();
  return answer;
}

/** The reason that an order carries which nobody was answered with. */
async function reasonOf(order: Answer["body"]): Promise<Answer> {
  const { body } = await send("GET", pathOf(order));
  assertEquals(body.status, "rejected");
  return { status: 0, body: { code: body.rejectReason } };
}

async function group(
  type: string,
  orders: readonly Over[],
): Promise<{ answer: Answer; orders: Answer["body"][] }> {
  const accountId = await open();
  const answer = await send("POST", `/v1/accounts/${accountId}/orderGroups`, { type, orders });
  const { body } = await send("GET", `/v1/accounts/${accountId}/orders?state=all`);
  return { answer, orders: body.orders.reverse() };
}

const termScenarios = {
  unknown_symbol: refused({ symbol: "EURXXX" }),
  units_malformed: refused({ units: "ten" }),
  units_not_positive: refused({ units: "0" }),
  units_off_step: refused({ units: "1.5" }),
  units_below_minimum: refused({ symbol: "USDMXN", units: "50", price: "17.5" }),
  units_above_maximum: refused({ units: "100000001" }),
  price_missing: refused({ price: undefined }),
  price_not_allowed: refused({ type: "market" }),
  trigger_price_missing: refused({ type: "stop", price: undefined }),
  trigger_price_not_allowed: refused({ triggerPrice: "1.1" }),
  trailing_distance_missing: refused({ type: "trailing_stop", price: undefined }),
  trailing_distance_not_allowed: refused({ trailingDistance: "0.001" }),
  trigger_side_not_allowed: refused({ triggerSide: "mid" }),
  price_bound_not_allowed: refused({ priceBound: "1.2" }),
  stop_loss_ambiguous: refused({ stopLossOnFill: {} }),
  take_profit_on_wrong_side: refused({ takeProfitOnFill: { price: "1.1" } }),
  stop_loss_on_wrong_side: refused({ stopLossOnFill: { price: "1.2" } }),
  stop_loss_twice: refused({
    stopLossOnFill: { price: "1.1" },
    guaranteedStopLossOnFill: { price: "1.1" },
  }),
  on_fill_not_allowed: refused({
    positionFill: "reduce_only",
    takeProfitOnFill: { price: "1.2" },
  }),
  client_order_id_reserved: refused({ clientOrderId: "sw:mine" }),
  price_malformed: refused({ price: "1e400" }),
  price_not_positive: refused({ price: "0" }),
  price_precision: refused({ price: "1.150001" }),
  time_in_force_not_allowed: refused({ ...market, timeInForce: "GTC" }),
  expire_time_missing: refused({ timeInForce: "GTD" }),
  expire_time_not_allowed: refused({ expireTime: "2030-01-01T00:00:00Z" }),
} satisfies Partial<Record<RejectReason, () => Promise<Answer>>>;

const stateScenarios = {
  market_closed: () => later("2026-01-10T12:00:00Z", startsAt),
  quote_stale: () => later("2026-01-07T12:01:00Z", startsAt),
  quote_missing: refused({ symbol: "USDJPY", price: "150" }),
  expire_time_passed: refused({ timeInForce: "GTD", expireTime: "2020-01-01T00:00:00Z" }),
  account_unknown: () => post("nobody"),
  conversion_rate_missing: async () => post(await open({ currency: "JPY" })),
  insufficient_margin: async () => post(await open({ deposit: "1" })),
  too_many_open_orders: async () => post(await bound({ openOrdersMax: 0 })),
  reduce_only_would_open: refused({ positionFill: "reduce_only" }),
  open_only_would_reduce: async () => {
    const accountId = await open();
    await hold(accountId);
    return post(accountId, { side: "sell", price: "1.2", positionFill: "open_only" });
  },
  duplicate_client_order_id: async () => {
    const { accountId, clientOrderId } = await placed(await open());
    return post(accountId, { clientOrderId, units: "2" });
  },
  venue_rejected: async () => {
    const order = await placed(await open());
    await report(trading.deps, order, { execType: "rejected" });
    return reasonOf(order);
  },
  group_refused: async () => {
    const { orders } = await group("oco", [limit(), limit({ units: "0" })]);
    return reasonOf(orders[0]);
  },
} satisfies Partial<Record<RejectReason, () => Promise<Answer>>>;

const changeScenarios = {
  order_unknown: async () => send("DELETE", `/v1/accounts/${await open()}/orders/r-0.99`),
  order_not_open: async () => {
    const order = await placed(await open());
    await report(trading.deps, order, { execType: "canceled" });
    return send("DELETE", pathOf(order));
  },
  order_of_stop_out: async () => {
    const accountId = await open();
    await hold(accountId);
    const { body: { orders } } = await send("POST", "/v1/risk/kill", {
      killId: `kill-${accountId}`,
      level: `account:${accountId}`,
      flatten: true,
      reason: "x",
    });
    return send("DELETE", pathOf(orders[0]));
  },
  order_held: async () => {
    const { orders } = await group("oto", [limit(), limit()]);
    return replace(orders[1], { price: "1.14" });
  },
  order_being_canceled: async () => {
    const order = await placed(await open());
    await send("DELETE", pathOf(order));
    return replace(order, { price: "1.14" });
  },
  order_not_replaceable: async () => {
    return replace(await placed(await open(), { timeInForce: "IOC" }), { price: "1.14" });
  },
  units_already_filled: async () => {
    const order = await placed(await open());
    await report(trading.deps, order, { execType: "trade", price: 115_000, units: 600 });
    return replace(order, { units: "600" });
  },
  already_triggered: async () => {
    const order = await placed(await open(), stop);
    await report(trading.deps, order, { execType: "triggered", price: 120_000 });
    return replace(order, { triggerPrice: "1.21" });
  },
  too_many_replacements: async () => {
    const order = await placed(await open());
    for (let n = 0; n < 16; n++) await replace(order, { units: String(900 - n) });
    return replace(order, { units: "1" });
  },
} satisfies Partial<Record<RejectReason, () => Promise<Answer>>>;

const lotScenarios = {
  close_lot_needs_reduce_only: refused({ closeLotId: 1, positionFill: "default" }),
  close_lot_not_allowed: refused({ closeLotId: 1, positionFill: "reduce_only" }),
  lot_unknown: async () => {
    const accountId = await open(hedging);
    await hold(accountId);
    return post(accountId, {
      closeLotId: 1,
      positionFill: "reduce_only",
      side: "sell",
      price: "2",
    });
  },
  too_many_lots: async () => {
    const accountId = await open(hedging);
    const order = await placed(accountId, market); // each of its fills opens a lot
    const pieces = Array.from({ length: 1_000 });
    await Promise.all(
      pieces.map(() =>
        report(trading.deps, order, { execType: "trade", price: 116_010, units: 1 })
      ),
    );
    return post(accountId);
  },
} satisfies Partial<Record<RejectReason, () => Promise<Answer>>>;

const guard = (price: string): Over => ({ guaranteedStopLossOnFill: { price } });

/** A guaranteed stop that stands, guarding a thousand. */
async function standing(): Promise<Answer["body"]> {
  const accountId = await open();
  await hold(accountId, guard("1.14"));
  const { body } = await send("GET", `/v1/accounts/${accountId}/orders`);
  await report(trading.deps, body.orders[0], { execType: "new" });
  return body.orders[0];
}

const guaranteeScenarios = {
  guaranteed_stop_not_offered: async () => {
    await trading.quote("XAGUSD", 3_000_000);
    return post(await open(), { symbol: "XAGUSD", price: "29", ...guard("28") });
  },
  guaranteed_stop_required: async () => {
    await trading.quote("XAUUSD", 4_000_000);
    return post(await open(), { symbol: "XAUUSD", units: "1", price: "4000" });
  },
  guaranteed_stop_too_close: refused(guard("1.14901")),
  guaranteed_stop_locked: async () => {
    const stop = await standing();
    trading.clock.advanceBy(60_000); // the price is too old by now
    return replace(stop, { triggerPrice: "1.15" });
  },
} satisfies Partial<Record<RejectReason, () => Promise<Answer>>>;

const riskScenarios = {
  trading_halted: async () => post(await bound({}, "halted")),
  trading_reduce_only: async () => post(await bound({}, "reduce_only")),
  symbol_not_allowed: async () => post(await bound({ symbols: ["USDJPY"] })),
  order_size_above_limit: async () => post(await bound({ orderUnitsMax: "999" })),
  order_notional_above_limit: async () => post(await bound({ orderNotionalMax: "1160.04" })),
  price_outside_collar: async () => post(await bound({ collarPoints: 1_004 })),
  position_above_limit: async () => {
    const accountId = await bound({ positionUnitsMax: "2500" });
    await hold(accountId); // 1000 held, 1000 waiting: 501 more are too many
    await placed(accountId);
    await placed(accountId, {
      units: "500",
      positionFill: "reduce_only",
      side: "sell",
      price: "2",
    });
    return post(accountId, { units: "501" });
  },
  exposure_above_limit: async () => {
    const accountId = await bound({ exposureMax: "2500" });
    await hold(accountId);
    await placed(accountId);
    return post(accountId, { side: "sell", units: "2200", price: "2" });
  },
  daily_loss_reached: async () => {
    const accountId = await bound({ dailyLossMax: "0.10" });
    await hold(accountId); // the spread alone
    return post(accountId);
  },
  order_rate_above_limit: async () => {
    const accountId = await bound({ ordersPerSecondMax: 1, orderBurstMax: 2 });
    await placed(accountId);
    await placed(accountId);
    return post(accountId);
  },
  duplicate_order: async () => {
    const accountId = await bound({ duplicateMs: 1_000 });
    await placed(accountId);
    await placed(accountId, { units: "1001" });
    return post(accountId, { price: "1.14" });
  },
} satisfies Partial<Record<RejectReason, () => Promise<Answer>>>;

/** Two accounts of a tenant whose rule bounds them together. */
async function together(limits: Over): Promise<[string, string]> {
  const tenant = `t-${next++}`;
  const pair = [await open({ tenant }), await open({ tenant })] as [string, string];
  await bind(`tenant:${tenant}`, { limits });
  return pair;
}

const totalScenarios = {
  total_position_above_limit: async () => {
    const [one, other] = await together({ totalPositionUnitsMax: "2500" });
    await hold(one);
    await placed(one);
    return post(other, { units: "501" });
  },
  total_exposure_above_limit: async () => {
    const [one, other] = await together({ totalExposureMax: "2500" });
    await hold(one);
    return post(other, { side: "sell", units: "1200", price: "2" });
  },
  total_open_orders_above_limit: async () => {
    const [one, other] = await together({ totalOpenOrdersMax: 1 });
    await placed(one);
    return post(other);
  },
  total_daily_loss_reached: async () => {
    const [one, other] = await together({ totalDailyLossMax: "0.10" });
    await hold(one);
    return post(other);
  },
  total_order_rate_above_limit: async () => {
    const [one, other] = await together({ totalOrdersPerSecondMax: 1, totalOrderBurstMax: 2 });
    await placed(one);
    await placed(other);
    return post(one);
  },
} satisfies Partial<Record<RejectReason, () => Promise<Answer>>>;

const scenarios: Record<RejectReason, () => Promise<Answer>> = {
  ...termScenarios,
  ...stateScenarios,
  ...changeScenarios,
  ...lotScenarios,
  ...guaranteeScenarios,
  ...riskScenarios,
  ...totalScenarios,
};

Deno.test("the catalogue has no code without a scenario that produces it", () => {
  assertEquals(Object.keys(scenarios).sort(), [...rejectReasons].sort());
});

for (const [reason, scenario] of Object.entries(scenarios)) {
  Deno.test(`a client can be refused with ${reason}`, async () => {
    await trading.quote("EURUSD", 116_000);
    const { body } = await scenario();
    assertEquals(body.code, reason, JSON.stringify(body));
  });
}

Deno.test("none of the refusals left the books out of balance", async () => {
  assertEquals(await auditBooks(trading.deps.db), []);
});
