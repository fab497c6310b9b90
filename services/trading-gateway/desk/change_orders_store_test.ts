// Goal: a replace and a cancel of many keep the books, whoever wins the race. Method: the real desk
// on a real PGlite, then the audit.

import { assert, assertEquals } from "@std/assert";
import { price, units } from "../../../shared/domain/instrument.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import type { ReplaceRequest } from "../../../shared/domain/orders/replace_order.ts";
import { auditBooks } from "../audit/audit_books.ts";

import {
  db,
  newDesk,
  openAccount,
  place,
  prices,
  reportOf,
  symbols,
  termsOf,
} from "../testing/test_desk.ts";

Deno.test("a fill that wins the race against a replace is booked, and the replace is refused", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1"));
  assert(placed.ok && placed.order !== null);
  const { orderId } = placed.order;
  const replace = (request: ReplaceRequest) =>
    desk.submit({ kind: "replace_order", accountId, orderId, request });
  const asked = await replace({ units: "5000" });
  const again = await replace({ units: "5000" });
  assert(asked.ok && again.ok);
  assertEquals([asked.order?.status, again.order], ["pending_replace", asked.order]);
  const done = await desk.submit({
    kind: "apply_report",
    accountId,
    report: reportOf(placed.order, { n: 1, execType: "trade" }),
  });
  assert(done.ok);
  assertEquals([done.order?.status, done.order?.text], ["filled", "the order ended first"]);
  const late = await replace({ units: "6000" });
  assert(!late.ok);
  assertEquals(late.reason, "order_not_open");
  const { body } = await db.selectFrom("transactions").select("body")
    .where("account_id", "=", accountId).where("type", "=", "order_replace_rejected")
    .executeTakeFirstOrThrow();
  assertEquals((body as { revision: number }).revision, 1);
  assertEquals(await auditBooks(db), []);
});

Deno.test("an order asked for again is the same order after it was replaced, or cut with its position", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const terms = termsOf("c-1");
  const placed = await place(desk, accountId, terms);
  assert(placed.ok && placed.order !== null);
  const { orderId } = placed.order;
  const report = (order: Order, about: Parameters<typeof reportOf>[1]) =>
    desk.submit({ kind: "apply_report", accountId, report: reportOf(order, about) });
  await desk.submit({ kind: "replace_order", accountId, orderId, request: { units: "5000" } });
  await report(placed.order, { n: 1, execType: "replaced" });
  const again = await place(desk, accountId, terms);
  assert(again.ok && again.order !== null);
  assertEquals([again.order.orderId, again.order.units], [orderId, units(5_000)]);
  const other = await place(desk, accountId, { ...terms, units: units(5_000) });
  assertEquals(!other.ok && other.reason, "duplicate_client_order_id");

  await report(again.order, { n: 2, execType: "trade" });
  const closing = (id: string, size: number) =>
    termsOf(id, {
      side: "sell",
      units: units(size),
      positionFill: "reduce_only",
      price: price(117_000),
    });
  const cut = await place(desk, accountId, closing("c-2", 5_000));
  const sold = await place(desk, accountId, termsOf("c-3", { side: "sell", units: units(2_000) }));
  assert(cut.ok && cut.order !== null && sold.ok && sold.order !== null);
  await report(sold.order, { n: 3, execType: "trade" });
  await report(cut.order, { n: 1, execType: "replaced" });
  // Read from the store, as by a desk that has just started.
  const repeated = await place(newDesk(), accountId, closing("c-2", 5_000));
  assert(repeated.ok && repeated.order !== null);
  assertEquals([repeated.order.orderId, repeated.order.units], [cut.order.orderId, units(3_000)]);
  assertEquals(await auditBooks(db), []);
});

Deno.test("a larger size needs the margin of what it adds; a smaller one never does", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1", { units: units(10_000) }));
  assert(placed.ok && placed.order !== null);
  const { orderId } = placed.order;
  const replace = (request: ReplaceRequest) =>
    desk.submit({ kind: "replace_order", accountId, orderId, request });
  const greedy = await replace({ units: "90000000" });
  assertEquals([greedy.ok, !greedy.ok && greedy.reason], [false, "insufficient_margin"]);
  assert((await replace({ units: "5000" })).ok);
  assert((await replace({ units: "20000", price: "1.14000" })).ok);
});

Deno.test("one command asks for every open order of a symbol to be canceled", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const traded = symbols.filter((symbol) => symbol.includes("USD"));
  for (const [n, symbol] of [...traded, ...traded].entries()) {
    const at = price(prices[symbol]! - 100);
    assert((await place(desk, accountId, termsOf(`c-${n}`, { symbol, price: at }))).ok);
  }
  const one = await desk.submit({ kind: "cancel_orders", accountId, symbol: symbols[0]! });
  const all = await desk.submit({ kind: "cancel_orders", accountId, symbol: null });
  assert(one.ok && all.ok);
  assertEquals([one.orders?.length, all.orders?.length], [2, 4]);
  assert(all.orders!.every((order) => order.status === "pending_cancel"));
  assertEquals(await auditBooks(db), []);
});
