// Goal: whoever pays for a guarantee gets it, and nobody gets one after the fact. Method: the real app
// over a real PGlite, and the statement that a client reads.

import { assertEquals } from "@std/assert";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { auditBooks } from "./audit/audit_books.ts";
import { type Answer, openTestTrading } from "./testing/test_trading.ts";
import { report } from "./testing/venue_reports.ts";

const startsAt = "2026-01-07T12:00:00Z";
const trading = await openTestTrading({ startsAt, authenticate: refusalAuthenticate });
const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  trading.send(method, path, body === undefined ? {} : { body });
const codeOf = async (answer: Promise<Answer>) => (await answer).body.code;

/** A thousand euro bought at 1.16010, and the guaranteed stop that came with them. */
async function standing(accountId: string): Promise<Answer["body"]> {
  await trading.quote("EURUSD", 116_000);
  await send("POST", "/v1/accounts", { accountId, deposit: "1000" });
  const orders = `/v1/accounts/${accountId}/orders`;
  const placed = await send("POST", orders, {
    clientOrderId: "entry",
    symbol: "EURUSD",
    side: "buy",
    type: "market",
    units: "1000",
    guaranteedStopLossOnFill: { price: "1.15000" },
  });
  assertEquals(placed.body.guaranteedStopLossOnFill, { price: "1.15000" });
  await report(trading.deps, placed.body, { execType: "trade", price: 116_010 });
  const { body } = await send("GET", orders);
  await report(trading.deps, body.orders[0], { execType: "new" });
  return body.orders[0];
}
const pathOf = (order: Answer["body"]) => `/v1/accounts/${order.accountId}/orders/${order.orderId}`;

Deno.test("a guaranteed stop is charged when it fills, and the statement says so", async () => {
  const stop = await standing("gapped");
  assertEquals([stop.type, stop.triggerPrice, stop.guaranteedPremium], [
    "stop",
    "1.15000",
    "0.00010",
  ]);
  await report(trading.deps, stop, { execType: "triggered", price: 90_000 });
  await report(trading.deps, stop, { execType: "trade", price: 115_000 });
  const { body } = await send("GET", "/v1/accounts/gapped/transactions?since=0");
  const fill = body.transactions.at(-1);
  assertEquals([fill.paid, fill.premium, fill.premiumAmount], [
    "-10.100000",
    "0.100000",
    "0.100000",
  ]);
  const statement = await send("GET", "/v1/accounts/gapped/statement");
  const { closingBalance, totals, instruments } = statement.body;
  assertEquals([closingBalance, totals.premium, instruments[0].premium], [
    "989.800000",
    "-0.100000",
    "-0.100000",
  ]);
});

Deno.test("a guaranteed stop moves at prices of now, away from them, and is canceled there alone", async () => {
  const stop = await standing("moved");
  const replace = (body: unknown) => send("PUT", pathOf(stop), body);
  assertEquals(await codeOf(replace({ triggerPrice: "1.15901" })), "guaranteed_stop_too_close");
  assertEquals(await codeOf(replace({ priceBound: "1.1" })), "price_bound_not_allowed");
  assertEquals((await replace({ triggerPrice: "1.15900" })).status, 202);
  trading.clock.advanceBy(60_000); // the price is too old by now
  assertEquals(await codeOf(replace({ triggerPrice: "1.14000" })), "guaranteed_stop_locked");
  assertEquals(await codeOf(send("DELETE", pathOf(stop))), "guaranteed_stop_locked");
  assertEquals((await send("DELETE", "/v1/accounts/moved/orders")).body.orders, []);
  const kill = { killId: "k-1", level: "account:moved", reason: "a test" };
  assertEquals((await send("POST", "/v1/risk/kill", kill)).body.canceled.asked, 1);
  assertEquals(await auditBooks(trading.deps.db), []);
});
