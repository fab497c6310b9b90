// Goal: what an edge lets pass the core refuses only for reasons that depend on more than the
// order, and what an edge refuses the core would have refused too. Method: random orders against
// random accounts, markets and rules of risk; the edge's own check beside the desk's own rules.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { refusalNow, refusalOfTerms } from "../../services/api-gateway/orders/check_at_edge.ts";
import { EdgeMarket } from "../../services/api-gateway/market/edge_market.ts";
import { accountEntry } from "../../services/trading-gateway/desk/announce.ts";
import type { Command } from "../../services/trading-gateway/desk/commands.ts";
import { decide } from "../../services/trading-gateway/desk/decide.ts";
import {
  clientOrderKey,
  type Known,
  type Market,
} from "../../services/trading-gateway/desk/decision.ts";
import { DeskRisk } from "../../services/trading-gateway/risk/desk_risk.ts";
import { emptyAccount } from "../../shared/domain/account.ts";
import { tradingHours, type TradingHoursName } from "../../shared/domain/fx_week.ts";
import type { AccountId, ExecId } from "../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../shared/domain/instrument.ts";
import { micros } from "../../shared/domain/money.ts";
import type { Order } from "../../shared/domain/orders/order.ts";
import { type OrderRequest, readOrder } from "../../shared/domain/orders/read_order.ts";
import { rejectMappings, stateReasons } from "../../shared/domain/orders/reject_mappings.ts";
import type { RejectReason } from "../../shared/domain/orders/rejects.ts";
import { QuoteBook } from "../../shared/domain/quote.ts";
import { quoteRates } from "../../shared/domain/rates.ts";
import { accountLevel, instrumentLevel, platformLevel } from "../../shared/domain/risk/levels.ts";
import type { TradingState } from "../../shared/domain/risk/limits.ts";
import { LevelTotals } from "../../shared/domain/risk/level_totals.ts";
import { storedLimits } from "../../shared/domain/risk/limits_text.ts";
import { defaultTerms } from "../../shared/domain/terms.ts";
import { type EpochMs, epochMs, ManualClock } from "../../shared/domain/time.ts";
import { createEventSource } from "../../shared/runtime/events.ts";

const accountId = "demo" as AccountId;
/** Only the one writer of the account knows its orders, its day and its pace. */
const coreAlone = new Set<RejectReason>([
  "duplicate_client_order_id",
  "trading_reduce_only",
  "position_above_limit",
  "exposure_above_limit",
  "daily_loss_reached",
  "order_rate_above_limit",
  "duplicate_order",
  "conversion_rate_missing",
]);

const some = <T>(...values: T[]) => fc.constantFrom<T>(...values);
/** The first eight times out of ten. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: some(...others) });
const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 });

const request: fc.Arbitrary<OrderRequest> = fc.record({
  clientOrderId: mostly("new", "old-0", "sw:x"),
  symbol: mostly("EURUSD", "USDJPY", "EURXXX"),
  side: some("buy", "sell"),
  type: some("market", "market", "limit", "limit", "stop", "trailing_stop"),
  units: fc.oneof(
    { weight: 6, arbitrary: some("1000", "500", "3000") },
    some("0", "1.5", "x", "999999999"),
  ),
  timeInForce: mostly(undefined, "GTC", "GTD", "DAY", "IOC", "FOK"),
  price: mostly<string | undefined>(undefined, "1.16", "1.30", "0", "1.1234567"),
  triggerPrice: optional(some("1.17", "1.15")),
  trailingDistance: optional(some("0.01")),
  expireTime: mostly<string | undefined>(undefined, "2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
  positionFill: mostly("default", "reduce_only", "open_only"),
}).map((one) => {
  // Most orders of a type carry what it wants, so that many get far.
  const wanted = { price: one.type === "limit", triggerPrice: one.type === "stop" };
  return {
    ...one,
    price: wanted.price ? one.price ?? "1.15" : one.price === "0" ? "0" : undefined,
    triggerPrice: wanted.triggerPrice ? one.triggerPrice ?? "1.17" : undefined,
    trailingDistance: one.type === "trailing_stop" ? "0.01" : undefined,
  } as OrderRequest;
});

/** One limit at a time: of many at once nearly always an early one refuses. */
const limits = fc.oneof(
  fc.record({ orderUnitsMax: some("600", "2000") }),
  fc.record({ orderNotionalMax: some("1000", "2000") }),
  fc.record({ collarPercent: some("0.5", "5") }),
  fc.record({ positionUnitsMax: some("1000", "2500", "5000") }),
  fc.record({ exposureMax: some("1500", "4000") }),
  fc.record({ openOrdersMax: some(0, 2, 5) }),
  fc.record({ dailyLossMax: some("0.01", "1000") }),
  fc.record({ duplicateMs: some(1_000) }),
  fc.record({ symbols: some(["EURUSD"], ["USDJPY"]) }),
);

const scenario = fc.record({
  request,
  held: some(0, 1_000, -1_000, 2_500),
  waiting: fc.array(some("500", "1000"), { maxLength: 3 }),
  deposit: mostly(100_000n, 10n),
  rules: fc.array(
    fc.record({
      level: some(platformLevel, accountLevel("demo"), instrumentLevel("EURUSD")),
      state: mostly<TradingState>("active", "reduce_only", "halted"),
      limits,
    }),
    { maxLength: 2 },
  ),
  market: mostly("live", "stale", "closed", "unquoted"),
  /** Whether the edge has heard of the account and the rules. */
  warm: fc.boolean(),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

const sides = { bid: price(116_000), ask: price(116_010) };

function bookAt(receivedTime: number): QuoteBook {
  const book = new QuoteBook();
  quote(book, receivedTime);
  return book;
}

function quote(book: QuoteBook, receivedTime: number): void {
  const times = { venueTime: epochMs(receivedTime), receivedTime: epochMs(receivedTime) };
  book.apply({ symbol: "EURUSD" as Symbol, ...sides, ...times, sequence: receivedTime });
}

/** The desk's rules over one account in memory. */
class Core {
  readonly account = emptyAccount(accountId);
  readonly risk = new DeskRisk({
    daysOf: () => Promise.resolve(new Map()),
    begunAt: () => Promise.resolve(null),
  }, { read: () => Promise.resolve({ turn: 1, totals: new LevelTotals() }) });
  readonly #known: Known & { byClientOrderId: Map<string, Order> } = {
    byClientOrderId: new Map(),
    bookedFills: new Set(),
  };

  run(command: Command, met: { now: EpochMs; quotes: QuoteBook; hours: TradingHoursName }) {
    const { now, quotes, hours } = met;
    const market: Market = {
      now,
      quotes,
      rates: quoteRates(quotes),
      hours: tradingHours(hours),
      terms: defaultTerms,
      risk: this.risk,
    };
    const decision = decide(this.account, command as never, { market, known: this.#known });
    for (const order of this.account.orders.values()) {
      this.#known.byClientOrderId.set(clientOrderKey(order), order);
    }
    const booked = decision.booked.map(({ transaction }) => transaction);
    this.risk.count(this.account, booked, { asked: true, now });
    return decision.outcome;
  }

  /** What the account held and had waiting before the order under test. */
  prepare(one: Scenario, now: EpochMs): void {
    const met = { now, quotes: bookAt(now), hours: "always" as const };
    const deposit = micros(100_000n * 1_000_000n);
    this.run({ kind: "open_account", accountId, currency: "USD", deposit }, met);
    const place = (over: Partial<OrderRequest>) => {
      const clientOrderId = `old-${this.#known.byClientOrderId.size}`;
      const usual = { clientOrderId, symbol: "EURUSD", side: "buy", type: "limit" } as const;
      const read = readOrder({ ...usual, units: "1000", price: "1.15", ...over });
      assert(typeof read !== "string");
      return this.run({ kind: "place_order", accountId, ...read }, met);
    };
    if (one.held !== 0) {
      const side = one.held > 0 ? "buy" : "sell";
      const size = Math.abs(one.held);
      const outcome = place({ type: "market", price: undefined, side, units: String(size) });
      assert(outcome.ok);
      const { orderId, symbol } = outcome.order!;
      const fill = { venue: "v", execId: "x" as ExecId, time: now, text: null };
      const traded = { execType: "trade" as const, units: units(size), price: sides.ask };
      const report = { ...fill, ...traded, accountId, orderId, symbol };
      this.run({ kind: "apply_report", accountId, report }, met);
    }
    for (const size of one.waiting) place({ units: size });
    this.account.balance = micros(one.deposit * 1_000_000n);
  }
}

async function play(one: Scenario) {
  const now = epochMs(Date.UTC(2026, 0, one.market === "closed" ? 10 : 7, 12));
  const clock = new ManualClock(now);
  const edge = new EdgeMarket({ hours: tradingHours("fx-week"), clock });
  const core = new Core();
  core.prepare(one, now);
  one.rules.forEach(({ level, state, limits }, at) => {
    const rule = { state, limits: storedLimits(limits), version: at + 1 };
    core.risk.book.take(level, rule);
    if (one.warm) edge.risk.take(level, rule);
  });
  if (one.warm) {
    const events = createEventSource({ source: "/test", ids: { next: () => "1" }, clock });
    edge.takeAccount(JSON.parse(accountEntry(events, core.account).body).data);
  }
  await core.risk.prepare([core.account], [], now);
  const quotes = new QuoteBook();
  if (one.market !== "unquoted") {
    for (const book of [quotes, edge.quotes]) {
      quote(book, now - (one.market === "stale" ? 60_000 : 0));
    }
  }
  const atEdge = {
    terms: refusalOfTerms(one.request),
    now: refusalNow(edge, accountId, one.request),
  };
  const read = readOrder(one.request);
  if (typeof read === "string") return { atEdge, core: read };
  const met = { now, quotes, hours: "fx-week" as const };
  const outcome = core.run({ kind: "place_order", accountId, ...read }, met);
  return { atEdge, core: outcome.ok ? null : outcome.reason as RejectReason };
}

Deno.test("an edge and the core differ only in reasons that depend on state", async () => {
  const counts = { accepted: 0, refusedByBoth: 0, coreOnly: new Map<string, number>() };
  await fc.assert(
    fc.asyncProperty(scenario, async (one) => {
      const { atEdge, core } = await play(one);
      if (atEdge.terms !== null) {
        assertEquals(rejectMappings[atEdge.terms].dependsOn, "terms", atEdge.terms);
        // A repeat of an order that was taken is answered as it was, before its terms are looked at.
        if (core !== "duplicate_client_order_id") assertEquals(core, atEdge.terms);
        return;
      }
      if (core === null) counts.accepted++;
      else assert(stateReasons.has(core), `${core} does not depend on state`);
      if (!one.warm) return;
      if (atEdge.now !== null) {
        counts.refusedByBoth++;
        // A repeat gets its first answer, and an edge does not know which orders are repeats.
        const repeat = one.request.clientOrderId.startsWith("old-");
        assert(repeat || core !== null, `the edge alone refuses: ${atEdge.now}`);
      } else if (core !== null) {
        assert(coreAlone.has(core), `the edge should have known: ${core}`);
        counts.coreOnly.set(core, (counts.coreOnly.get(core) ?? 0) + 1);
      }
    }),
    { numRuns: 12_000 },
  );
  assert(counts.accepted > 100 && counts.refusedByBoth > 100, JSON.stringify(counts));
  assert(counts.coreOnly.size >= 4, JSON.stringify([...counts.coreOnly]));
});
