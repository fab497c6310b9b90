import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { emptyAccount } from "./account.ts";
import { applyTransaction, realisedBy } from "./books.ts";
import { ImpossibleTransaction } from "./impossible_transaction.ts";
import type { AccountId, ClientOrderId, ExecId, OrderId, TransactionId } from "./ids.ts";
import { notional, type Price, type Units } from "./instrument.ts";
import { instrumentOf } from "./instruments.ts";
import { type Posting, unbalanced } from "./ledger.ts";
import { micros, rateOf, unitRate } from "./money.ts";
import { type OrderTerms, plainTerms } from "./orders/order.ts";
import { fillPosition, flatPosition, unrealised } from "./position.ts";
import type { Symbol } from "./instrument.ts";
import { epochMs } from "./time.ts";
import type { Transaction } from "./transaction.ts";

const eurusd = instrumentOf("EURUSD" as Symbol);
const usdjpy = instrumentOf("USDJPY" as Symbol);

const fills = fc.array(
  fc.record({
    units: fc.integer({ min: -1_000_000, max: 1_000_000 }).filter((units) => units !== 0),
    price: fc.integer({ min: 90_000, max: 160_000 }),
  }),
  { minLength: 1, maxLength: 40 },
);

Deno.test("fillPosition() conserves cash: realised plus unrealised is what the fills say", () => {
  fc.assert(fc.property(fills, fc.integer({ min: 90_000, max: 160_000 }), (made, mark) => {
    let held = flatPosition(eurusd.symbol);
    let realised = 0n;
    let cash = 0n;
    let total = 0;
    for (const fill of made as { units: Units; price: Price }[]) {
      const after = fillPosition(held, fill, eurusd);
      held = after.position;
      realised += after.realised;
      cash -= BigInt(fill.units) * BigInt(fill.price) * 10n;
      total += fill.units;
    }
    const market = { bid: mark as Price, ask: mark as Price };
    assertEquals(held.units, total as Units);
    assertEquals(
      realised + unrealised(held, market, eurusd),
      cash + BigInt(total) * BigInt(mark) * 10n,
    );
  }));
});

Deno.test("fillPosition() through zero realises the old side and opens the new at the fill's price", () => {
  const long = fillPosition(flatPosition(eurusd.symbol), {
    units: 10_000 as Units,
    price: 110_000 as Price,
  }, eurusd).position;
  const { position, realised } = fillPosition(long, {
    units: -15_000 as Units,
    price: 110_500 as Price,
  }, eurusd);
  assertEquals(realised, micros(50_000_000n));
  assertEquals(position, {
    symbol: eurusd.symbol,
    units: -5_000 as Units,
    openCost: micros(-5_525_000_000n),
  });
});

const account = () => emptyAccount("test" as AccountId);
const terms: OrderTerms = {
  clientOrderId: "c1" as ClientOrderId,
  symbol: usdjpy.symbol,
  side: "buy",
  type: "market",
  timeInForce: "IOC",
  units: 10_000 as Units,
  price: null,
  expireTime: null,
  ...plainTerms,
};
const numbered = (id: number) => ({
  accountId: "test" as AccountId,
  transactionId: id as TransactionId,
  time: epochMs(id),
});
const orderId = "test.3" as OrderId;
const opening: Transaction[] = [
  { ...numbered(1), type: "account_opened", currency: "USD" },
  { ...numbered(2), type: "funds_transferred", amount: micros(1_000_000_000n) },
  { ...numbered(3), type: "order_accepted", orderId, terms },
];

function fill(id: number, units: number): Transaction {
  return {
    ...numbered(id),
    type: "order_filled",
    orderId,
    venue: "v",
    execId: `e${id}` as ExecId,
    symbol: usdjpy.symbol,
    units: units as Units,
    price: 150_000 as Price,
    realised: micros(0n),
    realisedCurrency: "JPY",
    paid: micros(0n),
    rate: unitRate,
  };
}

Deno.test("applyTransaction() folds an order's life and keeps the open count", () => {
  const held = account();
  for (const one of opening) applyTransaction(held, one);
  assertEquals(held.openOrders, 1);
  applyTransaction(held, fill(4, 4_000));
  assertEquals(held.orders.get(orderId)?.status, "partially_filled");
  applyTransaction(held, fill(5, 6_000));
  assertEquals(held.orders.get(orderId)?.status, "filled");
  assertEquals(held.openOrders, 0);
  assertEquals(held.positions.get("USDJPY")?.units, 10_000 as Units);
  assertEquals(
    held.positions.get("USDJPY")?.openCost,
    notional(150_000 as Price, 10_000 as Units, usdjpy),
  );
});

Deno.test("applyTransaction() refuses gaps, overfills and impossible moves, and leaves no trace", () => {
  const held = account();
  for (const one of opening) applyTransaction(held, one);
  const before = structuredClone(held);
  const impossible: Transaction[] = [
    fill(5, 1_000),
    fill(4, 10_001),
    { ...numbered(4), type: "order_canceled", orderId: "test.9" as OrderId, text: null },
    { ...numbered(4), type: "order_cancel_rejected", orderId: "test.9" as OrderId, text: null },
  ];
  for (const one of impossible) {
    assertThrows(() => applyTransaction(held, one), ImpossibleTransaction);
    assertEquals(structuredClone(held), before);
  }
  applyTransaction(held, { ...numbered(4), type: "order_expired", orderId });
  assertThrows(() =>
    applyTransaction(held, { ...numbered(5), type: "order_acknowledged", orderId })
  );
});

Deno.test("a profit in another currency reaches the cash at its recorded rate, books balanced", () => {
  const held = account();
  const postings: Posting[] = opening.flatMap((one) => applyTransaction(held, one));
  postings.push(...applyTransaction(held, fill(4, 10_000)));
  const order = { ...plainTerms, parentOrderId: null };
  const sell = { symbol: usdjpy.symbol, units: -10_000 as Units, price: 151_000 as Price };
  const rate = rateOf(1n, 151n);
  const { realised, paid } = realisedBy(held, { ...sell, order }, rate);
  assertEquals(realised, micros(10_000_000_000n));
  assertEquals(paid, micros(66_225_166n));
  applyTransaction(held, {
    ...numbered(5),
    type: "order_accepted",
    orderId: "test.5" as OrderId,
    terms: { ...terms, side: "sell" },
  });
  postings.push(...applyTransaction(held, {
    ...fill(6, -10_000),
    orderId: "test.5" as OrderId,
    ...sell,
    realised,
    paid,
    rate,
  } as Transaction));
  assertEquals(unbalanced(postings), []);
  assertEquals(held.balance, micros(1_066_225_166n));
  assert(held.positions.size === 0);
});
