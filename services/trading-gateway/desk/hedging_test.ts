// Goal: in a hedging account orders open and close legs as their terms say, exits close what they
// came with, and stop-outs, rolls and refusals see both legs. Method: the desk's rules and the
// venue's engine face to face (`testing/linked_world.ts`).

import { assertEquals } from "@std/assert";
import { valueAccount } from "../../../shared/domain/account.ts";
import { micros } from "../../../shared/domain/money.ts";
import type { OrderRequest } from "../../../shared/domain/orders/read_order.ts";
import type { LotMatching } from "../../../shared/domain/position.ts";
import type { OrderFilled } from "../../../shared/domain/transaction.ts";
import { accountId, read, World } from "../testing/linked_world.ts";

const hedging = (lotMatching: LotMatching = "average", deposit = micros(1_000_000_000_000n)) =>
  new World({ positions: { positionMode: "hedging", lotMatching }, deposit });

const market = { type: "market", price: undefined, timeInForce: "IOC" } as const;

function trade(world: World, over: Partial<OrderRequest>): OrderFilled {
  world.place({ ...market, ...over });
  world.deliver();
  return world.transactions.findLast((one) => one.type === "order_filled")!;
}

/** `long 10000 @1.00010 …`: each leg, its units and what its lots hold. */
const legs = (world: World): string[] =>
  [...world.account.positions].map(([key, { units, lots }]) =>
    `${key.slice(7)} ${units}: ${lots!.map((lot) => `${lot.lotId}=${lot.units}`).join(" ")}`
  ).toSorted();

Deno.test("a sell beside a long position opens a short leg; reduce-only closes the other leg", () => {
  const world = hedging();
  const first = trade(world, { units: "10000" });
  const second = trade(world, { side: "sell", units: "4000" });
  assertEquals([first.realised, second.realised, second.closed], [
    micros(0n),
    micros(0n),
    undefined,
  ]);
  assertEquals(legs(world), [
    `long 10000: ${first.transactionId}=10000`,
    `short -4000: ${second.transactionId}=-4000`,
  ]);
  assertEquals(world.position, 6_000);
  const close = trade(world, { side: "sell", units: "3000", positionFill: "reduce_only" });
  assertEquals(close.closed as unknown, [{ lotId: first.transactionId, units: 3_000 }]);
  // Bought at 1.00010, sold at 1.00000.
  assertEquals(close.realised, micros(-300_000n));
  trade(world, { side: "buy", units: "4000", positionFill: "reduce_only" });
  assertEquals(legs(world), [`long 7000: ${first.transactionId}=7000`]);
});

Deno.test("profit follows the average price, or the price of each lot, oldest first, where asked", () => {
  const profits = (lotMatching: LotMatching) => {
    const world = hedging(lotMatching);
    trade(world, { units: "10000" }); // at 1.00010
    world.move(101_990);
    trade(world, { units: "30000" }); // at 1.02000
    world.move(103_000);
    const close = { side: "sell", positionFill: "reduce_only" } as const;
    return [
      trade(world, { ...close, units: "10000" }).realised,
      trade(world, { ...close, units: "30000" }).realised,
    ].map(Number);
  };
  // The average is 1.015025.
  assertEquals(profits("average"), [149_750_000, 449_250_000]);
  assertEquals(profits("fifo"), [299_000_000, 300_000_000]);
});

Deno.test("a named lot is closed first, and an order that names it may not be larger than it", () => {
  const world = hedging("fifo");
  const first = trade(world, { units: "10000" });
  world.move(101_990);
  const second = trade(world, { units: "5000" });
  const close = { ...market, side: "sell", closeLotId: second.transactionId } as const;
  const refused = (over: Partial<OrderRequest>) => {
    const one = read({
      clientOrderId: `x${world.transactions.length}`,
      symbol: "EURUSD",
      ...{
        units: "1000",
        ...close,
        ...over,
      },
    });
    const { outcome } = world.do({ kind: "place_order", accountId, ...one });
    return outcome.ok ? null : outcome.reason;
  };
  assertEquals(refused({ units: "5001" }), "reduce_only_would_open");
  assertEquals(refused({ closeLotId: 9_999 }), "lot_unknown");
  assertEquals(refused({ side: "buy" }), "lot_unknown", "the lot is no short one");
  assertEquals(refused({ positionFill: "open_only" }), "close_lot_needs_reduce_only");
  const fill = trade(world, { ...close, units: "5000" });
  assertEquals(fill.closed as unknown, [{ lotId: second.transactionId, units: 5_000 }]);
  assertEquals(legs(world), [`long 10000: ${first.transactionId}=10000`]);
  const netting = new World();
  const terms = read({ clientOrderId: "n", symbol: "EURUSD", units: "1000", ...close });
  const { outcome } = netting.do({ kind: "place_order", accountId, ...terms });
  assertEquals(outcome.ok || outcome.reason, "close_lot_not_allowed");
});

Deno.test("an exit closes the lots of the order it came with, and an order for a lot shrinks with it", () => {
  const world = hedging("fifo");
  const first = trade(world, { units: "10000" });
  const second = trade(world, { units: "2000", stopLossOnFill: { distance: "0.00300" } });
  const waiting = world.place({
    side: "sell",
    units: "10000",
    price: "1.10000",
    closeLotId: first.transactionId,
  });
  world.deliver();
  world.move(99_000); // sets the stop off
  assertEquals(legs(world), [`long 10000: ${first.transactionId}=10000`]);
  const stop = world.transactions.findLast((one) => one.type === "order_filled")!;
  assertEquals(stop.closed as unknown, [{ lotId: second.transactionId, units: 2_000 }]);
  trade(world, {
    side: "sell",
    units: "6000",
    positionFill: "reduce_only",
    closeLotId: first.transactionId,
  });
  assertEquals(world.account.orders.get(waiting.orderId)!.units as number, 4_000);
});

Deno.test("a stop-out closes the surplus of the larger leg first, and as little as reaches the level", () => {
  // Needs 10,000 × 1.00005 × 3.3333 % = 333.35 for the larger leg.
  const world = hedging("average", micros(400_000_000n));
  trade(world, { units: "10000" });
  trade(world, { side: "sell", units: "4000" });
  world.quote(97_000); // 6,000 net lose 3 %: equity is about 220, the level is above 50 %
  const assess = () =>
    world.do({ kind: "assess_margin", accountId }).booked.flatMap(({ transaction: one }) =>
      one.type === "order_accepted" ? [`${one.terms.side} ${one.terms.units}`] : []
    );
  assertEquals(assess(), []);
  world.quote(95_000);
  const [closing, ...more] = assess();
  assertEquals([closing?.split(" ")[0], more], ["sell", []]);
  world.deliver();
  const valued = valueAccount(world.account, world.market)!;
  assertEquals(valued.equity * 2n >= valued.marginUsed, true);
  assertEquals(assess(), []);
});
