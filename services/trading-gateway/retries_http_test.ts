// Goal: a client that lost the answer may send any trading request again: nothing happens twice, and
// the second answer tells what the first did. Method: every route that changes something, twice, over
// the real app; the account's transactions must be the same after the second.

import { assertEquals } from "@std/assert";
import { fundsRoutes } from "../../shared/contracts/http/funds.ts";
import { tradingRoutes } from "../../shared/contracts/http/trading.ts";
import { transactionRoutes } from "../../shared/contracts/http/transactions.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { type Answer, openTestTrading } from "./testing/test_trading.ts";

const trading = await openTestTrading({
  startsAt: "2026-01-07T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send } = trading;
const account = "/v1/accounts/again";
const order = {
  clientOrderId: "c-1",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "1000",
  price: "1.10000",
};
const exit = { ...order, side: "sell", positionFill: "reduce_only" };
const group = {
  type: "bracket",
  orders: [
    { ...order, clientOrderId: "g-1" },
    { ...exit, clientOrderId: "g-2", price: "1.20000" },
    { ...exit, clientOrderId: "g-3", type: "stop", price: undefined, triggerPrice: "1.05000" },
  ],
};

/** In the order they are sent; `again` where the second answer is not the first. */
const requests: readonly {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly again?: (answer: Answer) => void;
}[] = [
  {
    operation: "openAccount",
    method: "POST",
    path: "/v1/accounts",
    body: { accountId: "again", deposit: "1000" },
    again: ({ status, body }) => assertEquals([status, body.code], [409, "account_exists"]),
  },
  { operation: "placeOrder", method: "POST", path: `${account}/orders`, body: order },
  {
    operation: "replaceOrder",
    method: "PUT",
    path: `${account}/orders/again.3`,
    body: { price: "1.09000" },
  },
  { operation: "cancelOrder", method: "DELETE", path: `${account}/orders/again.3` },
  { operation: "placeOrderGroup", method: "POST", path: `${account}/orderGroups`, body: group },
  { operation: "cancelOrders", method: "DELETE", path: `${account}/orders?symbol=EURUSD` },
  {
    operation: "deposit",
    method: "POST",
    path: `${account}/deposits`,
    body: { fundsId: "f-1", amount: "5" },
  },
  {
    operation: "withdraw",
    method: "POST",
    path: `${account}/withdrawals`,
    body: { fundsId: "f-2", amount: "5" },
  },
  {
    operation: "transfer",
    method: "POST",
    path: `${account}/transfers`,
    body: { fundsId: "f-3", amount: "5", toAccountId: "other" },
  },
];

Deno.test("every request that changes something can be sent again, and changes nothing then", async () => {
  await trading.quote("EURUSD", 116_000);
  await send("POST", "/v1/accounts", { body: { accountId: "other", deposit: "1" } });
  const log = async () => [
    (await send("GET", `${account}/transactions`)).body.transactions,
    (await send("GET", "/v1/accounts/other/transactions")).body.transactions,
  ];
  for (const { operation, method, path, body, again } of requests) {
    const about = body === undefined ? {} : { body };
    const first = await send(method, path, about);
    assertEquals(Math.floor(first.status / 100), 2, `${operation}: ${JSON.stringify(first.body)}`);
    const before = await log();
    const second = await send(method, path, about);
    if (again !== undefined) again(second);
    else assertEquals(second.status, first.status, `${operation}: ${JSON.stringify(second.body)}`);
    if (again === undefined && operation !== "cancelOrders") {
      assertEquals(second.body, first.body, operation);
    }
    assertEquals(await log(), before, operation);
  }
});

Deno.test("no route that changes something is left out", () => {
  const changing = [...tradingRoutes, ...transactionRoutes, ...fundsRoutes]
    .filter(({ method }) => (method as string) !== "get").map((route) => route.operationId);
  assertEquals(requests.map(({ operation }) => operation).toSorted(), changing.toSorted());
});
