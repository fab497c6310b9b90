// Goal: a strategy that meets an order in the middle of its life knows it as the books do: what it
// cost so far, and which of its replaces are not answered.
// Method: the SDK's client on the real app over PGlite; a venue that reports what the test says.

import { assertEquals } from "@std/assert";
import { createSpotwire, type Order } from "../../../shared/sdk/mod.ts";
import { recallOrder } from "../../../shared/sdk/strategy/follow_account.ts";
import { OrderFold } from "../../../shared/sdk/strategy/order_fold.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { openTestTrading } from "../testing/test_trading.ts";
import { report } from "../testing/venue_reports.ts";

Deno.test("an order recalled from its transactions is the one that the platform has", async () => {
  const trading = await openTestTrading({
    startsAt: "2026-01-07T12:00:00Z",
    authenticate: refusalAuthenticate,
  });
  await trading.quote("EURUSD", 116_000);
  const { app, deps, send } = trading;
  const spotwire = createSpotwire({
    url: "http://trading.test",
    key: "sw_admin",
    fetch: async (request) => await app.fetch(request),
  });
  const accountId = "recalled";
  await send("POST", "/v1/accounts", { body: { accountId, deposit: "100000" } });
  const resting = { symbol: "EURUSD", side: "buy", type: "limit", units: "1000" } as const;
  const place = (clientOrderId: string) =>
    spotwire.placeOrder(accountId, { ...resting, clientOrderId, price: "1.10000" });
  const signal = new AbortController().signal;
  const recalled = async ({ orderId }: Order): Promise<[Order | undefined, OrderFold]> => {
    const { lastTransactionId: upTo } = await spotwire.getAccount(accountId);
    const fold = new OrderFold();
    let order: Order | undefined;
    const about = { accountId, orderId, upTo, signal };
    for (const one of await recallOrder(spotwire, about)) order = fold.apply(one);
    return [order, fold];
  };

  await place("before");
  const order = await place("order");
  await report(deps, order, { execType: "new" });
  await report(deps, order, { execType: "trade", price: 109_999, units: 100 });
  await place("between");
  await report(deps, order, { execType: "trade", price: 109_998, units: 201 });
  await spotwire.replaceOrder(order, { units: "900" });
  await spotwire.replaceOrder(order, { units: "800", price: "1.10010" });
  const [known, fold] = await recalled(order);
  assertEquals(known, await spotwire.getOrder(accountId, order.orderId));
  assertEquals([known?.averagePrice, known?.replacing], ["1.09998", true]);

  // What follows is told from where it was recalled.
  const { lastTransactionId: since } = await spotwire.getAccount(accountId);
  await report(deps, order, { execType: "trade", price: 109_990, units: 150 });
  await report(deps, order, { execType: "canceled" });
  await report(deps, order, { execType: "trade", price: 109_991, units: 7 });
  let last: Order | undefined;
  for (const one of (await spotwire.listTransactions(accountId, { since })).transactions) {
    last = fold.apply(one);
  }
  assertEquals(last, await spotwire.getOrder(accountId, order.orderId));
  assertEquals([last?.status, last?.filledUnits], ["canceled", "458"]);

  // A fill that crosses the end of an order no longer remembered.
  assertEquals((await recalled(order))[0], last);
  await trading.stop();
  await trading.store.close();
});
