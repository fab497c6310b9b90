/**
 * From a fill to position, margin and ledger, in memory and on one core: the numbered transaction is
 * applied to the account, gives its balanced postings, and the account is valued with its margin.
 * Beside it a naive peer that keeps fills in a list and works profit and margin out anew from all of
 * them; it gets slower with every fill, so the ratio is over its first thousand.
 */

import { emptyAccount, valueAccount } from "../../shared/domain/account.ts";
import { applyTransaction, realisedBy } from "../../shared/domain/books.ts";
import { divideHalfEven } from "../../shared/domain/decimal.ts";
import {
  type AccountId,
  type ClientOrderId,
  type ExecId,
  orderIdOf,
} from "../../shared/domain/ids.ts";
import type { TransactionId } from "../../shared/domain/ids.ts";
import { price, type Symbol, units } from "../../shared/domain/instrument.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import { micros } from "../../shared/domain/money.ts";
import { plainTerms } from "../../shared/domain/orders/order.ts";
import { QuoteBook } from "../../shared/domain/quote.ts";
import { quoteRates } from "../../shared/domain/rates.ts";
import { defaultTerms } from "../../shared/domain/terms.ts";
import { epochMs } from "../../shared/domain/time.ts";
import type { OrderFilled } from "../../shared/domain/transaction.ts";
import { untilIdle } from "./idle.ts";
import type { BenchResult } from "./result.ts";

const fillsOfRound = 200_000;
const rounds = 9;
/** The naive peer looks at every fill each time, so it gets few. */
const naiveFills = 1_000;
const now = epochMs(Date.UTC(2026, 0, 14, 12));
const accountId = "bench" as AccountId;
const traded = ["EURUSD", "USDJPY", "GBPUSD", "EURGBP"] as Symbol[];
const bids: Readonly<Record<string, number>> = {
  EURUSD: 110_000,
  USDJPY: 150_000,
  GBPUSD: 130_000,
  EURGBP: 85_000,
};

interface Fill {
  readonly symbol: Symbol;
  readonly units: number;
  readonly price: number;
}

/** Back and forth over zero, at prices that move. */
const fillAt = (n: number): Fill => {
  const symbol = traded[n % traded.length]!;
  const size = 1_000 * (1 + n % 7);
  return {
    symbol,
    units: (n * 7) % 11 < 5 ? size : -size,
    price: bids[symbol]! + (n * 13) % 50 - 25,
  };
};

const quotes = new QuoteBook();
for (const symbol of traded) {
  const bid = bids[symbol]!;
  quotes.apply({
    symbol,
    bid: price(bid),
    ask: price(bid + 10),
    venueTime: now,
    receivedTime: now,
    sequence: 1,
  });
}
const rates = quoteRates(quotes);
const market = { quotes, rates, terms: defaultTerms };
const entry = { ...plainTerms, parentOrderId: null };

/** An account with one order of each symbol and side, large enough for every fill. */
function openAccount() {
  const account = emptyAccount(accountId);
  const next = () => account.lastTransactionId + 1 as TransactionId;
  applyTransaction(account, {
    accountId,
    transactionId: next(),
    time: now,
    type: "account_opened",
    currency: "USD",
  });
  applyTransaction(account, {
    accountId,
    transactionId: next(),
    time: now,
    type: "funds_transferred",
    amount: micros(1_000_000_000_000n),
  });
  const orderOf = (symbol: Symbol, side: "buy" | "sell") => {
    const orderId = orderIdOf(accountId, next());
    applyTransaction(account, {
      accountId,
      transactionId: next(),
      time: now,
      type: "order_accepted",
      orderId,
      terms: {
        ...plainTerms,
        clientOrderId: `${symbol}-${side}` as ClientOrderId,
        symbol,
        side,
        type: "limit",
        timeInForce: "GTC",
        units: units(Number.MAX_SAFE_INTEGER),
        price: price(1),
        expireTime: null,
      },
    });
    return orderId;
  };
  const orders = new Map(traded.map((symbol) => [
    symbol,
    { buy: orderOf(symbol, "buy"), sell: orderOf(symbol, "sell") },
  ]));
  return { account, orders };
}

/** Milliseconds for so many fills. */
function book(count: number): number {
  const { account, orders } = openAccount();
  let posted = 0;
  let used = 0n;
  const startAt = performance.now();
  for (let n = 0; n < count; n++) {
    const { symbol, units: signed, price: at } = fillAt(n);
    const { quote } = instrumentOf(symbol);
    const fill = { symbol, units: units(signed), price: price(at) };
    const rate = rates.rate(quote, account.currency)!;
    const transaction: OrderFilled = {
      accountId,
      transactionId: account.lastTransactionId + 1 as TransactionId,
      time: now,
      type: "order_filled",
      orderId: orders.get(symbol)![signed > 0 ? "buy" : "sell"],
      venue: "bench",
      execId: String(n) as ExecId,
      ...fill,
      ...realisedBy(account, { ...fill, order: entry }, rate),
      realisedCurrency: quote,
      rate,
    };
    posted += applyTransaction(account, transaction).length;
    used += valueAccount(account, market)!.marginUsed;
  }
  const ms = performance.now() - startAt;
  if (posted === 0 || used === 0n) throw new Error("Cannot measure: nothing was booked");
  return ms;
}

/** Milliseconds for so many fills, each time from all of them. */
function bookNaively(count: number): number {
  const fills: Fill[] = [];
  let used = 0n;
  const startAt = performance.now();
  for (let n = 0; n < count; n++) {
    fills.push(fillAt(n));
    for (const symbol of traded) used += naiveValue(fills, symbol);
  }
  const ms = performance.now() - startAt;
  if (used === 0n) throw new Error("Cannot measure: nothing was booked");
  return ms;
}

/** Profit and margin of a symbol from all of its fills, in micros, each rounded once. */
function naiveValue(fills: readonly Fill[], symbol: Symbol): bigint {
  const instrument = instrumentOf(symbol);
  const own = fills.filter((fill) => fill.symbol === symbol);
  const held = own.reduce((sum, fill) => sum + BigInt(fill.units), 0n);
  const cost = own.reduce((sum, fill) => sum + BigInt(fill.units) * BigInt(fill.price), 0n);
  const mid = BigInt(2 * bids[symbol]! + 10);
  const rate = rates.rate(instrument.quote, "USD")!;
  const profit = divideHalfEven((held * mid - 2n * cost) * rate, 2n);
  const size = held < 0n ? -held : held;
  return profit + divideHalfEven(size * mid * BigInt(instrument.marginRatePpm) * rate, 2_000_000n);
}

/** Fills a second in the median round. */
async function measure(of: { count: number; rounds: number; run: (count: number) => number }) {
  const found: number[] = [];
  for (let round = 0; round < of.rounds; round++) {
    await untilIdle({ share: 0.4, msMax: 2_000 });
    found.push(of.count / of.run(of.count) * 1_000);
  }
  return found.sort((a, b) => a - b)[Math.floor(found.length / 2)]!;
}

export async function benchBooks(): Promise<BenchResult> {
  const ours = await measure({ count: fillsOfRound, rounds, run: book });
  const naive = await measure({ count: naiveFills, rounds: 3, run: bookNaively });
  const text = (rate: number) => Math.round(rate).toLocaleString("en");
  console.log(`${text(ours)} fills/s, naive over ${naiveFills} fills ${text(naive)}`);
  return { bench: "books", ratios: { naive: ours / naive }, figures: { fills_per_s: ours } };
}
