// Goal: rules of several levels can only tighten, an account never outruns its rate, and
// limits survive being written. Method: properties.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ClientOrderId } from "../ids.ts";
import { price, type Symbol, units } from "../instrument.ts";
import { instrumentOf } from "../instruments.ts";
import { micros, unitRate } from "../money.ts";
import { checkOrder, type KnownOfOrder } from "../orders/check_order.ts";
import { type OrderTerms, plainTerms } from "../orders/order.ts";
import { type PositionMode, positionModes } from "../position.ts";
import { QuoteBook } from "../quote.ts";
import { epochMs } from "../time.ts";
import type { CheckedRisk } from "./check_risk.ts";
import { accountLevel, parseRiskLevel, platformLevel, type Tenant, tenantLevel } from "./levels.ts";
import {
  noLimits,
  noTotals,
  type RiskLimits,
  type RiskRule,
  strictestRule,
  tradingStates,
} from "./limits.ts";
import { isFaulty, limitsText, readLimits } from "./limits_text.ts";
import { OrderPace, paceOf } from "./order_pace.ts";
import { RiskBook } from "./risk_book.ts";

const now = epochMs(Date.UTC(2026, 0, 7, 12));
const symbols = ["EURUSD", "GBPUSD"] as Symbol[];

function bookAt(bids: Record<string, number>): QuoteBook {
  const book = new QuoteBook();
  for (const [symbol, bid] of Object.entries(bids)) {
    const prices = { bid: price(bid), ask: price(bid + 10) };
    const times = { venueTime: now, receivedTime: now };
    book.apply({ symbol: symbol as Symbol, ...prices, ...times, sequence: 1 });
  }
  return book;
}

const amount = fc.integer({ min: 1, max: 5_000 });
const orNone = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null, freq: 2 });
const limitsArbitrary: fc.Arbitrary<RiskLimits> = fc.record({
  orderUnitsMax: orNone(amount.map(units)),
  orderNotionalMax: orNone(amount.map((n) => micros(BigInt(n) * 1_000_000n))),
  collarPpm: orNone(fc.integer({ min: 1, max: 50_000 })),
  collarPoints: orNone(fc.integer({ min: 1, max: 5_000 })),
  positionUnitsMax: orNone(amount.map(units)),
  exposureMax: orNone(amount.map((n) => micros(BigInt(n) * 1_000_000n))),
  openOrdersMax: orNone(fc.integer({ min: 0, max: 6 })),
  ordersPerSecondMax: orNone(fc.integer({ min: 1, max: 5 })),
  orderBurstMax: orNone(fc.integer({ min: 1, max: 10 })),
  dailyLossMax: orNone(amount.map((n) => micros(BigInt(n) * 1_000_000n))),
  duplicateMs: orNone(fc.integer({ min: 1, max: 3_000 })),
  symbols: orNone(fc.subarray(["EURUSD", "GBPUSD"])),
}, { noNullPrototype: true }).map((limits) => ({ ...noTotals, ...limits }));
/** With those that bound the accounts of a level together. */
const allLimits: fc.Arbitrary<RiskLimits> = fc.record({
  limits: limitsArbitrary,
  totals: fc.record({
    totalPositionUnitsMax: orNone(amount.map(units)),
    totalExposureMax: orNone(amount.map((n) => micros(BigInt(n) * 1_000_000n))),
    totalOpenOrdersMax: orNone(fc.integer({ min: 0, max: 6 })),
    totalOrdersPerSecondMax: orNone(fc.integer({ min: 1, max: 5 })),
    totalOrderBurstMax: orNone(fc.integer({ min: 1, max: 10 })),
    totalDailyLossMax: orNone(amount.map((n) => micros(BigInt(n) * 1_000_000n))),
  }, { noNullPrototype: true }),
}).map(({ limits, totals }) => ({ ...limits, ...totals }));
const ruleArbitrary: fc.Arbitrary<RiskRule> = fc.record({
  state: fc.constantFrom(...tradingStates),
  limits: limitsArbitrary,
});

const termsArbitrary: fc.Arbitrary<OrderTerms> = fc.record({
  symbol: fc.constantFrom(...symbols),
  side: fc.constantFrom("buy" as const, "sell" as const),
  units: amount.map(units),
  away: fc.integer({ min: -6_000, max: 6_000 }),
  positionFill: fc.constantFrom("default" as const, "reduce_only" as const),
}).map(({ away, ...terms }) => ({
  ...plainTerms,
  ...terms,
  clientOrderId: "new" as ClientOrderId,
  type: "limit",
  timeInForce: "GTC",
  price: price(100_000 + away),
  expireTime: null,
}));

interface World {
  readonly mode: PositionMode;
  readonly held: number;
  readonly openOrders: number;
  readonly waiting: number;
  readonly loss: number;
  readonly sent: readonly { readonly terms: OrderTerms; readonly msAgo: number }[];
}
const worldArbitrary: fc.Arbitrary<World> = fc.record({
  held: fc.integer({ min: -5_000, max: 5_000 }),
  openOrders: fc.integer({ min: 0, max: 6 }),
  waiting: fc.integer({ min: 0, max: 3_000 }),
  loss: fc.integer({ min: -5_000, max: 5_000 }),
  mode: fc.constantFrom(...positionModes),
  sent: fc.array(
    fc.record({
      terms: termsArbitrary.map((one) => ({ ...one, clientOrderId: "old" as ClientOrderId })),
      msAgo: fc.integer({ min: 0, max: 4_000 }),
    }),
    { maxLength: 6 },
  ),
});

/** What the check is told under a rule, in a world that is the same whatever the rule. */
function knownUnder(rule: RiskRule, world: World, terms: OrderTerms): KnownOfOrder {
  const pace = new OrderPace();
  const sent = world.sent.toSorted((a, b) => b.msAgo - a.msAgo);
  for (const { terms, msAgo } of sent) pace.spend(terms, paceOf(rule.limits), epochMs(now - msAgo));
  const risk: CheckedRisk = {
    rule,
    toLimits: () => unitRate,
    exposure: () => micros(BigInt(Math.abs(world.held)) * 1_000_000n),
    history: {
      openingUnits: () => world.waiting,
      dayResult: () => micros(BigInt(-world.loss) * 1_000_000n),
      admits: (count) => {
        const limits = paceOf(rule.limits);
        return limits === null || pace.admits(count, limits, now);
      },
      repeats: (one, withinMs) => pace.repeats(one, withinMs, now),
    },
    totals: [],
  };
  return {
    market: {
      now,
      open: true,
      status: "live",
      quote: bookAt({ [terms.symbol]: 99_995 }).get(terms.symbol),
    },
    account: {
      openOrders: world.openOrders,
      holding: {
        mode: world.mode,
        long: Math.max(world.held, 0),
        short: Math.max(-world.held, 0),
        lots: 0,
        lotUnits: null,
        tiers: new Map(),
        hedged: "max",
      },
      marginAvailable: micros(10n ** 15n),
      toAccount: unitRate,
    },
    risk,
    offer: null,
  };
}

Deno.test("a further rule never lets pass what a rule alone refuses, whatever their order", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      ruleArbitrary,
      ruleArbitrary,
      termsArbitrary,
      worldArbitrary,
      (one, other, terms, world) => {
        const check = (rule: RiskRule) =>
          checkOrder(terms, instrumentOf(terms.symbol), knownUnder(rule, world, terms));
        const both = strictestRule(one, other);
        if (check(one) !== null || check(other) !== null) {
          refused++;
          assert(check(both) !== null, JSON.stringify(both, (_, v) => String(v)));
        }
        assertEquals(check(strictestRule(other, one)), check(both));
        assertEquals(strictestRule(both, both), both);
      },
    ),
    { numRuns: 3_000 },
  );
  assert(refused > 500, String(refused));
});

Deno.test("a RiskBook answers with the strictest of the levels that govern the order, newest rules only", () => {
  const rule = fc.record({
    level: fc.constantFrom(
      platformLevel,
      tenantLevel("t"),
      tenantLevel("u"),
      accountLevel("a"),
      accountLevel("b"),
    ),
    rule: ruleArbitrary,
    version: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(fc.property(fc.array(rule, { maxLength: 12 }), (changes) => {
    const book = new RiskBook();
    const newest = new Map<string, (typeof changes)[number]>();
    for (const change of changes) {
      book.ruleFor({ accountId: "a", tenant: "t" as Tenant }, "EURUSD"); // works it out too early
      book.take(change.level, { ...change.rule, version: change.version });
      if (change.version > (newest.get(change.level)?.version ?? 0)) {
        newest.set(change.level, change);
      }
    }
    const governing = ["platform", "tenant:t", "account:a"].flatMap((level) =>
      newest.has(level) ? [newest.get(level)!.rule] : []
    );
    const wanted = governing.reduce(strictestRule, { state: "active", limits: noLimits });
    assertEquals(book.ruleFor({ accountId: "a", tenant: "t" as Tenant }, "EURUSD"), wanted);
  }));
});

Deno.test("in no stretch of time does an account send more than its burst and its rate", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 5, maxLength: 80 });
  const limits = fc.record({
    perSecond: fc.integer({ min: 1, max: 20 }),
    burst: fc.integer({ min: 1, max: 10 }),
  });
  fc.assert(fc.property(steps, limits, (waits, pace) => {
    const bucket = new OrderPace();
    const taken: number[] = [];
    let at = 0;
    for (const wait of waits) {
      at += wait;
      if (!bucket.admits(1, pace, epochMs(at))) continue;
      bucket.spend(null, pace, epochMs(at));
      taken.push(at);
    }
    assertEquals(taken.length > 0, true);
    for (const [first, from] of taken.entries()) {
      for (let last = first; last < taken.length; last++) {
        const allowed = pace.burst + (taken[last]! - from) * pace.perSecond / 1_000;
        assert(last - first + 1 <= allowed + 1e-6, `${first}..${last} of ${taken}`);
      }
    }
  }));
});

Deno.test("a duplicate is the same order under another id within the window, and no other", () => {
  const pace = new OrderPace();
  const [terms] = fc.sample(termsArbitrary, { numRuns: 1, seed: 1 }) as [OrderTerms];
  pace.spend(terms, null, now);
  const other = { ...terms, clientOrderId: "other" as ClientOrderId };
  const at = (ms: number) => epochMs(now + ms);
  assertEquals(pace.repeats(terms, 1_000, now), false);
  assertEquals(pace.repeats(other, 1_000, at(999)), true);
  assertEquals(pace.repeats(other, 1_000, at(1_000)), false);
  assertEquals(pace.repeats({ ...other, units: units(terms.units + 1) }, 1_000, now), false);
  assertEquals(pace.repeats({ ...other, price: price(1) }, 1_000, now), true);
});

Deno.test("limits read as they were written, and levels only as they are named", () => {
  fc.assert(fc.property(allLimits, (limits) => {
    const read = readLimits(limitsText(limits));
    assert(!isFaulty(read));
    assertEquals(read, limits);
  }));
  const hostile = fc.record(
    {
      orderUnitsMax: fc.string(),
      exposureMax: fc.string(),
      collarPercent: fc.string(),
      symbols: fc.array(fc.string(), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(fc.property(hostile, (text) => {
    const read = readLimits(text);
    if (!isFaulty(read)) assertEquals(readLimits(limitsText(read)), read);
  }));
  assertEquals(parseRiskLevel("instrument:EURUSD"), { kind: "instrument", name: "EURUSD" });
  assertEquals(parseRiskLevel("platform"), { kind: "platform", name: "" });
  for (const text of ["", "platform:", "tenant:", "account:X", "instrument:eurusd", "all"]) {
    assertEquals(parseRiskLevel(text), null, text);
  }
});
