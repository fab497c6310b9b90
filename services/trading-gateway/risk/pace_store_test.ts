// Goal: the limit of an account's pace counts what its client sent and had taken once: not twice when
// a turn is decided anew, not again for a repeat, not what was refused, nor what the platform does by
// itself. Method: desks over a real PGlite, a clock that stands, bursts that are used up to the last.

import { assert, assertEquals } from "@std/assert";
import type { AccountId, OrderId } from "../../../shared/domain/ids.ts";
import { price, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { accountLevel } from "../../../shared/domain/risk/levels.ts";
import { noRule } from "../../../shared/domain/risk/limits.ts";
import type { Outcome } from "../desk/commands.ts";
import type { Desk } from "../desk/desk.ts";
import { newDesk, newRisk, openAccount, place, reportOf, termsOf } from "../testing/test_desk.ts";

/** A desk, and an account that may send so many orders before the clock has to move. */
async function start(burst: number): Promise<{ desk: Desk; accountId: AccountId }> {
  const risk = newRisk();
  const desk = newDesk(risk);
  const accountId = await openAccount(desk);
  const limits = { ...noRule.limits, ordersPerSecondMax: 1, orderBurstMax: burst };
  risk.book.take(accountLevel(accountId), { version: 1, state: "active", limits });
  return { desk, accountId };
}

/** How many orders the account may still send. */
async function left({ desk, accountId }: { desk: Desk; accountId: AccountId }): Promise<number> {
  for (let taken = 0;; taken++) {
    const outcome = await place(desk, accountId, termsOf(`probe-${taken}`));
    if (outcome.ok) continue;
    assertEquals(outcome.reason, "order_rate_above_limit");
    return taken;
  }
}

function orderOf(outcome: Outcome) {
  assert(outcome.ok && outcome.order !== null, JSON.stringify(outcome, (_, v) => String(v)));
  return outcome.order;
}
const replace = (desk: Desk, accountId: AccountId, orderId: OrderId) =>
  desk.submit({ kind: "replace_order", accountId, orderId, request: { price: "1.14000" } });

Deno.test("orders of a turn that is decided anew count once", async () => {
  const { desk, accountId } = await start(4);
  orderOf(await place(desk, accountId, termsOf("held here")));
  // Another writer moves the account on, which this desk finds out when it stores its turn.
  orderOf(await place(newDesk(), accountId, termsOf("elsewhere")));
  const both = await Promise.all(["a", "b"].map((id) => place(desk, accountId, termsOf(id))));
  both.forEach(orderOf);
  assertEquals(await left({ desk, accountId }), 1);
});

Deno.test("a repeat of an order or a replace counts no second time, and what was refused not at all", async () => {
  const { desk, accountId } = await start(4);
  const { orderId } = orderOf(await place(desk, accountId, termsOf("once")));
  assertEquals(orderOf(await place(desk, accountId, termsOf("once"))).orderId, orderId);
  orderOf(await replace(desk, accountId, orderId));
  orderOf(await replace(desk, accountId, orderId));
  const large = await place(desk, accountId, termsOf("large", { units: units(90_000_000) }));
  assert(!large.ok);
  const other = await place(desk, accountId, termsOf("once", { price: price(113_000) }));
  assertEquals(other.ok ? null : other.reason, "duplicate_client_order_id");
  assertEquals(await left({ desk, accountId }), 2);
});

Deno.test("a group counts as its orders; what the platform then does with them is its own", async () => {
  const { desk, accountId } = await start(4);
  const orders = ["one", "other"].map((id) => {
    const terms = termsOf(id);
    return { terms, instrument: instrumentOf(terms.symbol) };
  });
  const group = await desk.submit({ kind: "place_group", accountId, type: "oco", orders });
  assert(group.ok);
  const [one, other] = group.orders!;
  for (const order of [one!, other!]) {
    const report = reportOf(order, { n: 0, execType: "new" });
    await desk.submit({ kind: "apply_report", accountId, report });
  }
  const report = reportOf(one!, { n: 1, execType: "trade", units: 400 });
  const filled = await desk.submit({ kind: "apply_report", accountId, report });
  assert(filled.ok);
  const replacing = filled.account.orders.get(other!.orderId)!.replacing;
  assertEquals(replacing.map((wanted) => Number(wanted.units)), [600], "by the platform");
  assertEquals(await left({ desk, accountId }), 2);
});
