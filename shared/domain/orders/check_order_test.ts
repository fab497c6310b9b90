import { assertEquals } from "@std/assert";
import { instrumentOf } from "../instruments.ts";
import type { Price, Symbol } from "../instrument.ts";
import { micros, unitRate } from "../money.ts";
import type { Quote } from "../quote.ts";
import { epochMs } from "../time.ts";
import { type CheckedAccount, checkOrder, openOrdersMax, type OrderMarket } from "./check_order.ts";
import type { CheckedHolding } from "./checked_holding.ts";
import type { OrderTerms } from "./order.ts";
import {
  acceptedTerms,
  type OrderRequest,
  type ReadOrder,
  readOrder,
  sameTerms,
} from "./read_order.ts";
import type { RejectReason } from "./rejects.ts";

const now = epochMs(Date.UTC(2026, 0, 14, 12));
const quote: Quote = {
  symbol: "EURUSD" as Symbol,
  bid: 110_000 as Price,
  ask: 110_010 as Price,
  venueTime: now,
  receivedTime: now,
  sequence: 1,
};
const market: OrderMarket = { now, open: true, quote, status: "live" };
/** What a netting account holds. */
function holdingOf(net: number): CheckedHolding {
  const legs = { long: Math.max(net, 0), short: Math.max(-net, 0) };
  return { mode: "netting", ...legs, lots: 0, lotUnits: null, tiers: new Map(), hedged: "max" };
}
const account: CheckedAccount = {
  openOrders: 0,
  holding: holdingOf(0),
  marginAvailable: micros(1_000_000_000n),
  toAccount: unitRate,
};
const request: OrderRequest = {
  clientOrderId: "a",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "1000",
  price: "1.09000",
};

const stop = { type: "stop", price: undefined, triggerPrice: "1.1" } as const;

function check(
  change: Partial<OrderRequest>,
  known: { market?: Partial<OrderMarket>; account?: Partial<CheckedAccount> | null } = {},
): RejectReason | null {
  const read = readOrder({ ...request, ...change });
  if (typeof read === "string") return read;
  return checkOrder(read.terms, read.instrument, {
    market: { ...market, ...known.market },
    account: known.account === null ? null : { ...account, ...known.account },
    risk: null,
    offer: null,
  });
}

Deno.test("checkOrder() passes a sound order, with and without the account known", () => {
  assertEquals(check({}), null);
  assertEquals(check({}, { account: null }), null);
  assertEquals(check({ type: "market", price: undefined, priceBound: "1.2" }), null);
  assertEquals(check({ ...stop, triggerSide: "opposite", priceBound: "1.2" }), null);
  assertEquals(check({ type: "stop_limit", triggerPrice: "1.1", timeInForce: "DAY" }), null);
  const trailing = { type: "trailing_stop", price: undefined, trailingDistance: "0.001" } as const;
  assertEquals(check({ ...trailing, tag: "mine" }), null);
});

Deno.test("a DAY order is accepted to the next 17:00 New York, and its repeat is the same order", () => {
  const { terms } = readOrder({ ...request, timeInForce: "DAY" }) as ReadOrder;
  const accepted = acceptedTerms(terms, epochMs(Date.UTC(2026, 2, 6, 23)));
  // The evening before the clocks go forward: Saturday 17:00 is still winter time.
  assertEquals(accepted.expireTime, epochMs(Date.UTC(2026, 2, 7, 22)));
  assertEquals(
    acceptedTerms(terms, epochMs(Date.UTC(2026, 2, 8, 12))).expireTime,
    epochMs(Date.UTC(2026, 2, 8, 21)),
  );
  assertEquals(sameTerms(accepted, terms), true);
});

Deno.test("reduce-only fits within the position against it, open-only never reduces", () => {
  const holding = (heldUnits: number) => ({ account: { holding: holdingOf(heldUnits) } });
  const reduce = { positionFill: "reduce_only" } as const;
  assertEquals(check(reduce, holding(-1_000)), null);
  assertEquals(check(reduce, holding(-999)), "reduce_only_would_open");
  assertEquals(check(reduce, holding(1_000)), "reduce_only_would_open");
  const open = { positionFill: "open_only" } as const;
  assertEquals(check(open, holding(5_000)), null);
  assertEquals(check(open, holding(-1)), "open_only_would_reduce");
  assertEquals(check({ ...open, side: "sell" }, holding(1)), "open_only_would_reduce");
});

Deno.test("readOrder() and checkOrder() name each fault of the terms", () => {
  const cases: [Partial<OrderRequest>, RejectReason][] = [
    [{ symbol: "EURXXX" }, "unknown_symbol"],
    [{ units: "ten" }, "units_malformed"],
    [{ units: "1e400" }, "units_malformed"],
    [{ units: "NaN" }, "units_malformed"],
    [{ units: "1000.5" }, "units_off_step"],
    [{ units: "0" }, "units_not_positive"],
    [{ units: "-5" }, "units_not_positive"],
    [{ units: "100000001" }, "units_above_maximum"],
    [{ units: "99999999999999999999" }, "units_above_maximum"],
    [{ symbol: "USDMXN", units: "150", price: "17.5" }, "units_off_step"],
    [{ symbol: "USDMXN", units: "10", price: "17.5" }, "units_below_minimum"],
    [{ price: undefined }, "price_missing"],
    [{ type: "market" }, "price_not_allowed"],
    [{ price: "1.090001" }, "price_precision"],
    [{ price: "1e400" }, "price_malformed"],
    [{ price: "0" }, "price_not_positive"],
    [{ price: "-1.1" }, "price_not_positive"],
    [{ type: "market", price: undefined, timeInForce: "GTC" }, "time_in_force_not_allowed"],
    [{ timeInForce: "GTD" }, "expire_time_missing"],
    [{ timeInForce: "GTD", expireTime: "tomorrow" }, "expire_time_missing"],
    [{ timeInForce: "GTD", expireTime: "2020-01-01T00:00:00Z" }, "expire_time_passed"],
    [{ expireTime: "2030-01-01T00:00:00Z" }, "expire_time_not_allowed"],
    [{ timeInForce: "DAY", expireTime: "2030-01-01T00:00:00Z" }, "expire_time_not_allowed"],
    [{ type: "stop", price: undefined }, "trigger_price_missing"],
    [{ triggerPrice: "1.1" }, "trigger_price_not_allowed"],
    [{ type: "stop", price: undefined, triggerPrice: "1.123456" }, "price_precision"],
    [{ type: "stop", price: undefined, triggerPrice: "0" }, "price_not_positive"],
    [{ type: "stop", triggerPrice: "1.1" }, "price_not_allowed"],
    [{ type: "stop_limit", price: undefined, triggerPrice: "1.1" }, "price_missing"],
    [{ type: "trailing_stop", price: undefined }, "trailing_distance_missing"],
    [{ trailingDistance: "0.001" }, "trailing_distance_not_allowed"],
    [{ type: "trailing_stop", price: undefined, trailingDistance: "0" }, "price_not_positive"],
    [{ triggerSide: "mid" }, "trigger_side_not_allowed"],
    [{ priceBound: "1.1" }, "price_bound_not_allowed"],
    [{ type: "market", price: undefined, priceBound: "-1" }, "price_not_positive"],
    [{ ...stop, timeInForce: "IOC" }, "time_in_force_not_allowed"],
  ];
  for (const [change, reason] of cases) assertEquals(check(change), reason, reason);
});

Deno.test("checkOrder() refuses a closed market, and a missing or stale quote", () => {
  assertEquals(check({}, { market: { open: false } }), "market_closed");
  assertEquals(check({}, { market: { status: "closed" } }), "market_closed");
  assertEquals(check({}, { market: { status: "stale" } }), "quote_stale");
  assertEquals(check({}, { market: { status: "quiet" } }), null);
  assertEquals(check({}, { market: { quote: undefined } }), "quote_missing");
});

Deno.test("checkOrder() asks for margin only where the holding grows", () => {
  const poor = { marginAvailable: micros(0n) };
  assertEquals(check({}, { account: poor }), "insufficient_margin");
  assertEquals(check({}, { account: { ...poor, holding: holdingOf(-1_000) } }), null);
  assertEquals(check({}, { account: { ...poor, holding: holdingOf(-500) } }), null);
  assertEquals(
    check({}, { account: { ...poor, holding: holdingOf(-499) } }),
    "insufficient_margin",
  );
  assertEquals(check({ side: "sell" }, { account: { ...poor, holding: holdingOf(1_000) } }), null);
  assertEquals(check({}, { account: { toAccount: null } }), "conversion_rate_missing");
  assertEquals(check({}, { account: { marginAvailable: null } }), "conversion_rate_missing");
  assertEquals(check({}, { account: { openOrders: openOrdersMax } }), "too_many_open_orders");
});

Deno.test("the margin of an order is its notional at mid times the margin rate, rounded up", () => {
  const { terms } = readOrder(request) as ReadOrder & { terms: OrderTerms };
  // 1000 × 1.10005 × 3.3333 % = 36.667966… dollars
  const enough = { ...account, marginAvailable: micros(36_667_967n) };
  const short = { ...account, marginAvailable: micros(36_667_966n) };
  const instrument = instrumentOf("EURUSD" as Symbol);
  assertEquals(
    checkOrder(terms, instrument, { market, account: enough, risk: null, offer: null }),
    null,
  );
  assertEquals(
    checkOrder(terms, instrument, { market, account: short, risk: null, offer: null }),
    "insufficient_margin",
  );
});
