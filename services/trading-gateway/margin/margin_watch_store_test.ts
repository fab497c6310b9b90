// Goal: an account whose equity falls is called, closed as far as it takes, never left below zero,
// and each step is a transaction that the books can be rebuilt from. Method: the real gateway over a
// real PGlite; fills come as reports of a venue.

import { assert, assertEquals } from "@std/assert";
import type { AccountId, ExecId, OrderId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { openTestTrading } from "../testing/test_trading.ts";

const trading = await openTestTrading({
  startsAt: "2026-03-04T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send, deps, clock } = trading;
let fills = 0;

async function fill(orderId: string, symbol: string, of: { units: number; price: number }) {
  const accountId = orderId.split(".")[0] as AccountId;
  const outcome = await deps.desk.submit({
    kind: "apply_report",
    accountId,
    report: {
      venue: "test",
      execId: `m-${fills++}` as ExecId,
      accountId,
      orderId: orderId as OrderId,
      symbol: symbol as Symbol,
      time: clock.now(),
      text: null,
      execType: "trade",
      units: units(of.units),
      price: price(of.price),
    },
  });
  assert(outcome.ok);
}

async function openAccount(accountId: string, size: number): Promise<void> {
  await send("POST", "/v1/accounts", { body: { accountId, deposit: "1000" } });
  const body = {
    clientOrderId: "c-1",
    symbol: "EURUSD",
    side: "buy",
    type: "market",
    units: String(size),
  };
  const placed = await send("POST", `/v1/accounts/${accountId}/orders`, { body });
  assertEquals(placed.status, 201);
  await fill(placed.body.orderId, "EURUSD", { units: size, price: 116_010 });
}

async function since(accountId: string, id: number): Promise<Record<string, string>[]> {
  const { body } = await send("GET", `/v1/accounts/${accountId}/transactions?since=${id}`);
  return body.transactions;
}
const types = (all: Record<string, string>[]) => all.map((one) => one.type);

Deno.test("a fall calls the account, then closes part of its position, and a rise ends the call", async () => {
  await trading.quote("EURUSD", 116_000);
  // Margin is 3.3333 % of 29,000 dollars: 966.69.
  await openAccount("called", 25_000);
  assertEquals(types(await since("called", 4)), []);
  await trading.quote("EURUSD", 115_800);
  await eventually(async () =>
    assertEquals(types(await since("called", 4)), ["margin_call_entered"])
  );
  const account = await send("GET", "/v1/accounts/called");
  assertEquals([account.body.marginCall, account.body.equity], [true, "947.500000"]);
  await trading.quote("EURUSD", 116_200);
  await eventually(async () =>
    assertEquals(types(await since("called", 5)), ["margin_call_exited"])
  );
  // 25,000 * 0.0221 lost: equity 447.50 on a margin of 948.3, below one half.
  await trading.quote("EURUSD", 113_800);
  await eventually(async () =>
    assertEquals(types(await since("called", 6)), ["margin_call_entered", "order_accepted"])
  );
  const [, order] = await since("called", 6);
  assertEquals(
    [order!.reason, order!.side, order!.orderType, order!.timeInForce],
    ["stop_out", "sell", "market", "IOC"],
  );
  const part = Number(order!.units);
  assert(part > 0 && part < 25_000, `only a part: ${part}`);
  await trading.quote("EURUSD", 113_799);
  await deps.desk.submit({ kind: "assess_margin", accountId: "called" as AccountId });
  const more = (await since("called", 8)).map((one) => Number(one.units));
  assert(
    more.reduce((sum, one) => sum + one, 0) < 100,
    `what is on its way counts as closed: ${more}`,
  );
  await fill(order!.orderId!, "EURUSD", { units: part, price: 113_799 });
  const { body } = await send("GET", "/v1/accounts/called");
  assert(Number(body.equity) * 2 >= Number(body.marginUsed) - 1, JSON.stringify(body));
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("what a gap leaves below zero is made good by a transaction of its own", async () => {
  await trading.quote("EURUSD", 116_000);
  await openAccount("gapped", 25_000);
  await trading.quote("EURUSD", 110_000);
  await eventually(async () =>
    assertEquals(types(await since("gapped", 4)), ["margin_call_entered", "order_accepted"])
  );
  const [, order] = await since("gapped", 4);
  assertEquals(order!.units, "25000", "all of it, for equity is gone");
  await fill(order!.orderId!, "EURUSD", { units: 25_000, price: 110_000 });
  await eventually(async () =>
    assertEquals(types(await since("gapped", 6)), [
      "order_filled",
      "margin_call_exited",
      "balance_adjusted",
    ])
  );
  const adjusted = (await since("gapped", 8))[0]!;
  assertEquals([adjusted.amount, adjusted.reason], ["502.500000", "negative_balance_protection"]);
  const { body } = await send("GET", "/v1/accounts/gapped");
  assertEquals([body.balance, body.marginCall], ["0.000000", false]);
  assertEquals(await auditBooks(deps.db), []);
});

Deno.test("an order id of the platform's own is refused to a client", async () => {
  const body = {
    clientOrderId: "sw:stop-out:EURUSD:9",
    symbol: "EURUSD",
    side: "buy",
    type: "market",
    units: "1",
  };
  const single = await send("POST", "/v1/accounts/called/orders", { body });
  const group = await send("POST", "/v1/accounts/called/orderGroups", {
    body: { type: "oco", orders: [{ ...body, clientOrderId: "g-1" }, body] },
  });
  for (const answer of [single, group]) {
    assertEquals([answer.status, answer.body.code], [422, "client_order_id_reserved"]);
  }
});
