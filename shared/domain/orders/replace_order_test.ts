import { assertEquals, assertThrows } from "@std/assert";
import { applyTransaction } from "../books.ts";
import { ImpossibleTransaction } from "../impossible_transaction.ts";
import { emptyAccount } from "../account.ts";
import type { AccountId, OrderId, TransactionId } from "../ids.ts";
import { price, units } from "../instrument.ts";
import { epochMs } from "../time.ts";
import type { Transaction } from "../transaction.ts";
import type { Order, Replacement } from "./order.ts";
import { type ReadOrder, readOrder } from "./read_order.ts";
import type { RejectReason } from "./rejects.ts";
import {
  asksNothingNew,
  checkReplacement,
  readReplacement,
  type ReplaceRequest,
} from "./replace_order.ts";

const now = epochMs(Date.UTC(2026, 0, 14, 12));
const accountId = "demo" as AccountId;
const orderId = "demo.2" as OrderId;

type Change = Record<string, unknown> & { type: Transaction["type"] };

/** An account with one order resting, and a way to book on it. */
function booked(over: Record<string, string> = {}) {
  const account = emptyAccount(accountId);
  const book = (change: Change) =>
    applyTransaction(account, {
      accountId,
      transactionId: (account.lastTransactionId + 1) as TransactionId,
      time: now,
      orderId,
      ...change,
    } as unknown as Transaction);
  const request = { clientOrderId: "c", symbol: "EURUSD", side: "buy", units: "1000" } as const;
  const read = readOrder(
    { ...request, type: "limit", price: "1.1", ...over } as typeof request & {
      type: "limit";
    },
  );
  book({ type: "account_opened", currency: "USD" });
  book({ type: "order_accepted", terms: (read as ReadOrder).terms });
  book({ type: "order_acknowledged" });
  const order = (): Order => account.orders.get(orderId)!;
  const ask = (replacement: Partial<Replacement>) => {
    const whole = { ...readReplacement({}, order(), now) as Replacement, ...replacement };
    book({ type: "order_replace_requested", symbol: order().symbol, replacement: whole });
    return whole;
  };
  return { book, order, ask };
}

const fill = (count: number): Change => ({
  type: "order_filled",
  venue: "test",
  execId: "e",
  symbol: "EURUSD",
  units: count,
  price: 110_000,
  realised: 0n,
  realisedCurrency: "USD",
  paid: 0n,
  rate: 1n,
});

Deno.test("a replace leaves what it does not name, and the same terms again ask for nothing", () => {
  const { order } = booked();
  const read = readReplacement({ price: "1.2" }, order(), now) as Replacement;
  assertEquals([read.revision, read.price, read.units], [1, 120_000, 1_000]);
  assertEquals(asksNothingNew(order(), read), false);
  const same = readReplacement({ price: "1.10000", units: "1000" }, order(), now) as Replacement;
  assertEquals(asksNothingNew(order(), same), true);
});

Deno.test("readReplacement() and checkReplacement() name each fault", () => {
  const check = (request: ReplaceRequest, over: Record<string, string> = {}, filled = 0) => {
    const { order, book } = booked(over);
    if (filled > 0) book(fill(filled));
    const read = readReplacement(request, order(), now);
    return typeof read === "string" ? read : checkReplacement(order(), read, now);
  };
  const cases: [ReplaceRequest, RejectReason | null, Record<string, string>?, number?][] = [
    [{ units: "2000" }, null],
    [{ timeInForce: "DAY" }, null],
    [{ timeInForce: "GTD", expireTime: "2027-01-01T00:00:00Z" }, null],
    [{ units: "x" }, "units_malformed"],
    [{ units: "0" }, "units_not_positive"],
    [{ price: "1.123456" }, "price_precision"],
    [{ price: "-1" }, "price_not_positive"],
    [{ triggerPrice: "1.1" }, "trigger_price_not_allowed"],
    [{ timeInForce: "GTD" }, "expire_time_missing"],
    [{ expireTime: "2027-01-01T00:00:00Z" }, "expire_time_not_allowed"],
    [{ timeInForce: "GTD", expireTime: "2020-01-01T00:00:00Z" }, "expire_time_passed"],
    [{ timeInForce: "IOC" }, "time_in_force_not_allowed"],
    [{ price: "1.2" }, "order_not_replaceable", { timeInForce: "IOC" }],
    [{ units: "400" }, "units_already_filled", {}, 400],
    [{ units: "401" }, null, {}, 400],
  ];
  for (const [request, reason, over, filled] of cases) {
    assertEquals(check(request, over, filled), reason, JSON.stringify(request));
  }
});

Deno.test("replaces are answered one by one; fills between count under the terms that stand", () => {
  const { book, order, ask } = booked();
  const first = ask({ units: units(3_000) });
  const second = ask({ units: units(2_000), price: price(111_000) });
  assertEquals([order().status, order().units, order().replacing.length], [
    "pending_replace",
    1_000,
    2,
  ]);
  assertThrows(() => book(fill(1_001)), ImpossibleTransaction);
  book({ type: "order_replaced", replacement: first });
  book(fill(1_500));
  assertEquals([order().status, order().units, order().filledUnits], [
    "pending_replace",
    3_000,
    1_500,
  ]);
  book({ type: "order_replaced", replacement: second });
  assertEquals([order().status, order().units, order().price], [
    "partially_filled",
    2_000,
    111_000,
  ]);
  assertThrows(() => book({ type: "order_replaced", replacement: second }), ImpossibleTransaction);
});

Deno.test("a refused replace leaves the terms, and its number is not used again", () => {
  const { book, order, ask } = booked();
  ask({ units: units(3_000) });
  book({ type: "order_replace_rejected", revision: 1, text: "no" });
  assertEquals([order().status, order().units, order().text], ["new", 1_000, "no"]);
  assertEquals(ask({ units: units(4_000) }).revision, 2);
});

Deno.test("a cancel under way takes no replace, and an end forgets those under way", () => {
  const { book, order, ask } = booked();
  const first = ask({ units: units(3_000) });
  book({ type: "order_cancel_requested" });
  assertThrows(() => ask({}), ImpossibleTransaction);
  book({ type: "order_replaced", replacement: first });
  assertEquals([order().status, order().units], ["pending_cancel", 3_000]);
  book({ type: "order_canceled", text: null });
  assertEquals([order().status, order().replacing], ["canceled", []]);
});
