// Goal: whatever order commands, reports, repeats and restarts come in, the stored books are the
// fold of their transactions. Method: random sequences on a real PGlite, then the audit.

import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import type { AccountId, ClientOrderId, TransactionId } from "../../../shared/domain/ids.ts";
import { price, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import {
  type Order,
  orderGroupTypes,
  type OrderTerms,
  orderTypeRules,
  orderTypes,
  positionFills,
} from "../../../shared/domain/orders/order.ts";
import type { ReplaceRequest } from "../../../shared/domain/orders/replace_order.ts";
import { createEventSource } from "../../../shared/runtime/events.ts";
import { auditBooks } from "../audit/audit_books.ts";
import { someRules } from "../testing/books_steps.ts";
import type { Command } from "./commands.ts";
import { Desk, OutcomeUnknown } from "./desk.ts";

import {
  books,
  db,
  ids,
  logger,
  market,
  newDesk,
  now,
  openAccount,
  place,
  prices,
  reportOf,
  symbols,
  termsOf,
} from "../testing/test_desk.ts";

Deno.test("a repeat of an order gets the same order, another order under its id a refusal", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const [first, again] = await Promise.all([
    place(desk, accountId, termsOf("c-1")),
    place(desk, accountId, termsOf("c-1")),
  ]);
  assert(first.ok && again.ok);
  assertEquals(again.order, first.order);
  const other = await place(newDesk(), accountId, termsOf("c-1", { units: units(2_000) }));
  assert(!other.ok);
  assertEquals(other.reason, "duplicate_client_order_id");
  const refused = await place(desk, accountId, termsOf("c-2", { units: units(200_000_000) }));
  const refusedAgain = await place(desk, accountId, termsOf("c-2", { units: units(200_000_000) }));
  assert(!refused.ok && !refusedAgain.ok);
  assertEquals(refusedAgain.reason, "units_above_maximum");
  assertEquals(refusedAgain.order?.orderId, refused.order?.orderId);
});

Deno.test("two desks over one store never lose a change: the later one reads again", async () => {
  const [one, two] = [newDesk(), newDesk()];
  const accountId = await openAccount(one);
  for (let round = 0; round < 5; round++) {
    const outcomes = await Promise.all([
      place(one, accountId, termsOf(`one-${round}`)),
      place(two, accountId, termsOf(`two-${round}`)),
    ]);
    assert(outcomes.every((outcome) => outcome.ok));
  }
  const [account] = await books.loadAccounts([accountId]);
  assertEquals(account?.openOrders, 10);
  assertEquals(await auditBooks(db), []);
});

Deno.test("a store that fails leaves the outcome unknown, and a repeat settles it", async () => {
  let failing = false;
  const desk = new Desk({
    store: {
      ...books,
      commit: (turn) => failing ? Promise.reject(new Error("gone")) : books.commit(turn),
    },
    market: () => market,
    events: createEventSource({ source: "/test", ids, clock: { now: () => now } }),
    logger,
    onStored: () => {},
  });
  const accountId = await openAccount(desk);
  failing = true;
  await assertRejects(() => place(desk, accountId, termsOf("c-1")), OutcomeUnknown);
  failing = false;
  const outcome = await place(desk, accountId, termsOf("c-1"));
  assert(outcome.ok);
  assertEquals(outcome.order?.orderId, `${accountId}.3`);
});

Deno.test("an impossible report fails alone; the others of its turn are booked", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1"));
  assert(placed.ok && placed.order !== null);
  const tooMuch = reportOf(placed.order, { n: 1, execType: "trade", units: 5_000 });
  const sound = reportOf(placed.order, { n: 2, execType: "trade", units: 400 });
  const answers = await Promise.allSettled(
    [tooMuch, sound].map((report) => desk.submit({ kind: "apply_report", accountId, report })),
  );
  assertEquals(answers.map((answer) => answer.status), ["rejected", "fulfilled"]);
  assertEquals(await auditBooks(db), []);
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("place" as const),
      client: fc.integer({ min: 0, max: 8 }),
      symbol: fc.constantFrom(...symbols),
      side: fc.constantFrom("buy" as const, "sell" as const),
      units: fc.integer({ min: 0, max: 40 }).map((n) => n * 1_000),
      type: fc.constantFrom(...orderTypes),
      timeInForce: fc.constantFrom("GTC" as const, "DAY" as const, "FOK" as const),
      positionFill: fc.constantFrom("default" as const, "default" as const, ...positionFills),
      tag: fc.option(fc.constantFrom("breakout", "näive “tag”")),
      exits: fc.boolean(),
      lot: fc.option(fc.nat(20), { freq: 5 }),
      group: fc.option(fc.constantFrom(...orderGroupTypes), { freq: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("report" as const),
      order: fc.nat(20),
      n: fc.nat(3),
      execType: fc.constantFrom(
        "new",
        "triggered",
        "trade",
        "trade",
        "canceled",
        "rejected",
        "expired",
      ),
      share: fc.integer({ min: 1, max: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), order: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("replace" as const),
      order: fc.nat(20),
      request: fc.record({
        units: fc.integer({ min: 0, max: 40 }).map((n) => String(n * 1_000)),
        priceBound: fc.constantFrom("1.5", "150", "0.9"),
        timeInForce: fc.constantFrom("GTC" as const, "DAY" as const, "IOC" as const),
      }, { requiredKeys: [] }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cancel_all" as const),
      symbol: fc.option(fc.constantFrom(...symbols)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function randomTerms(one: Step & { do: "place" }): Partial<OrderTerms> {
  const rule = orderTypeRules[one.type];
  const at = price(prices[one.symbol]!);
  return {
    symbol: one.symbol,
    side: one.side,
    type: one.type,
    timeInForce: one.timeInForce,
    units: units(one.units),
    price: rule.price ? at : null,
    triggerPrice: rule.triggerPrice ? at : null,
    trailingDistance: rule.trailingDistance ? price(50) : null,
    triggerSide: rule.triggerPrice ? "mid" : "default",
    priceBound: rule.atMarket ? at : null,
    positionFill: one.positionFill,
    closeLotId: one.positionFill === "reduce_only" ? one.lot as TransactionId | null : null,
    tag: one.tag,
    onFill: one.exits && one.positionFill !== "reduce_only"
      ? {
        takeProfitPrice: rule.price ? null : price(at + (one.side === "buy" ? 90 : -90)),
        stopLossPrice: null,
        stopLossDistance: price(one.group === null ? 140 : 40),
        guaranteed: one.group === null,
        trailingDistance: price(30),
      }
      : null,
  };
}

/** The order alone, or with a second one in a group. */
function placement(accountId: AccountId, one: Step & { do: "place" }): Command {
  const terms = termsOf(`c-${one.client}`, randomTerms(one));
  const instrument = instrumentOf(terms.symbol);
  if (one.group === null) return { kind: "place_order", accountId, terms, instrument };
  const second = { ...terms, clientOrderId: `${terms.clientOrderId}-b` as ClientOrderId };
  const orders = [{ terms, instrument }, { terms: second, instrument }];
  return { kind: "place_group", accountId, type: one.group, orders };
}

function commandOn(order: Order, one: Step & { do: "cancel" | "replace" | "report" }): Command {
  const { accountId, orderId } = order;
  if (one.do === "cancel") return { kind: "cancel_order", accountId, orderId };
  if (one.do === "replace") {
    const request = one.request as ReplaceRequest;
    return { kind: "replace_order", accountId, orderId, request };
  }
  const report = reportOf(order, {
    n: one.n,
    execType: one.execType as ExecutionReport["execType"],
    units: (order.units / 10) * one.share,
  });
  return { kind: "apply_report", accountId, report };
}

Deno.test("random commands, repeats and restarts leave books that their transactions rebuild", async () => {
  const currencies: AccountCurrency[] = ["USD", "EUR", "JPY"];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...currencies),
      someRules,
      fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
      async (currency, rules, turns) => {
        let desk = newDesk();
        const accountId = await openAccount(desk, currency, rules);
        const orders: Order[] = [];
        for (const turn of turns) {
          // The commands of a turn are submitted together, so they share commits.
          await Promise.allSettled(turn.map(async (one): Promise<void> => {
            if (one.do === "restart") desk = newDesk();
            else if (one.do === "cancel_all") {
              await desk.submit({ kind: "cancel_orders", accountId, symbol: one.symbol });
            } else if (one.do === "place") {
              const outcome = await desk.submit(placement(accountId, one));
              if (outcome.ok) orders.push(...(outcome.orders ?? [outcome.order!]));
            } else {
              const order = orders[one.order % Math.max(1, orders.length)];
              if (order !== undefined) await desk.submit(commandOn(order, one));
            }
          }));
        }
        await desk.idle();
      },
    ),
    { numRuns: 80 },
  );
  assertEquals(await auditBooks(db), []);
});

Deno.test("auditBooks() finds a changed balance, a lost order and an invented posting", async () => {
  const desk = newDesk();
  const accountId = await openAccount(desk);
  const placed = await place(desk, accountId, termsOf("c-1"));
  assert(placed.ok && placed.order !== null);
  await desk.submit({
    kind: "apply_report",
    accountId,
    report: reportOf(placed.order, { n: 1, execType: "trade", units: 400 }),
  });
  await db.updateTable("accounts").set({ balance: "1" }).where("account_id", "=", accountId)
    .execute();
  await db.deleteFrom("orders").where("account_id", "=", accountId).execute();
  await db.insertInto("postings").values({
    account_id: accountId,
    transaction_id: 1,
    line: 1,
    book: "cash",
    currency: "USD",
    amount: "5",
    rate: null,
  }).execute();
  const found = (await auditBooks(db)).map((line) => line.replace(/(table|made): .*/, "$1"));
  assertEquals(found, [
    `${accountId}: account missing or different in its table`,
    `${accountId}: account that no transaction made`,
    `${accountId}: order missing or different in its table`,
    `${accountId}: posting that no transaction made`,
  ]);
});
