// Goal: entries, exits, groups and held orders hang together whatever the market does, stop-outs
// too. Method: the desk's rules and the venue's engine face to face (`testing/linked_world.ts`); the
// transactions are folded anew after each run.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { emptyAccount } from "../../../shared/domain/account.ts";
import { applyTransaction } from "../../../shared/domain/books.ts";
import { closableUnits } from "../../../shared/domain/holdings.ts";
import { price } from "../../../shared/domain/instrument.ts";
import { stopOutPrefix } from "../../../shared/domain/margin.ts";
import { micros } from "../../../shared/domain/money.ts";
import { openOrdersMax } from "../../../shared/domain/orders/check_order.ts";
import { isOpen, type Order, remainingUnits } from "../../../shared/domain/orders/order.ts";
import type { OrderRequest } from "../../../shared/domain/orders/read_order.ts";
import { someRules } from "../testing/books_steps.ts";
import { accountId, exits, guarded, read, stopIn, World } from "../testing/linked_world.ts";

Deno.test("an entry's fill places its exits in the same turn; a winner cancels the others", () => {
  const world = new World();
  const { orderId } = world.place(exits);
  world.deliver();
  assertEquals(world.exits(), []);
  world.move(99_970);
  const fill = world.transactions.findIndex((one) => one.type === "order_filled");
  assertEquals(world.transactions.slice(fill + 1, fill + 4).map((one) => one.type), [
    "order_accepted",
    "order_accepted",
    "order_accepted",
  ]);
  assertEquals(world.exits(), [
    ["limit", 10_000, "new"],
    ["stop", 10_000, "new"],
    ["trailing_stop", 10_000, "new"],
  ]);
  const stop = [...world.account.orders.values()].find((one) => one.type === "stop")!;
  assertEquals([stop.parentOrderId, stop.triggerPrice], [orderId, price(99_680)]);
  world.move(100_500);
  assertEquals(world.exits(), [
    ["limit", 10_000, "filled"],
    ["stop", 10_000, "canceled"],
    ["trailing_stop", 10_000, "canceled"],
  ]);
  assertEquals(world.position, 0);
});

Deno.test("a guaranteed stop loses what it was to lose, and its premium, when the market gaps", () => {
  const world = new World();
  world.place(guarded);
  world.move(99_970);
  assertEquals([stopIn(world).triggerPrice, stopIn(world).guaranteedPremium], [
    price(99_700),
    price(10),
  ]);
  const before = world.account.balance;
  world.move(80_000);
  // 10,000 from 0.99980 to 0.99700, and a pip each.
  assertEquals(world.account.balance - before, -28_000_000n - 1_000_000n);
  assertEquals(world.position, 0);
});

Deno.test("a guaranteed stop that never fills costs nothing", () => {
  const world = new World();
  world.place({ ...guarded, takeProfitOnFill: { price: "1.00500" } });
  world.move(99_970);
  const before = world.account.balance;
  world.move(100_600);
  assertEquals(world.account.balance - before, 62_000_000n);
  assertEquals(world.exits().map(([, , status]) => status), ["filled", "canceled"]);
});

Deno.test("an entry filled beyond its guaranteed stop is not paid the way back", () => {
  const world = new World();
  world.place(guarded);
  world.deliver();
  world.move(90_000);
  assertEquals(stopIn(world).triggerPrice, price(90_010 - 100));
  world.move(85_000);
  assertEquals([world.position, stopIn(world).filledCost], [0, 89_910n * 10_000n]);
  const short = new World();
  short.place({
    side: "sell",
    price: "1.00010",
    guaranteedStopLossOnFill: { distance: "0.00200" },
  });
  short.deliver();
  short.move(100_500);
  assertEquals(stopIn(short).triggerPrice, price(100_700));
});

Deno.test("two stops that one price sets off close the position once", () => {
  const world = new World();
  world.place(exits);
  world.move(99_970);
  world.move(99_000); // beyond the stop and the trailing stop alike
  assertEquals(world.position, 0);
  assertEquals(world.exits().filter(([, , status]) => status === "filled").length, 1);
});

Deno.test("exits grow with an entry filled in parts, and are cut when the position is closed by hand", () => {
  const world = new World({ partialShare: 1 });
  const order = world.place(exits);
  world.deliver();
  for (let bid = 99_970; world.account.orders.get(order.orderId)!.status !== "filled"; bid--) {
    world.move(bid);
    for (const [, units] of world.exits()) assertEquals(units, world.position);
  }
  const close = { side: "sell", type: "market", price: undefined, timeInForce: "IOC" } as const;
  while (world.position > 0) {
    world.place({ ...close, units: String(Math.min(world.position, 4_000)) });
    world.deliver();
    const open = [...world.account.orders.values()].filter((one) =>
      one.positionFill === "reduce_only" && one.status === "new"
    );
    for (const one of open) assert(one.units - one.filledUnits <= world.position);
    world.move(99_900 + world.transactions.length % 7);
  }
  assert(world.exits().every(([, , status]) => status === "canceled"));
});

Deno.test("an entry that only reduces a position places no exits", () => {
  const world = new World();
  world.place({ side: "sell", type: "market", price: undefined, units: "50000" });
  world.deliver();
  world.place(exits);
  world.move(99_970);
  assertEquals([world.position, world.exits()], [-40_000, []]);
});

Deno.test("an oco group: what one fills is taken off the other, and one that is done cancels it", () => {
  const world = new World();
  const placed = world.group("oco", [
    { price: "0.99900" },
    { type: "stop", price: undefined, triggerPrice: "1.00100" },
  ]);
  assert(placed.ok);
  world.deliver();
  world.move(100_095);
  assertEquals(world.statuses(), ["canceled", "filled"]);
});

Deno.test("a bracket holds its exits until the entry is filled, then releases them together", () => {
  const world = new World();
  const sell = { side: "sell", positionFill: "reduce_only" } as const;
  const bracket = [
    {},
    { ...sell, price: "1.00500" },
    { ...sell, type: "stop", price: undefined, triggerPrice: "0.99500" },
  ] as const;
  const first = world.group("bracket", bracket);
  world.deliver();
  assertEquals(world.statuses(), ["new", "held", "held"]);
  const before = world.transactions.length;
  const again = world.group("bracket", bracket);
  assert(first.ok && again.ok);
  assertEquals(again.orders!.map((one) => one.orderId), first.orders!.map((one) => one.orderId));
  assertEquals(world.transactions.length, before);
  const mixed = world.group("oco", bracket.map((one) => ({ ...one })));
  assertEquals(!mixed.ok && mixed.reason, "duplicate_client_order_id");
  world.move(99_970);
  assertEquals(world.statuses(), ["filled", "new", "new"]);
  world.move(99_400);
  assertEquals([world.statuses(), world.position], [["filled", "canceled", "filled"], 0]);
});

Deno.test("a group is refused whole, with its reason again on a repeat; an end gives up held orders", () => {
  const world = new World();
  const bad = [{}, { units: "0", price: "1.00500" }];
  for (let n = 0; n < 2; n++) {
    const refused = world.group("oto", bad);
    assert(!refused.ok);
    assertEquals(refused.reason, "units_not_positive");
    assertEquals(refused.orders!.map((one) => one.rejectReason), [
      "group_refused",
      "units_not_positive",
    ]);
  }
  const other = new World();
  const placed = other.group("oto", [{}, { side: "sell", price: "1.00500" }]);
  assert(placed.ok);
  other.deliver();
  other.do({ kind: "cancel_order", accountId, orderId: placed.orders![0]!.orderId });
  other.deliver();
  assertEquals(other.statuses(), ["canceled", "canceled"]);
});

const behind = { symbol: "USDJPY", type: "market", price: undefined, units: "1" } as const;
const thousandDollars = { deposit: micros(1_000_000_000n) };
const released: [string, Partial<OrderRequest>, string, string | null][] = [
  ["needs more margin than there is", { units: "10000000" }, "canceled", "insufficient_margin"],
  [
    "would open a position and may only reduce one",
    { side: "sell", price: "1.00500", positionFill: "reduce_only" },
    "canceled",
    "reduce_only_would_open",
  ],
  [
    "has expired",
    { timeInForce: "GTD", expireTime: "2026-01-07T12:00:00.005Z" },
    "canceled",
    "expire_time_passed",
  ],
  ["lives to the end of the day", { timeInForce: "DAY" }, "new", null],
  ["passes the check", {}, "new", null],
];
for (const [what, second, status, text] of released) {
  Deno.test(`a held order that ${what} is ${status === "new" ? "released" : "canceled"} when its turn comes`, () => {
    const world = new World(thousandDollars);
    const placed = world.group("oto", [behind, second]);
    assert(placed.ok);
    for (let n = 0; n < 5; n++) world.quote(100_000);
    world.deliver();
    const [first, held] = placed.orders!.map(({ orderId }) => world.account.orders.get(orderId)!);
    assertEquals([first!.status, held!.status, held!.text], ["filled", status, text]);
  });
}

/** An account of 1,000 dollars whose long EURUSD position the next assessment closes. */
function fallen(resting = 0): World {
  const world = new World(thousandDollars);
  world.place({ type: "market", price: undefined, units: "25000" });
  world.deliver();
  for (let n = 0; n < resting; n++) world.place({ units: "1", price: "0.90000" });
  world.deliver();
  world.move(96_400);
  return world;
}
const stopOutsOf = (world: World) =>
  [...world.account.orders.values()].filter((one) => one.clientOrderId.startsWith(stopOutPrefix));

Deno.test("an account with the most open orders allowed is stopped out all the same", () => {
  const world = fallen(openOrdersMax);
  assertEquals(world.account.openOrders, openOrdersMax);
  world.do({ kind: "assess_margin", accountId });
  assertEquals(stopOutsOf(world).length, 1);
});

Deno.test("a client can neither cancel nor replace the order that closes its position", () => {
  const world = fallen();
  world.do({ kind: "assess_margin", accountId });
  const [{ orderId }] = stopOutsOf(world) as [Order];
  for (
    const command of [
      { kind: "cancel_order", accountId, orderId },
      { kind: "replace_order", accountId, orderId, request: { units: "1" } },
    ] as const
  ) {
    const { outcome } = world.do(command);
    assertEquals(!outcome.ok && outcome.reason, "order_of_stop_out");
  }
  const all = world.do({ kind: "cancel_orders", accountId, symbol: null });
  assertEquals(all.outcome.ok && all.outcome.orders, []);
  world.deliver();
  assertEquals(stopOutsOf(world)[0]!.status, "filled");
});

const side = fc.constantFrom("buy" as const, "sell" as const);
const pips = (at: number) => (at / 1e5).toFixed(5);
const step = fc.oneof(
  fc.record({ do: fc.constant("quote" as const), bid: fc.integer({ min: 99_000, max: 101_000 }) }),
  fc.record({ do: fc.constant("deliver" as const), most: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    do: fc.constant("place" as const),
    side,
    units: fc.integer({ min: 1, max: 30 }),
    away: fc.integer({ min: 10, max: 900 }),
    market: fc.boolean(),
    exits: fc.boolean(),
    reduces: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("group" as const),
    type: fc.constantFrom("oco" as const, "oto" as const, "bracket" as const),
    side,
    units: fc.integer({ min: 1, max: 30 }),
    reduces: fc.boolean(),
  }),
  // How far the price goes against the position before the margin is assessed.
  fc.record({ do: fc.constant("assess" as const), against: fc.integer({ min: 0, max: 6_000 }) }),
  fc.record({ do: fc.constant("cancel" as const), order: fc.nat(30) }),
  fc.record({ do: fc.constant("replace" as const), order: fc.nat(30), units: fc.nat(40) }),
);

function take(world: World, one: typeof step extends fc.Arbitrary<infer T> ? T : never, n: number) {
  const orders = [...world.account.orders.values()];
  const up = "side" in one && one.side === "buy" ? 1 : -1;
  if (one.do === "quote") world.quote(one.bid);
  else if (one.do === "deliver") world.deliver(one.most);
  else if (one.do === "assess") {
    world.quote(100_000 - Math.sign(world.position) * one.against);
    world.do({ kind: "assess_margin", accountId });
  } else if (one.do === "place") {
    const at = 100_000 - up * one.away;
    const request: OrderRequest = {
      clientOrderId: `p${n}`,
      symbol: "EURUSD",
      side: one.side,
      type: one.market ? "market" : "limit",
      units: String(one.units * 100),
      ...(one.market ? {} : { price: pips(at) }),
      ...(one.reduces ? { positionFill: "reduce_only" } : {}),
      ...(one.exits && !one.reduces
        ? {
          takeProfitOnFill: { price: pips(at + up * 300) },
          [one.units % 2 === 0 ? "stopLossOnFill" : "guaranteedStopLossOnFill"]: {
            distance: "0.00200",
          },
          trailingStopLossOnFill: { distance: "0.00150" },
        }
        : {}),
    };
    world.do({ kind: "place_order", accountId, ...read(request) });
  } else if (one.do === "group") {
    const units = String(one.units * 100);
    const orders = [pips(100_000 - up * 100), pips(100_000 + up * 200)].map((price, at) => ({
      ...{ clientOrderId: `q${n}-${at}`, units, price },
      side: at === 0 ? one.side : one.side === "buy" ? "sell" as const : "buy" as const,
      ...(at > 0 && one.reduces ? { positionFill: "reduce_only" as const } : {}),
    }));
    world.group(one.type, orders);
  } else if (orders.length > 0) {
    const { orderId } = orders[one.order % orders.length]!;
    if (one.do === "cancel") world.do({ kind: "cancel_order", accountId, orderId });
    else {
      const request = { units: String(one.units * 100) };
      world.do({ kind: "replace_order", accountId, orderId, request });
    }
  }
}

Deno.test("whatever crosses on the wire, nothing overfills, every order settles, and a replay agrees", () => {
  let stopOuts = 0;
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 50, size: "max" }),
      fc.constantFrom(0, 0.5),
      fc.constantFrom(micros(60_000_000n), micros(1_000_000_000_000n)),
      someRules,
      (steps, partialShare, deposit, positions) => {
        const world = new World({ partialShare, deposit, positions });
        steps.forEach((one, n) => take(world, one, n));
        world.deliver();
        const { account } = world;
        let open = 0;
        for (const order of account.orders.values()) {
          assert(order.filledUnits <= order.units);
          assert(!order.status.startsWith("pending"), `${order.orderId} ${order.status}`);
          if (["held", "new", "partially_filled"].includes(order.status)) open++;
        }
        assertEquals(account.openOrders, open);
        for (const order of account.orders.values()) {
          if (!isOpen(order.status) || order.status === "held") continue;
          if (order.positionFill !== "reduce_only") continue;
          assert(
            remainingUnits(order) <= closableUnits(account, order),
            `${order.orderId} exceeds the position`,
          );
        }
        const again = emptyAccount(accountId);
        for (const one of world.transactions) applyTransaction(again, one);
        assertEquals(again, account);
        const filled = world.transactions.reduce(
          (sum, one) => one.type === "order_filled" ? sum + one.units : sum,
          0,
        );
        assertEquals(world.position, filled);
        for (const one of world.transactions) {
          if (one.type === "order_filled") {
            const { guaranteedPremium, triggerPrice } = account.orders.get(one.orderId)!;
            assertEquals(one.premium !== undefined, guaranteedPremium !== null);
            if (guaranteedPremium !== null) assertEquals(one.price, triggerPrice);
          }
          if (one.type === "order_accepted" && one.reason === "stop_out") stopOuts++;
        }
      },
    ),
    { numRuns: 400 },
  );
  assert(stopOuts > 0, "no account was stopped out");
});
