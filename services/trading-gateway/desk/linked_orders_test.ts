// Goal: entries, exits, groups and held orders hang together whatever the market does. Method: the
// desk's rules and the venue's engine face to face, in memory; every command to the venue and every
// report of it may wait, so that they cross. The transactions are folded anew after each run.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import {
  fromReplaceData,
  fromSubmittedData,
  toReplaceData,
  toSubmittedData,
} from "../../../shared/contracts/messages/orders.ts";
import { emptyAccount } from "../../../shared/domain/account.ts";
import { applyTransaction } from "../../../shared/domain/books.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { micros } from "../../../shared/domain/money.ts";
import type { Order, OrderGroupType } from "../../../shared/domain/orders/order.ts";
import {
  type OrderRequest,
  type ReadOrder,
  readOrder,
} from "../../../shared/domain/orders/read_order.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { quoteRates } from "../../../shared/domain/rates.ts";
import { type EpochMs, epochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import { createFillEngine } from "../../../shared/venues/fill_engine.ts";
import type { EngineEffects } from "../../../shared/venues/venue.ts";
import type { Command } from "./commands.ts";
import type { MoneyCommand } from "./decide_money.ts";
import { clientOrderKey, decide, type Decision, fillKey } from "./decide.ts";

const start = epochMs(Date.UTC(2026, 0, 7, 12));
const accountId = "demo" as AccountId;
const read = (request: OrderRequest): ReadOrder => {
  const one = readOrder(request);
  if (typeof one === "string") throw new Error(one);
  return one;
};

class World {
  readonly account = emptyAccount(accountId);
  readonly transactions: Transaction[] = [];
  readonly #quotes = new QuoteBook();
  readonly #engine;
  readonly #known = { byClientOrderId: new Map<string, Order>(), bookedFills: new Set<string>() };
  readonly #toVenue: (() => EngineEffects)[] = [];
  readonly #toDesk: ExecutionReport[] = [];
  #now: EpochMs = start;
  #sequence = 0;

  constructor(partialShare = 0) {
    this.#engine = createFillEngine({
      name: "simulator",
      seed: "seed",
      hours: tradingHours("always"),
      partialShare,
    });
    const deposit = micros(1_000_000_000_000n);
    this.do({ kind: "open_account", accountId, currency: "USD", deposit });
    this.quote(100_000);
  }

  do(command: Exclude<Command, MoneyCommand>): Decision {
    const { account } = this;
    const market = {
      now: this.#now,
      quotes: this.#quotes,
      rates: quoteRates(this.#quotes),
      hours: tradingHours("always"),
    };
    const decision = decide(account, command, { market, known: this.#known });
    for (const { transaction } of decision.booked) {
      this.transactions.push(transaction);
      if ("orderId" in transaction) this.#tell(transaction);
      if (transaction.type === "order_filled") this.#known.bookedFills.add(fillKey(transaction));
    }
    for (const order of account.orders.values()) {
      this.#known.byClientOrderId.set(clientOrderKey(order), order);
    }
    return decision;
  }

  place(over: Partial<OrderRequest>): Order {
    const request = { clientOrderId: `c${this.transactions.length}`, ...entry, ...over };
    const { outcome } = this.do({ kind: "place_order", accountId, ...read(request) });
    assert(outcome.ok && outcome.order !== null, JSON.stringify(outcome, (_, v) => String(v)));
    return outcome.order;
  }

  group(type: OrderGroupType, orders: readonly Partial<OrderRequest>[]): Decision["outcome"] {
    return this.do({
      kind: "place_group",
      accountId,
      type,
      orders: orders.map((over, at) => read({ clientOrderId: `g${at}`, ...entry, ...over })),
    }).outcome;
  }

  /** What the venue must do because of a transaction, on its way there. */
  #tell(transaction: Transaction & { orderId: Order["orderId"] }): void {
    const order = this.account.orders.get(transaction.orderId)!;
    const { orderId } = order;
    const submits = (transaction.type === "order_accepted" && !transaction.held) ||
      transaction.type === "order_released";
    if (submits) {
      const data = toSubmittedData(order);
      this.#toVenue.push(() => this.#engine.submit(fromSubmittedData(data), this.#now));
    } else if (transaction.type === "order_replace_requested") {
      const data = toReplaceData(order, transaction.replacement, this.#now);
      this.#toVenue.push(() => this.#engine.replace(orderId, fromReplaceData(data), this.#now));
    } else if (transaction.type === "order_cancel_requested") {
      this.#toVenue.push(() => this.#engine.cancel(orderId, this.#now));
    }
  }

  quote(bid: number, spread = 10): void {
    this.#now = epochMs(this.#now + 1);
    const quote = {
      symbol: "EURUSD" as Symbol,
      bid: price(bid),
      ask: price(bid + spread),
      venueTime: this.#now,
      receivedTime: this.#now,
      sequence: ++this.#sequence,
    };
    this.#quotes.apply(quote);
    this.#toDesk.push(...this.#engine.quotes([quote], this.#now).reports);
  }

  /** Delivers at most so much of what is on its way, each way in order. */
  deliver(most = Infinity): void {
    for (let n = 0; n < most && this.#toVenue.length + this.#toDesk.length > 0; n++) {
      const command = this.#toVenue.shift();
      if (command !== undefined) this.#toDesk.push(...command().reports);
      const report = this.#toDesk.shift();
      if (report !== undefined) this.do({ kind: "apply_report", accountId, report });
    }
  }

  move(bid: number): void {
    this.quote(bid);
    this.deliver();
  }

  exits(): [string, number, string][] {
    return [...this.account.orders.values()].filter((one) => one.positionFill === "reduce_only")
      .map((one) => [one.type, one.units, one.status]);
  }

  statuses = (): string[] => [...this.account.orders.values()].map((one) => one.status);
  get position(): number {
    return this.account.positions.get("EURUSD")?.units ?? 0;
  }
}

const entry = {
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "10000",
  price: "0.99990",
} as const;
const exits = {
  takeProfitOnFill: { price: "1.00500" },
  stopLossOnFill: { distance: "0.00300" },
  trailingStopLossOnFill: { distance: "0.00400" },
};

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

Deno.test("two stops that one price sets off close the position once", () => {
  const world = new World();
  world.place(exits);
  world.move(99_970);
  world.move(99_000); // beyond the stop and the trailing stop alike
  assertEquals(world.position, 0);
  assertEquals(world.exits().filter(([, , status]) => status === "filled").length, 1);
});

Deno.test("exits grow with an entry filled in parts, and are cut when the position is closed by hand", () => {
  const world = new World(1);
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
  }),
  fc.record({ do: fc.constant("cancel" as const), order: fc.nat(30) }),
  fc.record({ do: fc.constant("replace" as const), order: fc.nat(30), units: fc.nat(40) }),
);

function take(world: World, one: typeof step extends fc.Arbitrary<infer T> ? T : never, n: number) {
  const orders = [...world.account.orders.values()];
  const up = "side" in one && one.side === "buy" ? 1 : -1;
  if (one.do === "quote") world.quote(one.bid);
  else if (one.do === "deliver") world.deliver(one.most);
  else if (one.do === "place") {
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
          stopLossOnFill: { distance: "0.00200" },
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
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 50, size: "max" }),
      fc.constantFrom(0, 0.5),
      (steps, partialShare) => {
        const world = new World(partialShare);
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
        const again = emptyAccount(accountId);
        for (const one of world.transactions) applyTransaction(again, one);
        assertEquals(again, account);
        const filled = world.transactions.reduce(
          (sum, one) => one.type === "order_filled" ? sum + one.units : sum,
          0,
        );
        assertEquals(world.position, filled);
      },
    ),
    { numRuns: 400 },
  );
});
