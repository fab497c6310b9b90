/** Random sequences of everything that happens to accounts, as steps for a {@link BooksWorld}. */

import fc from "fast-check";
import { legUnits } from "../../../shared/domain/holdings.ts";
import type { AccountId, ClientOrderId, TransactionId } from "../../../shared/domain/ids.ts";
import { price, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { micros } from "../../../shared/domain/money.ts";
import type { FundsId } from "../../../shared/domain/money_transactions.ts";
import {
  isConditional,
  isOpen,
  type Order,
  type OrderTerms,
  plainTerms,
  remainingUnits,
} from "../../../shared/domain/orders/order.ts";
import { financingOf } from "../../../shared/domain/settlement/financing.ts";
import { lotMatchings, positionModes } from "../../../shared/domain/position.ts";
import { type BooksWorld, ids, now, symbols } from "./books_world.ts";

/** Mostly one account, so that its sequence is a long one. */
const which = fc.constantFrom(0, 0, 0, 0, 1, 2);
/** Mostly the first, so that positions are added to and closed. */
const symbol = fc.constantFrom(symbols[0]!, symbols[0]!, ...symbols);
const size = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9_000 }) },
  fc.integer({ min: 1, max: 60_000 }),
);

export const someRules = fc.record({
  positionMode: fc.constantFrom(...positionModes),
  lotMatching: fc.constantFrom(...lotMatchings),
});

export const someStep = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("quote" as const),
      symbol,
      move: fc.integer({ min: -400, max: 400 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("place" as const),
      which,
      symbol,
      buy: fc.boolean(),
      size,
      how: fc.constantFrom("plain", "plain", "plain", "exits", "reduce", "lot", "open", "twice"),
      lot: fc.nat(5),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("report" as const),
      which,
      order: fc.nat(10),
      what: fc.oneof(
        { weight: 6, arbitrary: fc.constant("trade") },
        { weight: 2, arbitrary: fc.constant("answer") },
        fc.constantFrom("again", "canceled", "expired"),
      ),
      share: fc.constantFrom(1, 1, 2, 3),
    }),
  },
  fc.record({
    do: fc.constantFrom("cancel" as const, "replace" as const),
    which,
    order: fc.nat(10),
    size,
  }),
  fc.record({
    do: fc.constant("funds" as const),
    which,
    to: which,
    id: fc.nat(6),
    amount: fc.bigInt({ min: -900_000_000n, max: 900_000_000n }).filter((n) => n !== 0n),
  }),
  fc.record({
    do: fc.constant("roll" as const),
    which,
    position: fc.nat(5),
    days: fc.integer({ min: 1, max: 5 }),
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("assess" as const), which }) },
  fc.record({ do: fc.constant("restart" as const) }),
);
export type Step = typeof someStep extends fc.Arbitrary<infer One> ? One : never;
type StepOf<Kind extends Step["do"]> = Extract<Step, { do: Kind }>;

export function act(world: BooksWorld, one: Step): void {
  world.steps++;
  if (one.do === "restart") return world.restart();
  if (one.do === "quote") {
    const bid = world.quotes.get(one.symbol)!.bid;
    return world.quote(one.symbol, Math.max(10_000, bid + one.move * 10));
  }
  const accountId = ids[one.which]!;
  switch (one.do) {
    case "assess":
      return void world.run({ kind: "assess_margin", accountId });
    case "place":
      return place(world, accountId, one);
    case "report":
      return report(world, accountId, one);
    case "cancel":
    case "replace":
      return change(world, accountId, one);
    case "roll":
      return roll(world, accountId, one);
    case "funds":
      return moveFunds(world, accountId, one);
  }
}

function moveFunds(world: BooksWorld, accountId: AccountId, one: StepOf<"funds">): void {
  const fundsId = `f-${one.id}` as FundsId;
  const toAccountId = ids[one.to]!;
  const amount = micros(one.amount);
  world.run(
    one.amount > 0n && toAccountId !== accountId
      ? { kind: "transfer_funds", accountId, toAccountId, fundsId, amount }
      : { kind: "move_funds", accountId, fundsId, amount },
  );
}

function place(world: BooksWorld, accountId: AccountId, one: StepOf<"place">): void {
  const instrument = instrumentOf(one.symbol);
  const terms = termsOf(world, accountId, one);
  const command = { kind: "place_order" as const, accountId, instrument, terms };
  world.run(command);
  if (one.how === "twice") world.run(command);
}

function termsOf(world: BooksWorld, accountId: AccountId, one: StepOf<"place">): OrderTerms {
  const { bid } = world.quotes.get(one.symbol)!;
  const up = one.buy ? 1 : -1;
  const exits = {
    takeProfitPrice: price(bid + up * 500),
    stopLossPrice: null,
    stopLossDistance: price(400),
    guaranteed: one.size % 4 < 2,
    trailingDistance: one.size % 2 === 0 ? price(300) : null,
  };
  const account = world.accounts.get(accountId)!;
  const lots = [...account.positions.values()]
    .filter((held) => held.symbol === one.symbol).flatMap(({ lots = [] }) => lots);
  const lot = one.how === "lot" ? lots[one.lot % Math.max(1, lots.length)] : undefined;
  const reduces = one.how === "reduce" || one.how === "lot";
  const { long, short } = legUnits(account, one.symbol);
  // Mostly what can be closed, and now and then too much.
  const most = lot !== undefined
    ? Math.abs(lot.units)
    : one.how === "reduce" && one.lot > 0
    ? one.buy ? short : long
    : Infinity;
  return {
    ...plainTerms,
    clientOrderId: `c-${world.steps}` as ClientOrderId,
    symbol: one.symbol,
    side: (lot === undefined ? one.buy : lot.units < 0) ? "buy" : "sell",
    type: one.size % 3 === 0 ? "limit" : "market",
    timeInForce: one.size % 3 === 0 ? "GTC" : "IOC",
    units: units(Math.max(1, Math.min(one.size, most))),
    price: one.size % 3 === 0 ? price(bid) : null,
    expireTime: null,
    positionFill: reduces ? "reduce_only" : one.how === "open" ? "open_only" : "default",
    closeLotId: one.how === "lot" ? lot?.lotId ?? 1 as TransactionId : null,
    onFill: one.how === "exits" ? exits : null,
  };
}

function openOrder(world: BooksWorld, accountId: AccountId, at: number): Order | undefined {
  const open = [...world.accounts.get(accountId)!.orders.values()]
    .filter((order) => isOpen(order.status) && order.status !== "held");
  return open[at % Math.max(1, open.length)];
}

function change(world: BooksWorld, accountId: AccountId, one: StepOf<"cancel" | "replace">): void {
  const order = openOrder(world, accountId, one.order);
  if (order === undefined) return;
  const { orderId } = order;
  if (one.do === "cancel") world.run({ kind: "cancel_order", accountId, orderId });
  else world.run({ kind: "replace_order", accountId, orderId, request: { units: `${one.size}` } });
}

function report(world: BooksWorld, accountId: AccountId, one: StepOf<"report">): void {
  const order = openOrder(world, accountId, one.order);
  if (order === undefined) return;
  const n = one.what === "again" ? 0 : world.steps;
  const { bid, ask } = world.quotes.get(order.symbol)!;
  if (one.what === "canceled" || one.what === "expired") {
    return world.report(order, n, { execType: one.what });
  }
  if (one.what === "answer") return answer(world, order, one.share);
  if (isConditional(order.type) && order.triggeredAt === null) {
    return world.report(order, world.steps, { execType: "triggered", bid, ask });
  }
  const filled = units(Math.ceil(remainingUnits(order) / one.share));
  const market = order.side === "buy" ? ask : bid;
  const at = order.guaranteedPremium === null ? market : order.triggerPrice!;
  world.report(order, n, { execType: "trade", units: filled, price: at });
}

/** What the venue has been asked: the oldest replace, or the cancel, granted or not. */
function answer(world: BooksWorld, order: Order, share: number): void {
  const asked = order.replacing[0];
  const n = world.steps;
  if (asked !== undefined) {
    const { revision } = asked;
    if (share === 1) return world.report(order, n, { execType: "replace_rejected", revision });
    return asked.units <= order.filledUnits
      ? world.report(order, n, { execType: "canceled" })
      : world.report(order, n, { execType: "replaced", revision });
  }
  if (order.status === "pending_cancel") {
    return world.report(order, n, { execType: share === 1 ? "cancel_rejected" : "canceled" });
  }
  world.report(order, n, { execType: "new" });
}

function roll(world: BooksWorld, accountId: AccountId, one: StepOf<"roll">): void {
  const account = world.accounts.get(accountId)!;
  const positions = [...account.positions.values()];
  const held = positions[one.position % Math.max(1, positions.length)];
  if (held === undefined) return;
  const { symbol } = held;
  const instrument = instrumentOf(symbol);
  const financing = { kind: "annual" as const, ppm: held.units > 0 ? -26_250 : 6_250 };
  const at = world.quotes.get(symbol)!.bid;
  const { days } = one;
  const leg = held.units > 0 ? "long" as const : "short" as const;
  world.run({
    kind: "charge_financing",
    accountId,
    rates: world.market.rates,
    charge: {
      time: now,
      symbol,
      ...(account.positionMode === "hedging" ? { leg } : {}),
      day: `2026-03-0${days}`,
      valueDate: "2026-03-06",
      nextValueDate: `2026-03-0${6 + Math.min(3, days)}`,
      days,
      units: held.units,
      price: at,
      financing,
      financed: financingOf({ units: held.units, price: at }, { instrument, financing, days }),
      financedCurrency: instrument.quote,
    },
  });
}
