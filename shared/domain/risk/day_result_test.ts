// Goal: the day's result is what trading did to equity, whatever the account's kind. Method: random
// fills of before and of today, valued twice.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Account, emptyAccount, valueAccount } from "../account.ts";
import { applyTransaction, realisedBy } from "../books.ts";
import type { AccountId, ExecId } from "../ids.ts";
import { orderIdOf } from "../ids.ts";
import { type Price, price, type Symbol, type Units, units } from "../instrument.ts";
import { micros, unitRate, zeroMicros } from "../money.ts";
import { plainTerms, type PositionFill } from "../orders/order.ts";
import { positionModes } from "../position.ts";
import { QuoteBook } from "../quote.ts";
import { quoteRates } from "../rates.ts";
import { defaultTerms } from "../terms.ts";
import { epochMs } from "../time.ts";
import type { Transaction } from "../transaction.ts";
import { DayLedger, fxDayStart } from "./day_result.ts";

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

/** A market order and its fill, applied. */
function fill(
  account: Account,
  at: number,
  of: { symbol: Symbol; units: Units; price: Price; positionFill: PositionFill },
) {
  const transactionId = account.lastTransactionId + 1;
  const orderId = orderIdOf(account.accountId, transactionId as never);
  const base = { accountId: account.accountId, time: epochMs(at) };
  const accepted = {
    ...base,
    transactionId,
    type: "order_accepted",
    orderId,
    terms: {
      ...plainTerms,
      positionFill: of.positionFill,
      clientOrderId: `c-${transactionId}`,
      symbol: of.symbol,
      side: of.units > 0 ? "buy" : "sell",
      type: "market",
      timeInForce: "IOC",
      units: Math.abs(of.units),
      price: null,
      expireTime: null,
    },
  } as unknown as Transaction;
  applyTransaction(account, accepted);
  const filled = {
    ...base,
    symbol: of.symbol,
    units: of.units,
    price: of.price,
    transactionId: transactionId + 1,
    type: "order_filled",
    orderId,
    venue: "test",
    execId: `x-${transactionId}` as ExecId,
    ...realisedBy(account, {
      ...of,
      order: { ...plainTerms, positionFill: of.positionFill, parentOrderId: null },
    }, unitRate),
    realisedCurrency: "USD",
    rate: unitRate,
    commission: {
      amount: micros(70_000n),
      currency: "USD",
      charged: micros(70_000n),
      rate: unitRate,
      notionalRate: unitRate,
    },
  } as unknown as Transaction;
  applyTransaction(account, filled);
  return filled;
}

Deno.test("the day's result is what trading did to equity since 17:00 New York, to the micro", () => {
  const fills = fc.array(
    fc.record({
      symbol: fc.constantFrom(...symbols),
      units: fc.integer({ min: -9_999, max: 9_999 }).filter((n) => n !== 0).map(units),
      price: fc.integer({ min: 90_000, max: 110_000 }).map(price),
      positionFill: fc.constantFrom("default" as const, "reduce_only" as const),
      today: fc.boolean(),
    }),
    { maxLength: 12 },
  );
  const bids = fc.record({
    EURUSD: fc.integer({ min: 90_000, max: 110_000 }),
    GBPUSD: fc.integer({ min: 90_000, max: 110_000 }),
  });
  const startsAt = fxDayStart(now);
  assertEquals(startsAt, Date.UTC(2026, 0, 6, 22));
  fc.assert(
    fc.property(
      fc.constantFrom(...positionModes),
      fills,
      bids,
      bids,
      (mode, made, then, latest) => {
        const account = emptyAccount("day" as AccountId);
        applyTransaction(account, {
          accountId: account.accountId,
          transactionId: 1 as never,
          time: epochMs(0),
          type: "account_opened",
          currency: "USD",
          ...(mode === "hedging" ? { positionMode: mode } : {}),
        });
        const day = new DayLedger(startsAt);
        const [begun, quotes] = [bookAt(then), bookAt(latest)];
        for (const one of made.filter((one) => !one.today)) {
          day.take(
            fill(account, startsAt - 1, one),
          );
        }
        const before =
          valueAccount(account, { quotes: begun, rates: quoteRates(begun), terms: defaultTerms })!
            .equity;
        for (const one of made.filter((one) => one.today)) day.take(fill(account, startsAt, one));
        const market = { quotes, rates: quoteRates(quotes) };
        const after = valueAccount(account, { ...market, terms: defaultTerms })!.equity;
        assertEquals(day.result(account, market, begun), after - before);
      },
    ),
  );
});

Deno.test("without prices of the day's beginning, the whole of what a position made counts", () => {
  const account = emptyAccount("day" as AccountId);
  applyTransaction(account, {
    accountId: account.accountId,
    transactionId: 1 as never,
    time: epochMs(0),
    type: "account_opened",
    currency: "USD",
  });
  const startsAt = fxDayStart(now);
  const day = new DayLedger(startsAt);
  const of = {
    positionFill: "default" as const,
    symbol: symbols[0]!,
    units: units(10_000),
    price: price(100_000),
  };
  day.take(fill(account, startsAt - 1, of));
  const quotes = bookAt({ EURUSD: 99_000, GBPUSD: 99_000 });
  const market = { quotes, rates: quoteRates(quotes) };
  assertEquals(day.result(account, market, new QuoteBook()), micros(-100_000_000n));
  assertEquals(day.result(account, { ...market, quotes: new QuoteBook() }, quotes), null);
  assertEquals(
    new DayLedger(startsAt).result(emptyAccount("x" as AccountId), market, quotes),
    zeroMicros,
  );
});
