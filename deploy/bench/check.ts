/**
 * What the edge's decision about an order costs inside the process: the check on what it knows, and
 * with the reading of the decimal text, beside zod's parsing of the same request.
 */

import { placeOrderBody } from "../../shared/contracts/http/order_bodies.ts";
import type { Price, Symbol, Units } from "../../shared/domain/instrument.ts";
import { instruments } from "../../shared/domain/instruments.ts";
import { micros, unitRate } from "../../shared/domain/money.ts";
import { checkOrder } from "../../shared/domain/orders/check_order.ts";
import { defaultGuarantees, guaranteeOffer } from "../../shared/domain/orders/guarantee.ts";
import {
  type OrderRequest,
  type ReadOrder,
  readOrder,
} from "../../shared/domain/orders/read_order.ts";
import type { OrderTerms } from "../../shared/domain/orders/order.ts";
import { defaultTenant, platformLevel, tenantLevel } from "../../shared/domain/risk/levels.ts";
import type { RiskLimits } from "../../shared/domain/risk/limits.ts";
import { LevelTotals } from "../../shared/domain/risk/level_totals.ts";
import { OrderPace, paceOf, totalPaceOf } from "../../shared/domain/risk/order_pace.ts";
import { RiskBook } from "../../shared/domain/risk/risk_book.ts";
import { epochMs } from "../../shared/domain/time.ts";
import { untilIdle } from "./idle.ts";
import type { BenchResult } from "./result.ts";

const rounds = 9;
const calls = 200_000;
const now = epochMs(Date.UTC(2026, 0, 14, 12));

/** Different orders in turn, so that no branch is always the same. */
const requests: OrderRequest[] = instruments.map((instrument, at) => ({
  clientOrderId: `bench-${at}`,
  symbol: instrument.symbol,
  side: at % 2 === 0 ? "buy" : "sell",
  type: at % 3 === 0 ? "limit" : "market",
  units: String(1_000 * (1 + at)),
  ...(at % 3 === 0 ? { price: "1.10000" } : {}),
}));
const texts = requests.map((request) => JSON.stringify(request));
const reads = requests.map((request) => readOrder(request) as ReadOrder);
/** Generous, so that no order of the bench is refused. */
const everyLimit: RiskLimits = {
  orderUnitsMax: 1_000_000 as Units,
  orderNotionalMax: micros(10n ** 15n),
  collarPpm: 2_000_000,
  collarPoints: 1_000_000,
  positionUnitsMax: 10_000_000 as Units,
  exposureMax: micros(10n ** 16n),
  openOrdersMax: 100,
  ordersPerSecondMax: 1_000,
  orderBurstMax: 1_000,
  dailyLossMax: micros(10n ** 12n),
  duplicateMs: 1_000,
  symbols: instruments.map(({ symbol }) => symbol),
  totalPositionUnitsMax: 100_000_000 as Units,
  totalExposureMax: micros(10n ** 17n),
  totalOpenOrdersMax: 10_000,
  totalOrdersPerSecondMax: 10_000,
  totalOrderBurstMax: 10_000,
  totalDailyLossMax: micros(10n ** 13n),
};
const book = new RiskBook();
book.take(platformLevel, { state: "active", limits: everyLimit, version: 1 });
/** As full of other orders as it can be. */
const pace = new OrderPace();
for (let at = 0; at < 64; at++) {
  const { terms } = reads[at % reads.length]!;
  pace.spend({ ...terms, units: 1 as Units }, null, now);
}
/** Of the platform and the tenant, with every total set. */
const levelTotals = new LevelTotals();
const totalPace = new OrderPace();
const totals = [platformLevel, tenantLevel(defaultTenant)].map((level) => ({
  level,
  limits: everyLimit,
  unitsOn: ({ symbol, side }: OrderTerms) => levelTotals.unitsOn(symbol, side),
  exposure: () => micros(1_000_000_000n),
  openOrders: () => levelTotals.openOrders,
  dayResult: () => micros(-1_000_000n),
  admits: (count: number) => totalPace.admits(count, totalPaceOf(everyLimit)!, now),
}));
const knowns = reads.map(({ instrument }) => ({
  market: {
    now,
    open: true,
    status: "live" as const,
    quote: {
      symbol: instrument.symbol as Symbol,
      bid: 110_000 as Price,
      ask: 110_010 as Price,
      venueTime: now,
      receivedTime: now,
      sequence: 1,
    },
  },
  account: {
    openOrders: 3,
    holding: {
      mode: "netting" as const,
      long: 5_000,
      short: 0,
      lots: 0,
      lotUnits: null,
      tiers: new Map(),
      hedged: "max" as const,
    },
    marginAvailable: micros(1_000_000_000_000n),
    toAccount: unitRate,
  },
  offer: guaranteeOffer(defaultGuarantees, instrument),
  risk: {
    // Every limit set, none reached: each is asked.
    rule: book.ruleFor({ accountId: "bench", tenant: defaultTenant }, instrument.symbol),
    toLimits: () => unitRate,
    exposure: () => micros(1_000_000_000n),
    history: {
      openingUnits: () => 1_000,
      dayResult: () => micros(-1_000_000n),
      admits: (count: number) => pace.admits(count, paceOf(everyLimit)!, now),
      repeats: (terms: OrderTerms, withinMs: number) => pace.repeats(terms, withinMs, now),
    },
    totals,
  },
}));

const plainKnowns = knowns.map((known) => ({ ...known, risk: null }));

/** Nanoseconds a call in the best round. Every call's answer is looked at, so none is left out. */
async function measure(fn: (at: number) => boolean): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    await untilIdle({ share: 0.4, msMax: 2_000 });
    const startAt = performance.now();
    for (let call = 0, at = 0; call < calls; call++, at = at + 1 === texts.length ? 0 : at + 1) {
      if (!fn(at)) throw new Error(`Cannot measure: ${texts[at]} was refused`);
    }
    best = Math.min(best, (performance.now() - startAt) / calls * 1e6);
  }
  return best;
}

export async function benchCheck(): Promise<BenchResult> {
  const check = (at: number) => {
    const { terms, instrument } = reads[at]!;
    return checkOrder(terms, instrument, knowns[at]!) === null;
  };
  const readAndCheck = (at: number) => {
    const read = readOrder(requests[at]!);
    if (typeof read === "string") return false;
    return checkOrder(read.terms, read.instrument, knowns[at]!) === null;
  };
  const checkNs = await measure(check);
  const readAndCheckNs = await measure(readAndCheck);
  const jsonNs = await measure((at) => JSON.parse(texts[at]!) !== null);
  const plainNs = await measure((at) => {
    const { terms, instrument } = reads[at]!;
    return checkOrder(terms, instrument, plainKnowns[at]!) === null;
  });
  const zodNs = await measure((at) => placeOrderBody.safeParse(requests[at]).success);
  console.log(
    `check ${checkNs.toFixed(0)} ns (${plainNs.toFixed(0)} without rules of risk), with reading ${
      readAndCheckNs.toFixed(0)
    } ns`,
  );
  console.log(`beside: JSON.parse ${jsonNs.toFixed(0)} ns, zod ${zodNs.toFixed(0)} ns`);
  return {
    bench: "check",
    ratios: { zod: zodNs / readAndCheckNs, json_parse: jsonNs / readAndCheckNs },
    figures: {
      check_ns: checkNs,
      check_without_risk_ns: plainNs,
      read_and_check_ns: readAndCheckNs,
      json_parse_ns: jsonNs,
      zod_parse_ns: zodNs,
    },
  };
}
