// Goal: accounts that a level bounds together never have more than it allows, whichever of several
// gateways over one store decides, and what a gateway believes is what the books say. Method: desks
// over a real PGlite, their turns crossing each other.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { type Symbol, type Units, units } from "../../../shared/domain/instrument.ts";
import { micros } from "../../../shared/domain/money.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { fxDayStart } from "../../../shared/domain/risk/day_result.ts";
import type { LevelTotals } from "../../../shared/domain/risk/level_totals.ts";
import { platformLevel, type Tenant, tenantLevel } from "../../../shared/domain/risk/levels.ts";
import { noLimits, type RiskLimits } from "../../../shared/domain/risk/limits.ts";
import { createEventSource } from "../../../shared/runtime/events.ts";
import { auditBooks } from "../audit/audit_books.ts";
import type { Command, Outcome } from "../desk/commands.ts";
import { Desk } from "../desk/desk.ts";
import {
  books,
  db,
  ids,
  logger,
  market,
  now,
  place,
  quotes,
  reportOf,
  symbols,
  termsOf,
} from "../testing/test_desk.ts";
import { createDayStore } from "./day_store.ts";
import { DeskRisk } from "./desk_risk.ts";
import { createTotalsStore } from "./totals_store.ts";

const days = {
  ...createDayStore(db),
  begunAt: (endedAt: typeof now) => Promise.resolve({ endedAt, quotes }),
};
const totalsStore = createTotalsStore(db, { books, days });

/** A gateway's desk, under rules of its own copy. */
function gateway(rules: Readonly<Record<string, Partial<RiskLimits>>>) {
  const risk = new DeskRisk(days, totalsStore);
  for (const [level, limits] of Object.entries(rules)) {
    risk.book.take(level as typeof platformLevel, {
      state: "active",
      limits: { ...noLimits, ...limits },
      version: 1,
    });
  }
  const desk = new Desk({
    store: books,
    market: () => ({ ...market, risk }),
    events: createEventSource({ source: "/test", ids, clock: { now: () => now } }),
    logger,
    onStored: () => {},
    risk,
  });
  return { desk, risk };
}

async function openIn(desk: Desk, tenant: Tenant): Promise<AccountId> {
  const accountId = `m-${ids.next().slice(3)}` as AccountId;
  const deposit = micros(100_000_000_000n);
  await desk.submit({ kind: "open_account", accountId, currency: "USD", tenant, deposit });
  return accountId;
}

const shown = (totals: LevelTotals) => ({
  openOrders: totals.openOrders,
  units: symbols.map((symbol) => [totals.unitsOn(symbol, "buy"), totals.unitsOn(symbol, "sell")]),
  exposure: totals.exposure(market),
  dayResult: totals.dayResult(market, quotes),
});
const stored = async (level: typeof platformLevel) =>
  shown((await totalsStore.read(level, { joins: false, since: fxDayStart(now) })).totals);

Deno.test("two gateways whose accounts race take together what the tenant may have", async () => {
  const tenant = "crossing" as Tenant;
  const level = tenantLevel(tenant);
  const rules = { [level]: { totalPositionUnitsMax: units(10_000) } };
  const gateways = [gateway(rules), gateway(rules), gateway(rules)];
  const accounts = await Promise.all(gateways.map(({ desk }) => openIn(desk, tenant)));
  const asked: Promise<Outcome>[] = [];
  for (let n = 0; n < 12; n++) {
    for (const [at, { desk }] of gateways.entries()) {
      asked.push(place(desk, accounts[at]!, termsOf(`x-${n}`)));
    }
    await new Promise((resolve) => setTimeout(resolve, 0)); // so that turns cross
  }
  const outcomes = await Promise.all(asked);
  assertEquals(outcomes.filter(({ ok }) => ok).length, 10);
  for (const outcome of outcomes) {
    if (outcome.ok) continue;
    assertEquals(outcome.reason, "total_position_above_limit");
    assertEquals(outcome.order?.text, `by the rule of ${level}`);
  }
  assertEquals((await stored(level)).units[0], [10_000, 0]);
});

Deno.test("orders that would each close the same holding are not all taken for closing", async () => {
  const tenant = "closing" as Tenant;
  const limits = { positionUnitsMax: units(1_000), totalPositionUnitsMax: units(2_000) };
  const { desk } = gateway({ [tenantLevel(tenant)]: limits });
  const [long, short, third] = [
    await openIn(desk, tenant),
    await openIn(desk, tenant),
    await openIn(desk, tenant),
  ];
  const sell = async (accountId: AccountId, name: string) => {
    const outcome = await place(desk, accountId, termsOf(name, { side: "sell" }));
    return outcome.ok ? "taken" : outcome.reason;
  };
  const bought = await place(desk, long!, termsOf("c-0"));
  assert(bought.ok);
  const report = reportOf(bought.order!, { n: 1, execType: "trade", units: 1_000 });
  await desk.submit({ kind: "apply_report", accountId: long!, report });
  assertEquals(await sell(long!, "c-1"), "taken", "closes what is held");
  assertEquals(await sell(long!, "c-2"), "taken", "opens as much as may be held");
  assertEquals(await sell(long!, "c-3"), "position_above_limit");
  assertEquals(await sell(short!, "c-4"), "taken");
  assertEquals(await sell(third!, "c-5"), "total_position_above_limit");
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("place" as const),
      gateway: fc.nat(1),
      account: fc.nat(3),
      symbol: fc.constantFrom(...symbols),
      side: fc.constantFrom("buy" as const, "sell" as const),
      size: fc.integer({ min: 1, max: 52 }),
      exits: fc.boolean(),
      reduces: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("report" as const),
      gateway: fc.nat(1),
      order: fc.nat(60),
      execType: fc.constantFrom(
        "new" as const,
        "trade" as const,
        "trade" as const,
        "canceled" as const,
      ),
      share: fc.integer({ min: 1, max: 10 }),
      n: fc.nat(1_000),
    }),
  },
  fc.record({
    do: fc.constant("cancel" as const),
    gateway: fc.nat(1),
    order: fc.nat(60),
  }),
  fc.record({
    do: fc.constant("replace" as const),
    gateway: fc.nat(1),
    order: fc.nat(60),
    size: fc.integer({ min: 1, max: 60 }),
  }),
  fc.record({ do: fc.constant("restart" as const), gateway: fc.nat(1) }),
);

/**
 * What a venue would say: nothing of an order it has ended, since nobody could make room for such a
 * fill again, and one word about an order in a turn, since gateways that race would not keep several
 * in their order.
 */
class Venue {
  readonly #ended = new Set<Order>();
  readonly #told = new Set<Order>();

  turn(): void {
    this.#told.clear();
  }

  says(order: Order, execType: string): boolean {
    if (this.#ended.has(order) || this.#told.has(order)) return false;
    this.#told.add(order);
    if (execType === "canceled") this.#ended.add(order);
    return true;
  }
}

Deno.test("whatever two gateways do at once, no total is passed, and what they believe is in the books", async () => {
  const reasons = new Set<string>();
  let worlds = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 8 }),
      async (turns) => {
        const tenants = [`w-${worlds}-a`, `w-${worlds++}-b`] as Tenant[];
        const limits = {
          totalPositionUnitsMax: units(5_000),
          totalExposureMax: micros(20_000_000_000n),
          totalDailyLossMax: micros(5_000_000n),
        };
        const rules = {
          [tenantLevel(tenants[0]!)]: limits,
          [tenantLevel(tenants[1]!)]: { ...limits, totalOpenOrdersMax: 2 },
        };
        const gateways = [gateway(rules), gateway(rules)];
        const accounts: AccountId[] = [];
        for (const at of [0, 1, 0, 1]) {
          accounts.push(await openIn(gateways[at]!.desk, tenants[at]!));
        }
        const orders: Order[] = [];
        const venue = new Venue();
        for (const turn of turns) {
          venue.turn();
          await Promise.allSettled(turn.map(async (one) => {
            const { desk } = gateways[one.gateway]!;
            if (one.do === "restart") gateways[one.gateway] = gateway(rules);
            else if (one.do === "place") {
              const outcome = await place(
                desk,
                accounts[one.account]!,
                randomTerms(one, one.account % 2 === 0),
              );
              if (outcome.ok) orders.push(outcome.order!);
              else reasons.add(outcome.reason);
            } else {
              const order = orders[one.order % Math.max(1, orders.length)];
              if (order === undefined) return;
              if (one.do === "report" && !venue.says(order, one.execType)) return;
              await desk.submit(commandOn(order, one));
            }
          }));
          for (const tenant of tenants) {
            const { units: sums, openOrders } = await stored(tenantLevel(tenant));
            if (tenant === tenants[1]) assert(openOrders <= 2, String(openOrders));
            for (const sum of sums.flat()) assert(sum <= 5_000, String(sum));
          }
        }
        for (const [at, tenant] of tenants.entries()) {
          // Turns of its own, so that the gateway has seen what the other did last.
          const { desk, risk } = gateways[0]!;
          for (const reason of await refusedAtLast(desk, accounts[at]!)) reasons.add(reason);
          assertEquals(
            shown(risk.totals.of(tenantLevel(tenant))!),
            await stored(tenantLevel(tenant)),
          );
        }
      },
    ),
    { numRuns: 20 },
  );
  for (const reason of ["total_position_above_limit", "total_open_orders_above_limit"]) {
    assert(reasons.has(reason), reason);
  }
  assertEquals(await auditBooks(db), []);
});

/** More units than may be held, and more orders than may be open: refused whatever was drawn. */
async function refusedAtLast(desk: Desk, accountId: AccountId): Promise<string[]> {
  const reasons: string[] = [];
  for (const [at, size] of [5_001, 1, 1, 1].entries()) {
    const more = { units: units(size), positionFill: "open_only" as const };
    const terms = { ...termsOf(`last-${at}`), ...more };
    const outcome = await place(desk, accountId, terms);
    if (!outcome.ok) reasons.push(outcome.reason);
  }
  return reasons;
}

function commandOn(
  order: Order,
  one: Exclude<
    typeof step extends fc.Arbitrary<infer One> ? One : never,
    { do: "place" | "restart" }
  >,
): Command {
  const { accountId, orderId } = order;
  if (one.do === "cancel") return { kind: "cancel_order", accountId, orderId };
  if (one.do === "replace") {
    const request = { units: String(one.size * 100) };
    return { kind: "replace_order", accountId, orderId, request };
  }
  const { n, execType, share } = one;
  const filled = Math.max(1, Math.floor(order.units * share / 10));
  return {
    kind: "apply_report",
    accountId,
    report: reportOf(order, { n, execType, units: filled }),
  };
}

let named = 0;

function randomTerms(
  one: { symbol: Symbol; side: "buy" | "sell"; size: number; exits: boolean; reduces: boolean },
  mayExit: boolean,
) {
  const up = one.side === "buy" ? 1 : -1;
  const { bid } = quotes.get(one.symbol)!;
  return termsOf(`r-${named++}`, {
    symbol: one.symbol,
    side: one.side,
    units: (one.size * 100) as Units,
    price: (bid - up * 200) as typeof bid,
    positionFill: one.reduces ? "reduce_only" : "default",
    // Exits come with fills, whatever the level has by then.
    onFill: mayExit && one.exits && !one.reduces
      ? {
        takeProfitPrice: null,
        stopLossPrice: null,
        stopLossDistance: 300 as typeof bid,
        guaranteed: true,
        trailingDistance: null,
      }
      : null,
  });
}

Deno.test("a gateway without a price of the day's beginning counts what the accounts realised", async () => {
  const { totals } = await totalsStore.read(platformLevel, {
    joins: false,
    since: fxDayStart(now),
  });
  assert(totals.dayResult(market, new QuoteBook()) !== null);
});
