// Goal: after every step of any sequence of orders, fills, costs, rolls, movements, calls and
// restarts the books balance, equity is what a person adds up, and a second set of books agrees.
// Method: the desk's rules over accounts in memory; the second set is deliberately naive: it reads
// the transactions as clients do, from text, and works everything out anew each time.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Account, emptyAccount, valueAccount } from "../../../shared/domain/account.ts";
import { applyTransaction } from "../../../shared/domain/books.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import { alwaysOpen, TradingHours } from "../../../shared/domain/fx_week.ts";
import type { AccountId, ClientOrderId, ExecId } from "../../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { unbalanced } from "../../../shared/domain/ledger.ts";
import { micros } from "../../../shared/domain/money.ts";
import { onceKeyOf } from "../../../shared/domain/money_books.ts";
import type { FundsId } from "../../../shared/domain/money_transactions.ts";
import { isOpen, remainingUnits } from "../../../shared/domain/orders/order.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { quoteRates } from "../../../shared/domain/rates.ts";
import { financingOf } from "../../../shared/domain/settlement/financing.ts";
import { plainTerms } from "../../../shared/domain/orders/order.ts";
import { defaultTerms } from "../../../shared/domain/terms.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import { fromTransactionView, toTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../transactions/transaction_view.ts";
import type { Command } from "./commands.ts";
import { clientOrderKey, decide, fillKey, type Market } from "./decide.ts";
import { decideMoney, isMoneyCommand, onceName } from "./decide_money.ts";

const runs = Number(Deno.env.get("SPOTWIRE_TEST_SEQUENCES") ?? 10_000);
const now = epochMs(Date.UTC(2026, 2, 4, 12));
const symbols = ["EURUSD", "USDJPY", "GBPUSD", "EURGBP"] as Symbol[];
const starts: Record<string, number> = {
  EURUSD: 116_000,
  USDJPY: 150_000,
  GBPUSD: 134_000,
  EURGBP: 86_500,
};
const currencies: AccountCurrency[] = ["USD", "EUR", "JPY"];
const ids = currencies.map((one) => one.toLowerCase() as AccountId);

/** The desk's rules over accounts in memory. */
class World {
  readonly quotes = new QuoteBook();
  readonly market: Market = {
    now,
    quotes: this.quotes,
    rates: quoteRates(this.quotes),
    hours: new TradingHours(alwaysOpen),
    terms: {
      ...defaultTerms,
      commissions: [{
        currency: "EUR",
        perLot: micros(3_210_000n),
        perMillion: micros(17_000_000n),
        minimum: micros(500_000n),
      }],
    },
  };
  accounts = new Map<AccountId, Account>(ids.map((id) => [id, emptyAccount(id)]));
  readonly views = new Map<AccountId, TransactionView[]>(ids.map((id) => [id, []]));
  readonly #known = {
    byClientOrderId: new Map(),
    bookedFills: new Set<string>(),
    bookedOnce: new Map<string, Transaction>(),
  };
  #sequence = 0;
  steps = 0;

  constructor() {
    for (const symbol of symbols) this.quote(symbol, starts[symbol]!);
    for (const [at, accountId] of ids.entries()) {
      const deposit = micros(currencies[at] === "JPY" ? 150_000_000_000n : 1_000_000_000n);
      this.run({ kind: "open_account", accountId, currency: currencies[at]!, deposit });
    }
  }

  quote(symbol: Symbol, bid: number): void {
    const times = { venueTime: now, receivedTime: now, sequence: ++this.#sequence };
    this.quotes.apply({ symbol, bid: price(bid), ask: price(bid + 9), ...times });
  }

  run(command: Command): void {
    const known = this.#known;
    const account = (id: AccountId) => this.accounts.get(id)!;
    const decision = isMoneyCommand(command)
      ? decideMoney(command, { market: this.market, bookedOnce: known.bookedOnce, account })
      : decide(account(command.accountId), command, { market: this.market, known });
    for (const { transaction, postings } of decision.booked) {
      assertEquals(unbalanced(postings), [], transaction.type);
      const { accountId } = transaction;
      this.views.get(accountId)!.push(JSON.parse(JSON.stringify(toTransactionView(transaction))));
      if (transaction.type === "order_filled") known.bookedFills.add(fillKey(transaction));
      const key = onceKeyOf(transaction);
      if (key !== null) known.bookedOnce.set(onceName({ accountId, key }), transaction);
      const order = "orderId" in transaction
        ? account(accountId).orders.get(transaction.orderId)
        : undefined;
      if (order !== undefined) known.byClientOrderId.set(clientOrderKey(order), order);
    }
  }

  /** Forgets the accounts and folds them anew; they must be what they were. */
  restart(): void {
    for (const [id, before] of this.accounts) {
      const after = emptyAccount(id);
      for (const view of this.views.get(id)!) applyTransaction(after, fromTransactionView(view));
      assertEquals(after, before);
      this.accounts.set(id, after);
    }
  }
}

/** Half away from nothing but ties to even, on numerator and denominator. */
function round(numerator: bigint, denominator: bigint): bigint {
  const sign = numerator < 0n ? -1n : 1n;
  const doubled = 2n * sign * numerator;
  const up = (doubled + denominator) / (2n * denominator);
  const tie = (doubled + denominator) % (2n * denominator) === 0n;
  return sign * (tie && up % 2n === 1n ? up - 1n : up);
}

const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value);

/** `"-1.25"` in millionths, or what else is asked for. */
function scaled(text: string | undefined, decimals = 6): bigint {
  const [whole = "", fraction = ""] = text!.split(".");
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}
const atRate = (amount: bigint, rate: string | undefined): bigint =>
  round(amount * scaled(rate, 12), 10n ** 12n);

interface Naive {
  cash: bigint;
  readonly held: Map<string, { units: bigint; cost: bigint }>;
  readonly open: Map<string, bigint>;
}

/** The second set of books: everything, from the first transaction on, from its text. */
function naiveBooks(views: readonly TransactionView[]): Naive {
  const books: Naive = { cash: 0n, held: new Map(), open: new Map() };
  for (const view of views) {
    if (view.amount !== undefined) books.cash += scaled(view.amount);
    if (view.type === "order_accepted") books.open.set(view.orderId!, BigInt(view.units!));
    if (["order_canceled", "order_expired"].includes(view.type)) books.open.delete(view.orderId!);
    if (view.type === "order_filled") naiveFill(books, view);
    if (view.type === "transfer_received") {
      assertEquals(scaled(view.amount), atRate(scaled(view.sent), view.rate));
    }
    if (view.type === "financing_charged") {
      const size = BigInt(view.units!.replace("-", ""));
      const owed = size * scaled(view.price) * scaled(view.annualRate, 4) * BigInt(view.days!);
      const year = view.financedCurrency === "GBP" ? 365n : 360n;
      assertEquals(scaled(view.financed), round(owed, year * 1_000_000n));
      assertEquals(scaled(view.amount), atRate(scaled(view.financed), view.rate));
    }
  }
  return books;
}

function naiveFill(books: Naive, view: TransactionView): void {
  const filled = BigInt(view.units!);
  const size = sizeOf(filled);
  const left = books.open.get(view.orderId!);
  if (left === size) books.open.delete(view.orderId!);
  else if (left !== undefined) books.open.set(view.orderId!, left - size);
  const { units: held, cost } = books.held.get(view.symbol!) ?? { units: 0n, cost: 0n };
  // What of the fill goes against the position, and what opens or adds to one.
  const against = held > 0n !== filled > 0n
    ? filled > 0n ? (filled < -held ? filled : -held) : (filled > -held ? filled : -held)
    : 0n;
  const at = scaled(view.price);
  const costOut = against === 0n ? 0n : round(cost * sizeOf(against), sizeOf(held));
  const realised = -against * at - costOut;
  assertEquals(scaled(view.realised), realised);
  const charged = view.commission === undefined ? 0n : scaled(view.commission);
  if (view.commission !== undefined) {
    assertEquals(charged, atRate(scaled(view.commissionAmount), view.commissionRate));
  }
  assertEquals(scaled(view.paid), atRate(realised, view.rate));
  books.cash += scaled(view.paid) - charged;
  const after = { units: held + filled, cost: cost - costOut + (filled - against) * at };
  if (after.units === 0n) books.held.delete(view.symbol!);
  else books.held.set(view.symbol!, after);
  if (after.units === 0n) assertEquals(after.cost, 0n);
}

function compare(world: World): void {
  for (const [id, account] of world.accounts) {
    const naive = naiveBooks(world.views.get(id)!);
    assertEquals(account.balance as bigint, naive.cash);
    assertEquals(account.openOrders, naive.open.size);
    assertEquals(
      [...account.positions.values()].map((one) => [one.symbol, BigInt(one.units), one.openCost])
        .toSorted() as unknown[],
      [...naive.held].map(([symbol, one]) => [symbol, one.units, one.cost]).toSorted(),
    );
    let equity = naive.cash;
    for (const [symbol, { units: held, cost }] of naive.held) {
      const quote = world.quotes.get(symbol)!;
      const point = symbol === "USDJPY" ? 1_000n : 10n;
      const worth = held * BigInt(held > 0n ? quote.bid : quote.ask) * point - cost;
      const { quote: from } = instrumentOf(symbol as Symbol);
      const rate = world.market.rates.rate(from, account.currency)!;
      equity += round(worth * rate, 10n ** 12n);
    }
    assertEquals(valueAccount(account, world.market)!.equity as bigint, equity);
  }
}

const which = fc.nat(2);
const symbol = fc.constantFrom(...symbols);
const step = fc.oneof(
  fc.record({
    do: fc.constant("quote" as const),
    symbol,
    move: fc.integer({ min: -300, max: 300 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("place" as const),
      which,
      symbol,
      buy: fc.boolean(),
      size: fc.integer({ min: 1, max: 60_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("report" as const),
      which,
      order: fc.nat(10),
      what: fc.constantFrom("trade", "trade", "trade", "again", "canceled", "expired"),
      share: fc.integer({ min: 1, max: 4 }),
    }),
  },
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
    symbol,
    days: fc.integer({ min: 1, max: 5 }),
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("assess" as const), which }) },
  fc.record({ do: fc.constant("restart" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function act(world: World, one: Step): void {
  world.steps++;
  if (one.do === "restart") return world.restart();
  if (one.do === "quote") {
    const bid = world.quotes.get(one.symbol)!.bid;
    return world.quote(one.symbol, Math.max(10_000, bid + one.move * 10));
  }
  const accountId = ids[one.which]!;
  switch (one.do) {
    case "assess":
      return world.run({ kind: "assess_margin", accountId });
    case "place":
      return place(world, accountId, one);
    case "report":
      return report(world, accountId, one);
    case "roll":
      return roll(world, accountId, one);
    case "funds": {
      const fundsId = `f-${one.id}` as FundsId;
      const toAccountId = ids[one.to]!;
      const amount = micros(one.amount);
      return one.amount > 0n && toAccountId !== accountId
        ? world.run({ kind: "transfer_funds", accountId, toAccountId, fundsId, amount })
        : world.run({ kind: "move_funds", accountId, fundsId, amount });
    }
  }
}

function place(world: World, accountId: AccountId, one: Step & { do: "place" }): void {
  world.run({
    kind: "place_order",
    accountId,
    instrument: instrumentOf(one.symbol),
    terms: {
      ...plainTerms,
      clientOrderId: `c-${world.steps}` as ClientOrderId,
      symbol: one.symbol,
      side: one.buy ? "buy" : "sell",
      type: "market",
      timeInForce: "IOC",
      units: units(one.size),
      price: null,
      expireTime: null,
    },
  });
}

function report(world: World, accountId: AccountId, one: Step & { do: "report" }): void {
  const open = [...world.accounts.get(accountId)!.orders.values()]
    .filter((order) => isOpen(order.status));
  const order = open[one.order % Math.max(1, open.length)];
  if (order === undefined) return;
  const base = {
    venue: "v",
    execId: `${order.orderId}-${one.what === "again" ? 0 : world.steps}` as ExecId,
    accountId,
    orderId: order.orderId,
    symbol: order.symbol,
    time: now,
    text: null,
  };
  if (one.what === "canceled" || one.what === "expired") {
    return world.run({ kind: "apply_report", accountId, report: { ...base, execType: one.what } });
  }
  const quote = world.quotes.get(order.symbol)!;
  const filled = Math.ceil(remainingUnits(order) / one.share);
  world.run({
    kind: "apply_report",
    accountId,
    report: {
      ...base,
      execType: "trade",
      units: units(filled),
      price: order.side === "buy" ? quote.ask : quote.bid,
    },
  });
}

function roll(world: World, accountId: AccountId, one: Step & { do: "roll" }): void {
  const held = world.accounts.get(accountId)!.positions.get(one.symbol);
  if (held === undefined) return;
  const instrument = instrumentOf(one.symbol);
  const financing = { kind: "annual" as const, ppm: held.units > 0 ? -26_250 : 6_250 };
  const at = world.quotes.get(one.symbol)!.bid;
  const { days } = one;
  world.run({
    kind: "charge_financing",
    accountId,
    rates: world.market.rates,
    charge: {
      time: now,
      symbol: one.symbol,
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

Deno.test("after every step the books balance, and the naive books agree with them", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40, size: "max" }), (steps) => {
      const world = new World();
      for (const one of steps) {
        act(world, one);
        compare(world);
      }
      world.restart();
      for (const views of world.views.values()) for (const { type } of views) seen.add(type);
    }),
    { numRuns: runs },
  );
  const wanted = ["order_filled", "transfer_received", "financing_charged", "margin_call_entered"];
  for (const type of wanted) assert(seen.has(type), `${type} happened in none of them`);
});
