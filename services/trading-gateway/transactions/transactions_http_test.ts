// Goal: an account's transactions can be read page by page, by type, without leaving one out, and are
// what the stream told; a snapshot is of one transaction. Method: the real app over PGlite and memory
// streams.

import { assertEquals } from "@std/assert";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { openTestTrading } from "../testing/test_trading.ts";

const trading = await openTestTrading({
  startsAt: "2026-01-07T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send } = trading;
const account = "/v1/accounts/followed";
const order = { symbol: "EURUSD", side: "buy", type: "limit", units: "1000", price: "1.10000" };

async function fillAccount(): Promise<void> {
  await trading.quote("EURUSD", 116_000);
  const body = { accountId: "followed", deposit: "1000" };
  assertEquals((await send("POST", "/v1/accounts", { body })).status, 201);
  for (let at = 0; at < 5; at++) {
    const placed = await send("POST", `${account}/orders`, {
      body: { ...order, clientOrderId: `c-${at}` },
    });
    assertEquals(placed.status, 201);
    if (at % 2 === 0) await send("DELETE", `${account}/orders/${placed.body.orderId}`);
  }
}

interface Page {
  readonly transactions: { transactionId: number; type: string }[];
  readonly lastTransactionId: number;
  readonly next: number;
}

async function pages(query: string): Promise<Page[]> {
  const found: Page[] = [];
  for (let since = 0;;) {
    const { body } = await send("GET", `${account}/transactions?since=${since}&${query}`);
    found.push(body);
    if (body.next === body.lastTransactionId) return found;
    since = body.next;
  }
}

Deno.test("pages of any size, of all types or some, are the account's one sequence", async () => {
  await fillAccount();
  const [whole] = await pages("limit=1000");
  const all = whole!.transactions;
  assertEquals(all.map((one) => one.transactionId), all.map((_, at) => at + 1));
  assertEquals(whole!.lastTransactionId, all.length);
  for (const limit of [1, 2, 3, 4, all.length, all.length + 1]) {
    const read = await pages(`limit=${limit}`);
    assertEquals(read.flatMap((page) => page.transactions), all, `limit ${limit}`);
    for (const types of [["order_cancel_requested"], ["order_accepted", "funds_transferred"]]) {
      const some = await pages(`limit=${limit}&types=${types}`);
      const wanted = all.filter(({ type }) => types.includes(type));
      assertEquals(some.flatMap((page) => page.transactions), wanted, `${types} by ${limit}`);
    }
  }
  const { body: none } = await send("GET", `${account}/transactions?types=order_filled`);
  assertEquals([none.transactions, none.next], [[], all.length]);
  const { body: beyond } = await send("GET", `${account}/transactions?since=900`);
  assertEquals([beyond.transactions, beyond.next], [[], 900]);
});

Deno.test("what the stream told is what HTTP tells", async () => {
  const { body } = await send("GET", `${account}/transactions`);
  const consumer = await trading.streams.consumer({
    topic: topics.transactions.name,
    group: "test",
    consumer: "test",
    redeliverAfterMs: 60_000,
    from: "start",
  });
  const told: unknown[] = [];
  await eventually(async () => {
    for (const { body } of await consumer.read({ max: 100, blockMs: 50 })) {
      told.push(...JSON.parse(body).data.transactions);
    }
    assertEquals(told, body.transactions);
  });
});

Deno.test("a snapshot is the account, its open orders and positions as one transaction left them", async () => {
  const { body: snapshot } = await send("GET", `${account}/snapshot`);
  const { body: account_ } = await send("GET", account);
  const { body: open } = await send("GET", `${account}/orders`);
  assertEquals(snapshot.account, account_);
  assertEquals(snapshot.orders, open.orders.toReversed());
  assertEquals(snapshot.positions, []);
});

Deno.test("types that are none, and accounts that are none, are refused", async () => {
  for (const types of ["order", "", "order_filled,", "order_filled;order_canceled", "*"]) {
    const refused = await send("GET", `${account}/transactions?types=${types}`);
    assertEquals([refused.status, refused.body.code], [400, "invalid_request"], types);
  }
  for (const path of ["transactions", "snapshot"]) {
    const unknown = await send("GET", `/v1/accounts/nobody/${path}`);
    assertEquals([unknown.status, unknown.body.code], [404, "account_unknown"]);
  }
});
