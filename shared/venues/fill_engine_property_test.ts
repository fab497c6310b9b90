import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ExecutionReport } from "../contracts/messages/executions.ts";
import type { VenueOrder } from "../contracts/messages/orders.ts";
import { TradingHours } from "../domain/fx_week.ts";
import type { AccountId, ClientOrderId, OrderId } from "../domain/ids.ts";
import { type Price, price, type Symbol, units } from "../domain/instrument.ts";
import {
  isConditional,
  type OrderType,
  orderTypeRules,
  plainTerms,
  type Replacement,
  type TriggerSide,
  triggerSides,
} from "../domain/orders/order.ts";
import type { Quote } from "../domain/quote.ts";
import { type EpochMs, epochMs, parseRfc3339 } from "../domain/time.ts";
import { createFillEngine, type FillEngineOptions } from "./fill_engine.ts";
import { isImmediate } from "./matching.ts";
import type { EngineEffects, FillEngine, HeldOrder } from "./venue.ts";

/** Minutes before a weekend, so that scripts cross the close. */
const start = parseRfc3339("2026-01-16T21:55:00Z")!;
const symbols = ["EURUSD", "USDJPY", "USDNOK"] as Symbol[];

type Action =
  | { kind: "submit"; order: VenueOrder }
  | { kind: "cancel"; orderId: OrderId }
  | { kind: "replace"; orderId: OrderId; replacement: Replacement }
  | { kind: "quotes"; quotes: readonly Quote[] }
  | { kind: "advance"; heard: boolean };
type Step = Action & { now: EpochMs };

const draft = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      terms: fc.record({
        symbol: fc.constantFrom(...symbols),
        side: fc.constantFrom("buy" as const, "sell" as const),
        style: fc.constantFrom(
          "market FOK",
          "market IOC",
          "limit GTC",
          "limit GTD",
          "limit IOC",
          "limit FOK",
          "limit DAY",
          "stop GTC",
          "stop GTC guaranteed",
          "stop GTD",
          "stop_limit GTC",
          "market_if_touched GTC",
          "trailing_stop GTC",
          "trailing_stop DAY",
        ),
        lots: fc.integer({ min: 1, max: 50 }),
        at: fc.integer({ min: 90, max: 110 }),
        trigger: fc.integer({ min: 90, max: 115 }),
        distance: fc.integer({ min: 1, max: 6 }),
        triggerSide: fc.constantFrom(...triggerSides),
        bound: fc.option(fc.integer({ min: 90, max: 115 })),
        expiresIn: fc.integer({ min: 1, max: 20_000 }),
        group: fc.option(fc.constantFrom("a", "b")),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("replace" as const),
      which: fc.nat(40),
      lots: fc.integer({ min: 1, max: 50 }),
      move: fc.integer({ min: -8, max: 8 }),
      expiresIn: fc.integer({ min: 1, max: 20_000 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("quotes" as const),
      quotes: fc.array(
        fc.record({
          symbol: fc.constantFrom(...symbols),
          bid: fc.integer({ min: 90, max: 110 }),
          spread: fc.integer({ min: 1, max: 5 }),
          age: fc.oneof(
            { weight: 5, arbitrary: fc.constant(0) },
            fc.integer({ min: 0, max: 4_000 }),
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("advance" as const), heard: fc.boolean() }),
  },
);
const pauses = fc.oneof(fc.nat(300), fc.nat(3_000), fc.integer({ min: 3_000, max: 60_000 }));
const drafts = fc.array(fc.tuple(pauses, draft), { minLength: 1, maxLength: 60, size: "max" });

const settings = fc.record({
  latencyMs: fc.constantFrom(0, 40, 1_500),
  slippagePoints: fc.constantFrom(0, 2),
  partialShare: fc.constantFrom(0, 0.5, 1),
  rejectShare: fc.constantFrom(0, 0.3),
});
type Settings = Partial<FillEngineOptions>;

function pricesOf(
  type: OrderType,
  terms: {
    at: number;
    trigger: number;
    distance: number;
    triggerSide: TriggerSide;
    bound: number | null;
  },
) {
  const rule = orderTypeRules[type];
  return {
    price: rule.price ? price(terms.at) : null,
    triggerPrice: rule.triggerPrice ? price(terms.trigger) : null,
    trailingDistance: rule.trailingDistance ? price(terms.distance) : null,
    triggerSide: terms.triggerSide,
    priceBound: rule.atMarket && terms.bound !== null ? price(terms.bound) : null,
  };
}

function stepsOf(
  script: readonly (readonly [number, (typeof draft) extends fc.Arbitrary<infer T> ? T : never])[],
): Step[] {
  let now = start;
  let orders = 0;
  let sequence = 0;
  let revision = 0;
  const submitted: VenueOrder[] = [];
  return script.map(([pause, one]): Step => {
    now = epochMs(now + pause);
    if (one.kind === "replace") {
      const order = submitted[one.which % Math.max(1, submitted.length)];
      // Trading lets no order that trades at once be replaced.
      if (order === undefined || isImmediate(order)) return { kind: "advance", heard: true, now };
      const moved = (value: Price | null) =>
        value === null ? null : price(Math.max(1, value + one.move));
      const replacement: Replacement = {
        revision: ++revision,
        units: units(one.lots * 100),
        price: moved(order.price),
        timeInForce: order.timeInForce,
        expireTime: order.expireTime === null ? null : epochMs(now + one.expiresIn),
        triggerPrice: moved(order.triggerPrice),
        trailingDistance: moved(order.trailingDistance),
        priceBound: moved(order.priceBound),
      };
      return { kind: "replace", orderId: order.orderId, replacement, now };
    }
    if (one.kind === "submit") {
      const [type, timeInForce, guaranteed] = one.terms.style.split(" ") as [
        VenueOrder["type"],
        VenueOrder["timeInForce"],
        string?,
      ];
      const order: VenueOrder = {
        accountId: "demo" as AccountId,
        orderId: `demo.${++orders}` as OrderId,
        clientOrderId: `c${orders}` as ClientOrderId,
        symbol: one.terms.symbol,
        side: one.terms.side,
        type,
        timeInForce,
        units: units(one.terms.lots * 100),
        ...plainTerms,
        ocoGroup: one.terms.group,
        ...pricesOf(type, one.terms),
        ...(guaranteed === undefined ? {} : { guaranteedPremium: price(1), priceBound: null }),
        expireTime: timeInForce === "GTD" || timeInForce === "DAY"
          ? epochMs(now + one.terms.expiresIn)
          : null,
        submittedTime: now,
      };
      submitted.push(order);
      return { kind: "submit", order, now };
    }
    if (one.kind === "cancel") {
      return { kind: "cancel", orderId: `demo.${one.which}` as OrderId, now };
    }
    if (one.kind === "advance") return { ...one, now };
    const quotes = one.quotes.map((quote) => ({
      symbol: quote.symbol,
      bid: price(quote.bid),
      ask: price(quote.bid + quote.spread),
      venueTime: now,
      receivedTime: epochMs(now - quote.age),
      sequence: ++sequence,
    }));
    return { kind: "quotes", quotes, now };
  });
}

const fresh = (options: Settings): FillEngine =>
  createFillEngine({ name: "simulator", seed: "seed", hours: new TradingHours(), ...options });

function take(engine: FillEngine, step: Step): EngineEffects {
  if (step.kind === "submit") return engine.submit(step.order, step.now);
  if (step.kind === "replace") return engine.replace(step.orderId, step.replacement, step.now);
  if (step.kind === "cancel") return engine.cancel(step.orderId, step.now);
  if (step.kind === "quotes") return engine.quotes(step.quotes, step.now);
  return engine.advance(step.now, step.heard ? step.now : undefined);
}

/** The reports of each order, in order. */
function byOrder(effects: readonly EngineEffects[]): Map<string, readonly ExecutionReport[]> {
  return new Map(
    [...Map.groupBy(effects.flatMap((one) => one.reports), (report) => report.orderId as string)]
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const ends = new Set(["canceled", "rejected", "expired"]);

/** Holds the reports against the terms that stood when each was made; returns the last of these. */
function checkOrder(
  order: VenueOrder,
  reports: readonly ExecutionReport[],
  replacements: ReadonlyMap<number, Replacement>,
): { units: number; filled: number } {
  const story = `${JSON.stringify(order)}: ${JSON.stringify(reports)}`;
  reports.forEach((report, i) =>
    assertEquals(report.execId as string, `${order.orderId}-${i + 1}`)
  );
  const direction = order.side === "buy" ? 1 : -1;
  let terms: Omit<Replacement, "revision"> = order;
  let filled = 0;
  for (const report of reports) {
    if (report.execType === "replaced") terms = replacements.get(report.revision)!;
    if (report.execType !== "trade") continue;
    filled += report.units;
    assert(report.units > 0 && filled <= terms.units, story);
    for (const limit of [terms.price, terms.priceBound]) {
      assert(limit === null || direction * (limit - report.price) >= 0, story);
    }
    assert(order.guaranteedPremium === null || report.price === terms.triggerPrice, story);
    assert(new TradingHours().isOpen(report.time), story);
    assert(terms.expireTime === null || report.time < terms.expireTime, story);
  }
  const trades = reports.filter((report) => report.execType === "trade");
  const triggers = reports.filter((report) => report.execType === "triggered").length;
  assert(triggers <= (isConditional(order.type) ? 1 : 0), story);
  if (isConditional(order.type) && trades.length > 0) {
    const kinds = reports.map((report) => report.execType);
    assert(
      kinds.includes("triggered") && kinds.indexOf("triggered") < kinds.indexOf("trade"),
      story,
    );
  }
  // What its group trades is taken off an order that has to fill whole, too.
  if (order.timeInForce === "FOK" && order.ocoGroup === null) {
    assert(filled === 0 || filled === order.units, story);
  }
  const endings = reports.filter((report) => ends.has(report.execType)).length;
  assert(endings + (filled === terms.units ? 1 : 0) <= 1, story);
  const last = reports.findIndex((report) => ends.has(report.execType));
  const after = reports.slice(last + 1).every((report) => report.execType.endsWith("_rejected"));
  assert(last < 0 || after, story);
  return { units: terms.units, filled };
}

Deno.test("whatever happens, an order's reports add up, keep its limit and end once", () => {
  fc.assert(
    fc.property(drafts, settings, (script, options) => {
      const steps = stepsOf(script);
      const engine = fresh(options);
      const reports = byOrder(steps.map((step) => take(engine, step)));
      const replacements = new Map(
        steps.flatMap((step) =>
          step.kind === "replace" ? [[step.replacement.revision, step.replacement]] : []
        ),
      );
      for (const step of steps) {
        if (step.kind !== "submit") continue;
        const own = reports.get(step.order.orderId) ?? [];
        const { units, filled } = checkOrder(step.order, own, replacements);
        const ended = filled === units || own.some((one) => ends.has(one.execType));
        assertEquals(engine.holds(step.order.orderId), !ended);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("the same steps give the same reports", () => {
  fc.assert(
    fc.property(drafts, settings, (script, options) => {
      const run = () => {
        const engine = fresh(options);
        return stepsOf(script).map((step) => take(engine, step));
      };
      assertEquals(run(), run());
    }),
    { numRuns: 50 },
  );
});

Deno.test("an engine restored at any point gives the reports that were still to come", () => {
  fc.assert(
    fc.property(drafts, settings, fc.nat(), (script, options, cut) => {
      const steps = stepsOf(script);
      const before = steps.slice(0, cut % (steps.length + 1));
      const original = fresh(options);
      const stored = new Map<OrderId, HeldOrder>();
      for (const step of before) {
        for (const [orderId, held] of take(original, step).changes) {
          if (held === null) stored.delete(orderId);
          else stored.set(orderId, held);
        }
      }
      const restored = fresh(options);
      restored.restore(JSON.parse(JSON.stringify([...stored.values()])) as HeldOrder[]);
      assertEquals(catchUp(restored, before).flatMap((one) => one.reports), []);
      const after = steps.slice(before.length);
      assertEquals(
        byOrder(after.map((step) => take(restored, step))),
        byOrder(after.map((step) => take(original, step))),
      );
    }),
    { numRuns: 150 },
  );
});

/** Tells a restored engine the prices and the sign of life that stand. */
function catchUp(engine: FillEngine, steps: readonly Step[]): EngineEffects[] {
  const now = steps.at(-1)?.now;
  if (now === undefined) return [];
  const quotes = steps.flatMap((step) => step.kind === "quotes" ? step.quotes : []);
  const standing = [...Map.groupBy(quotes, (quote) => quote.symbol).values()]
    .map((own) => own.at(-1)!);
  const heard = Math.max(
    0,
    ...quotes.map((quote) => quote.receivedTime as number),
    ...steps.map((step) => step.kind === "advance" && step.heard ? step.now as number : 0),
  );
  return [engine.quotes(standing, now), engine.advance(now, epochMs(heard))];
}
