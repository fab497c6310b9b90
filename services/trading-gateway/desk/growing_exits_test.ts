// Goal: what an entry filled in parts opened is never left without the exits it asked for. Method: the
// desk's rules and the venue's engine face to face, exits that end before the venue hears of their
// growth, and exits that are changed by nobody but the platform.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { legUnits } from "../../../shared/domain/holdings.ts";
import type { ExecId } from "../../../shared/domain/ids.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { isExit } from "../../../shared/domain/orders/on_fill.ts";
import { remainingUnits } from "../../../shared/domain/orders/order.ts";
import { defaultPositions } from "../../../shared/domain/position.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { OrderFilled } from "../../../shared/domain/transaction.ts";
import { accountId, exits, guarded, latencyMsMax, stopIn, World } from "../testing/linked_world.ts";

/** A guaranteed stop that stands, and an entry that the next price fills a further part of. */
function growing({ latencyMs = 0 } = {}) {
  const world = new World({ partialShare: 1, latencyMs });
  const { orderId } = world.place(guarded);
  world.settle();
  world.move(99_970);
  const first = stopIn(world);
  const cancel = () => world.do({ kind: "cancel_order", accountId, orderId });
  const soldFor = () =>
    world.transactions.flatMap((one) =>
      one.type === "order_filled" && one.units < 0 ? [[-one.units, one.price]] : []
    );
  /** A further part fills, and the growth that it asks for is on its way. */
  const further = () => {
    world.quote(99_971);
    world.deliver(1);
    assertEquals(stopIn(world).status, "pending_replace");
  };
  return { world, first, further, cancel, soldFor };
}

Deno.test("a guaranteed stop that fills before it has grown is followed by one at the same price", () => {
  const { world, first, cancel, soldFor } = growing();
  world.quote(99_971);
  cancel();
  world.deliver(1); // of the cancel, and of the further part: the growth is on its way
  const further = world.position - first.units;
  assert(further > 0 && stopIn(world).status === "pending_replace");
  world.quote(98_000);
  world.deliver();
  assertEquals(soldFor(), [[first.units, price(99_700)], [further, price(99_700)]]);
  assertEquals(world.position, 0);
});

Deno.test("a further part that fills beyond the guaranteed stop is not paid the way back", () => {
  const { world, first, cancel, soldFor } = growing();
  world.quote(90_000); // fills a further part, and sets off the stop
  cancel();
  world.deliver();
  const further = world.position;
  assert(further > 0);
  assertEquals(soldFor(), [[first.units, price(99_700)]]);
  world.move(89_000);
  assertEquals(soldFor().slice(1), [[further, price(90_010 - 100)]]);
});

Deno.test("a guaranteed stop on its way keeps its price when a further part fills beyond it", () => {
  const { world, first, soldFor } = growing({ latencyMs: latencyMsMax });
  world.quote(90_000);
  world.deliver();
  const [placed, further] = world.exits().map(([, units]) => units);
  assertEquals(placed, first.units);
  world.settle();
  assertEquals(soldFor(), [[first.units, price(99_700)]]);
  world.quote(89_000);
  world.settle();
  assertEquals(soldFor()[1], [further, price(90_010 - 100)]);
});

Deno.test("a guaranteed stop that moves when a further part fills does not take it along", () => {
  const { world, first } = growing();
  world.quote(99_980);
  const request = { triggerPrice: "0.99850" };
  world.do({ kind: "replace_order", accountId, orderId: first.orderId, request });
  world.quote(99_840); // at the new price before the move is there
  world.deliver();
  const stops = world.exits().map(([, units]) => units);
  assertEquals(stops, [first.units, world.position - first.units]);
  assertEquals(world.account.orders.get(first.orderId)!.triggerPrice, price(99_700));
});

Deno.test("an exit the venue refuses before it has grown is followed by one for the whole", () => {
  const refuse = ({ world, first: { orderId, symbol } }: ReturnType<typeof growing>) => {
    const said = { venue: "simulator", execId: `${orderId}-1` as ExecId, time: world.market.now };
    const about = { ...said, accountId, orderId, symbol, text: null };
    const report = { ...about, execType: "rejected" as const };
    world.do({ kind: "apply_report", accountId, report });
    return world.exits();
  };
  const still = growing({ latencyMs: latencyMsMax });
  assertEquals(refuse(still), [["stop", still.first.units, "rejected"]]);
  const grown = growing({ latencyMs: latencyMsMax });
  grown.further();
  assertEquals(refuse(grown), [
    ["stop", grown.first.units, "canceled"],
    ["stop", grown.world.position, "pending_new"],
  ]);
});

Deno.test("an exit that its owner lets end is followed by none", () => {
  const canceled = growing();
  canceled.further();
  const { orderId } = canceled.first;
  canceled.world.quote(98_000); // fills it before the cancel is there, and one more part
  canceled.world.do({ kind: "cancel_orders", accountId, symbol: null, byKill: true });
  canceled.world.settle();
  const last = canceled.world.transactions.findLast((one) =>
    one.type === "order_filled" && one.units > 0
  ) as OrderFilled;
  assertEquals(canceled.world.exits(), [
    ["stop", canceled.first.units, "filled"],
    ["stop", last.units, "new"],
  ]);
  const expired = growing();
  const expireTime = toRfc3339(epochMs(expired.world.market.now + 2));
  const request = { timeInForce: "GTD" as const, expireTime };
  expired.world.do({ kind: "replace_order", accountId, orderId, request });
  expired.world.deliver();
  expired.further();
  expired.world.wait(2);
  expired.world.settle();
  assertEquals(expired.world.exits(), [["stop", expired.first.units, "expired"]]);
});

Deno.test("a client's order that was done before it grew is followed by none", () => {
  const world = new World();
  const { orderId } = world.place({});
  world.deliver();
  world.quote(99_970);
  world.do({ kind: "replace_order", accountId, orderId, request: { units: "20000" } });
  world.deliver();
  assertEquals(world.statuses(), ["filled"]);
  assertEquals(world.position, 10_000);
});

Deno.test("orders that a client has wait for an entry are none of its exits", () => {
  const world = new World({ partialShare: 1 });
  const waiting = {
    side: "sell",
    type: "stop",
    price: undefined,
    triggerPrice: "0.99000",
  } as const;
  const { ok } = world.group("oto", [guarded, waiting]);
  assert(ok);
  world.settle();
  world.move(99_970);
  world.move(99_971);
  assertEquals(world.statuses(), ["partially_filled", "held", "new"]);
  assertEquals(stopIn(world).units, world.position);
});

Deno.test("an exit made smaller by its owner leaves what it does not close to the others", () => {
  const world = new World();
  world.place(exits);
  world.move(99_970);
  const [limit] = [...world.account.orders.values()].filter((one) =>
    one.positionFill === "reduce_only" && one.type === "limit"
  );
  const request = { units: "4000" };
  world.do({ kind: "replace_order", accountId, orderId: limit!.orderId, request });
  world.deliver();
  world.move(100_500);
  assertEquals(world.position, 6_000);
  const left = world.exits().filter(([, , status]) => status === "new");
  assertEquals(left, [["stop", 6_000, "new"], ["trailing_stop", 6_000, "new"]]);
});

const step = fc.oneof(
  fc.record({ do: fc.constant("quote" as const), bid: fc.integer({ min: 99_400, max: 100_700 }) }),
  fc.record({ do: fc.constant("deliver" as const), most: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: latencyMsMax }) }),
  fc.record({ do: fc.constant("move" as const), to: fc.integer({ min: 99_600, max: 100_300 }) }),
);

function take(world: World, one: (typeof step) extends fc.Arbitrary<infer T> ? T : never): void {
  if (one.do === "quote") return world.quote(one.bid);
  if (one.do === "deliver") return world.deliver(one.most);
  if (one.do === "wait") return world.wait(one.ms);
  const stop = world.open().find(({ type }) => type === "stop");
  if (stop === undefined) return;
  const request = { triggerPrice: (one.to / 1e5).toFixed(5) };
  world.do({ kind: "replace_order", accountId, orderId: stop.orderId, request });
}

const quote = (bid: number) => ({ do: "quote" as const, bid });
const deliver = (most: number) => ({ do: "deliver" as const, most });
/** An exit closes more than was left for it, and then its entry fills further. */
const beyondItsShare = [
  ...[deliver(1), quote(99_400), quote(100_500), deliver(4), quote(100_500), quote(99_400)],
  ...[quote(99_981), deliver(1), deliver(4), quote(100_500), quote(99_400), quote(99_400)],
  ...[deliver(1), { do: "wait" as const, ms: 1 }, deliver(1)],
];

const kinds = ["limit", "stop", "trailing_stop"] as const;

/** Each kind of exit waits for all that is held; in several groups, none for more than that. */
function checkExits(world: World): void {
  const { long } = legUnits(world.account, "EURUSD" as Symbol);
  const waiting = world.open().filter(isExit);
  if (long === 0) return assertEquals(waiting, []);
  const groups = new Set(waiting.map(({ ocoGroup }) => ocoGroup)).size;
  for (const kind of kinds) {
    const units = waiting.filter(({ type }) => type === kind).map(remainingUnits);
    const sum = units.reduce((a, b) => a + b, 0);
    if (groups === 1) assertEquals(sum, long, kind);
    // A fill that was on its way may have closed what was another group's.
    else assert(sum >= long && units.every((one) => one <= long), `${kind}: ${units} of ${long}`);
  }
}

for (const stop of ["stopLossOnFill", "guaranteedStopLossOnFill"] as const) {
  Deno.test(`every unit that an entry opened has the exits it asked for, whatever crosses: ${stop}`, () => {
    const refusals = new Set<string | null>();
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
        fc.constantFrom(0.5, 0.9),
        fc.constantFrom(0, 5, latencyMsMax),
        fc.constantFrom("netting" as const, "hedging" as const),
        (steps, partialShare, latencyMs, positionMode) => {
          const positions = { ...defaultPositions, positionMode };
          const world = new World({ partialShare, latencyMs, positions });
          const { stopLossOnFill, ...others } = exits;
          world.place({ ...others, [stop]: stopLossOnFill });
          for (const one of steps) take(world, one);
          world.settle();
          checkExits(world);
          for (const one of world.transactions) {
            if (one.type === "order_replace_rejected") refusals.add(one.text);
          }
        },
      ),
      { numRuns: 500, examples: [[beyondItsShare, 0.9, 0, "netting"]] },
    );
    assert(refusals.has("the order ended first"), "no exit ended before it grew");
    assertEquals(refusals.size, stop === "stopLossOnFill" ? 1 : 2, "a guarantee's move is refused");
  });
}
