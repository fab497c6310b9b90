// Goal: a session replays to the same transactions, whatever was asked in it and however its words
// crossed; and what is not as the rules have it shows.
// Method: random sessions in virtual time, in which prices, orders and reports lag; every kind of
// order, group, replace and cancel, rests, rejects and rolls; netting and hedging, three currencies.
// The difference of the two journals must be empty.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { emptyAccount } from "../../../../shared/domain/account.ts";
import { tradingHours } from "../../../../shared/domain/fx_week.ts";
import { formatPrice, price, type Symbol } from "../../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import { micros } from "../../../../shared/domain/money.ts";
import type { FundsId } from "../../../../shared/domain/money_transactions.ts";
import { isOpen } from "../../../../shared/domain/orders/order.ts";
import { type OrderRequest, readOrder } from "../../../../shared/domain/orders/read_order.ts";
import { defaultTerms } from "../../../../shared/domain/terms.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";
import { accountId, LaggingSession, type Walked } from "../testing/lagging_session.ts";
import { differenceOf } from "./difference.ts";
import { journalLines } from "./journal_lines.ts";
import { replayJournal, type ReplaySettings } from "./replay_journal.ts";
import { sessionFrom } from "./session_from.ts";

const walks: readonly Walked[] = [
  { symbol: "EURUSD" as Symbol, bid: 116_000, stepMax: 12 },
  { symbol: "USDJPY" as Symbol, bid: 150_000, stepMax: 15 },
  { symbol: "EURGBP" as Symbol, bid: 86_000, stepMax: 9 },
  { symbol: "GBPUSD" as Symbol, bid: 134_000, stepMax: 12 },
];
/** A Wednesday, two minutes before a roll of three days. */
const startAt = Date.UTC(2026, 1, 4, 21, 58);

const cases = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  deposit: fc.constantFrom(1_500n, 20_000n, 1_000_000n),
  currency: fc.constantFrom("USD" as const, "EUR" as const, "JPY" as const),
  positionMode: fc.constantFrom("netting" as const, "hedging" as const),
  lotMatching: fc.constantFrom("average" as const, "fifo" as const),
  lagMsMax: fc.constantFrom(0, 15, 180),
  latencyMs: fc.constantFrom(0, 50, 700),
  slippagePoints: fc.constantFrom(0, 2),
  partialShare: fc.constantFrom(0, 0.4),
  rejectShare: fc.constantFrom(0, 0.1),
});
type Case = typeof cases extends fc.Arbitrary<infer One> ? One : never;

const rare = {
  deposit: 20_000n,
  currency: "USD",
  positionMode: "netting",
  lotMatching: "fifo",
  slippagePoints: 0,
  partialShare: 0.4,
} as const;
/** Sessions in which the venue's clock and a price did something in the same moment. */
const crossed: readonly (readonly [string, Case])[] = [
  [
    "an order is refused, and the other of its group begins to trail, before a price comes",
    { ...rare, seed: 20, lagMsMax: 0, latencyMs: 700, rejectShare: 0.1 },
  ],
  [
    "the same on another day's prices",
    { ...rare, seed: 999_997, lagMsMax: 0, latencyMs: 700, rejectShare: 0.1 },
  ],
  [
    "an order that is handed over has the venue refuse another, behind the newest price",
    { ...rare, seed: 999_995, currency: "JPY", lagMsMax: 15, latencyMs: 700, rejectShare: 0.1 },
  ],
  [
    "an order ends as prices come of which an early one would have filled it",
    {
      ...rare,
      seed: 306_477,
      currency: "EUR",
      slippagePoints: 2,
      partialShare: 0,
      lagMsMax: 15,
      latencyMs: 700,
      rejectShare: 0,
    },
  ],
];

function settingsOf(about: Case): ReplaySettings {
  const { latencyMs, slippagePoints, partialShare, rejectShare } = about;
  const [perLot, perMillion, minimum] = [micros(3_500_000n), micros(0n), micros(1_000_000n)];
  return {
    seed: "seed",
    hours: tradingHours("fx-week"),
    fills: { latencyMs, slippagePoints, partialShare, rejectShare },
    terms: { ...defaultTerms, commissions: [{ currency: "EUR", perLot, perMillion, minimum }] },
  };
}

/** One wish of a client, by chance. */
class Client {
  readonly #session: LaggingSession;
  #made = 0;

  constructor(session: LaggingSession) {
    this.#session = session;
  }

  ask(): void {
    const chance = this.#random();
    const open = [...this.#session.account.orders.values()].filter(({ status }) => isOpen(status));
    const order = open.length === 0 ? null : this.#pick(open);
    if (order !== null && chance < 0.12) {
      return this.#session.do({ kind: "cancel_order", accountId, orderId: order.orderId });
    }
    if (order !== null && chance < 0.27) {
      const request = { units: this.#units() };
      const { orderId } = order;
      return this.#session.do({ kind: "replace_order", accountId, orderId, request });
    }
    if (chance < 0.3) return this.#session.do({ kind: "cancel_orders", accountId, symbol: null });
    if (chance < 0.33) {
      const amount = micros(BigInt(Math.round((this.#random() - 0.4) * 1e9)));
      const fundsId = `f-${this.#made++}` as FundsId;
      return this.#session.do({ kind: "move_funds", accountId, fundsId, amount });
    }
    if (chance < 0.5) {
      const type = this.#pick(["oco", "oto", "bracket"] as const);
      const symbol = this.#pick(walks).symbol;
      const orders = [this.#order(symbol), this.#order(symbol), this.#order(symbol)];
      return this.#session.do({ kind: "place_group", accountId, type, orders });
    }
    this.#session.do({
      kind: "place_order",
      accountId,
      ...this.#order(this.#pick(walks).symbol),
      receivedAt: this.#session.now,
    });
  }

  #order(symbol: Symbol) {
    const read = readOrder({
      clientOrderId: `c-${this.#made++}`,
      symbol,
      side: this.#pick(["buy", "sell"]),
      units: this.#units(),
      ...this.#kind(symbol),
    } as OrderRequest);
    if (typeof read === "string") throw new Error(read);
    return read;
  }

  #kind(symbol: Symbol): Partial<OrderRequest> {
    const near = (points: number) => this.#near(symbol, points);
    const distance = this.#text(symbol, 5 + this.#random() * 60);
    const far = this.#text(symbol, 60 + this.#random() * 60);
    const triggerSide = this.#pick(["default", "bid", "ask", "mid", "opposite"] as const);
    const stop = { triggerPrice: near(40), triggerSide };
    const expireTime = new Date(this.#session.now + this.#random() * 20_000).toISOString();
    return this.#pick<Partial<OrderRequest>>([
      { type: "market" },
      { type: "market", timeInForce: "IOC", priceBound: near(20) },
      { type: "market", stopLossOnFill: { distance }, takeProfitOnFill: { price: near(200) } },
      { type: "market", trailingStopLossOnFill: { distance } },
      { type: "market", guaranteedStopLossOnFill: { distance: far } },
      { type: "market", positionFill: "reduce_only" },
      { type: "limit", price: near(40) },
      { type: "limit", price: near(15), timeInForce: "IOC" },
      { type: "limit", price: near(40), timeInForce: "GTD", expireTime },
      { type: "stop", ...stop, timeInForce: "DAY" },
      { type: "stop", ...stop },
      { type: "stop_limit", ...stop, price: near(50) },
      { type: "market_if_touched", ...stop },
      { type: "trailing_stop", trailingDistance: distance, triggerSide },
    ]);
  }

  #near(symbol: Symbol, points: number): string {
    const quote = this.#session.market.quotes.get(symbol);
    return this.#text(symbol, (quote?.bid ?? 100_000) + (2 * this.#random() - 1) * points);
  }

  #text = (symbol: Symbol, points: number) =>
    formatPrice(price(Math.max(1, Math.round(points))), instrumentOf(symbol));
  #units = () => String(1 + Math.floor(this.#random() * 40_000));
  #random = () => this.#session.random.next();
  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)]!;
  }
}

function trade(about: Case): { session: LaggingSession; settings: ReplaySettings } {
  const settings = settingsOf(about);
  const { seed, lagMsMax, positionMode, lotMatching, currency } = about;
  const session = new LaggingSession({ seed: String(seed), startAt, lagMsMax, walks, settings });
  session.pass(3_000);
  const scale = currency === "JPY" ? 150n : 1n;
  const deposit = micros(about.deposit * 1_000_000n * scale);
  const positions = { positionMode, lotMatching };
  session.do({ kind: "open_account", accountId, currency, deposit, positions });
  const client = new Client(session);
  // The desk charges what it holds when the day's grace is over, so nobody trades in that time.
  const isQuiet = () => session.now >= startAt + 119_000 && session.now < startAt + 126_000;
  for (let n = 0; n < 60; n++) {
    session.pass(Math.floor(session.random.next() * (session.random.next() < 0.05 ? 40_000 : 900)));
    if (!isQuiet()) client.ask();
  }
  session.pass(10_000);
  session.end();
  return { session, settings };
}

function replay(session: LaggingSession, settings: ReplaySettings, recorded: Transaction[]) {
  const prices = session.prices;
  const account = emptyAccount(accountId);
  return replayJournal({ account, transactions: recorded, prices }, settings);
}

/** @returns what was recorded */
function replaysTo(about: Case): Transaction[] {
  const { session, settings } = trade(about);
  const recorded = session.recorded;
  const replayed = replay(session, settings, recorded);
  assertEquals(differenceOf(journalLines(recorded), journalLines(replayed)), []);
  assertEquals(replayed.length, recorded.length);
  return recorded;
}

for (const [title, about] of crossed) {
  Deno.test(`a session replays to what was recorded: ${title}`, () => void replaysTo(about));
}

Deno.test("a session replays to what was recorded, whatever was asked and however slowly it went", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(cases, (about) => {
      for (const { type } of replaysTo(about)) seen.set(type, (seen.get(type) ?? 0) + 1);
    }),
    { numRuns: 150 },
  );
  const wanted = ["order_triggered", "order_replaced", "order_expired", "order_released"];
  wanted.push("order_replace_rejected", "financing_charged", "margin_call_entered");
  for (const type of wanted) assert(seen.has(type), `no session had ${type}`);
});

Deno.test("a fill that is not what the venue would have made is named", () => {
  const [about] = fc.sample(cases, { numRuns: 1, seed: 7 });
  const { session, settings } = trade({ ...about!, deposit: 1_000_000n, currency: "USD" });
  const recorded = session.recorded;
  const at = recorded.findIndex(({ type }) => type === "order_filled");
  const fill = recorded[at] as Transaction & { readonly type: "order_filled" };
  const altered = recorded.with(at, { ...fill, price: price(fill.price + 7) });
  const lines = journalLines(altered);
  const found = differenceOf(lines, journalLines(replay(session, settings, altered)));
  assertEquals(found.length, 2);
  const [was, is] = [price(fill.price + 7), fill.price].map((one) =>
    `price=${formatPrice(one, instrumentOf(fill.symbol))}`
  );
  assert(found[0]!.startsWith("- ") && found[0]!.includes(was!), found[0]);
  assert(found[1]!.startsWith("+ ") && found[1]!.includes(is!), found[1]);
});

Deno.test("a session goes on from a moment at which no order is open", () => {
  fc.assert(
    fc.property(cases, (about) => {
      const { session, settings } = trade({ ...about, deposit: 1_000_000n });
      const recorded = session.recorded;
      const middle = recorded[Math.floor(recorded.length / 2)]!.time;
      const { account, transactions } = sessionFrom(accountId, recorded, middle);
      const opening = account.balance;
      const prices = session.prices;
      const replayed = replayJournal({ account, transactions, prices }, settings);
      const found = differenceOf(
        journalLines(transactions, opening),
        journalLines(replayed, opening),
      );
      assertEquals(found, []);
    }),
    { numRuns: 20 },
  );
});
