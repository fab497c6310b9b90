// Goal: after every step of any sequence of orders, fills, exits, replaces, cancels, costs, rolls,
// movements, calls, stop-outs and restarts, on netting and hedging accounts in three currencies, by
// the average price or by lots: the books balance, equity is what a person adds up, positions are
// the sum of the fills, no order fills beyond its size, and a second set of books agrees.
// Method: the desk's rules over accounts in memory, beside the naive books of `testing/`.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import { netUnits } from "../../../shared/domain/holdings.ts";
import { notional, type Price, type Symbol, units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { hedgedMargins } from "../../../shared/domain/margin_rates.ts";
import { twiceMid } from "../../../shared/domain/quote.ts";
import { act, someRules, someStep } from "../testing/books_steps.ts";
import { type BooksWorld, BooksWorld as World, symbols, tiers } from "../testing/books_world.ts";
import { type NaiveBooks, naiveBooks, naiveMargin, round, sizeOf } from "../testing/naive_books.ts";

const runs = Number(Deno.env.get("SPOTWIRE_TEST_SEQUENCES") ?? 10_000);
const seed = Number(Deno.env.get("SPOTWIRE_TEST_SEED") ?? Math.trunc(performance.timeOrigin)) | 0;

const pointOf = (symbol: string): bigint => symbol.startsWith("USDJPY") ? 1_000n : 10n;

function compare(world: BooksWorld): void {
  for (const [id, account] of world.accounts) {
    const naive = naiveBooks(world.views.get(id)!);
    assertEquals(account.balance as bigint, naive.cash);
    assertEquals(
      account.openOrders,
      [...naive.orders.values()].filter(({ open }) => open).length,
    );
    assertEquals(positionsOf(account), naivePositions(naive));
    for (const symbol of symbols) {
      assertEquals(BigInt(netUnits(account, symbol)), naive.filled.get(symbol) ?? 0n);
    }
    const valued = valueAccount(account, world.market)!;
    assertEquals(valued.equity as bigint, equityOf(world, account, naive));
    assertEquals(valued.marginUsed as bigint, marginOf(world, account, naive));
  }
}

/** By key: units, cost and lots. */
const positionsOf = (account: Account): unknown[] =>
  [...account.positions].map(([key, { units, openCost, lots }]) => [
    key,
    BigInt(units),
    openCost,
    lots?.map((lot) => [lot.lotId, lot.orderId, BigInt(lot.units), BigInt(lot.price)]),
  ]).toSorted();

const naivePositions = ({ held, hedging, fifo }: NaiveBooks): unknown[] =>
  [...held].map(([key, { units, cost, lots }]) => [
    key,
    units,
    cost,
    hedging || fifo
      ? lots.map((lot) => [lot.id, lot.order, lot.units, lot.price / pointOf(key)])
      : undefined,
  ]).toSorted();

function equityOf(world: BooksWorld, account: Account, naive: NaiveBooks): bigint {
  let equity = naive.cash;
  for (const [key, { units: held, cost }] of naive.held) {
    const symbol = key.slice(0, 6) as Symbol;
    const quote = world.quotes.get(symbol)!;
    const worth = held * BigInt(held > 0n ? quote.bid : quote.ask) * pointOf(symbol) - cost;
    const rate = world.market.rates.rate(instrumentOf(symbol).quote, account.currency)!;
    equity += round(worth * rate, 10n ** 12n);
  }
  return equity;
}

function marginOf(world: BooksWorld, account: Account, naive: NaiveBooks): bigint {
  const { hedged } = world.market.terms.margin;
  return symbols.reduce((sum, symbol) => {
    const ways = [...naive.held].filter(([key]) => key.startsWith(symbol))
      .map(([, { units }]) => units);
    const long = ways.filter((one) => one > 0n).reduce((a, b) => a + b, 0n);
    const short = ways.filter((one) => one < 0n).reduce((a, b) => a - b, 0n);
    const instrument = instrumentOf(symbol);
    const rate = world.market.rates.rate(instrument.quote, account.currency)!;
    const doubledMid = twiceMid(world.quotes.get(symbol)!) as Price;
    return sum + naiveMargin(long, short, {
      doubled: (size) =>
        round(notional(doubledMid, units(Number(sizeOf(size))), instrument) * rate, 10n ** 12n),
      tiers: symbol === symbols[0] ? tiers : [{ aboveUnits: 0, ratePpm: instrument.marginRatePpm }],
      hedged,
    });
  }, 0n);
}

Deno.test("after every step the books balance, and the naive books agree with them", () => {
  const seen = new Set<string>();
  console.log(`seed ${seed}, ${runs} sequences`);
  fc.assert(
    fc.property(
      fc.tuple(someRules, someRules, someRules),
      fc.constantFrom(...hedgedMargins),
      fc.array(someStep, { minLength: 1, maxLength: 80, size: "max" }),
      (rules, hedged, steps) => {
        const world = new World(rules, hedged);
        for (const one of steps) {
          act(world, one);
          compare(world);
        }
        world.restart();
        for (const views of world.views.values()) {
          for (const { type, reason, positionMode, closed, premium } of views) {
            if (premium !== undefined) seen.add("premium");
            seen.add(type).add(`${reason}`).add(`${positionMode}`);
            if ((closed?.length ?? 0) > 1) seen.add("several lots closed");
          }
        }
      },
    ),
    { numRuns: runs, seed },
  );
  const wanted = [
    "order_filled",
    "order_replaced",
    "order_canceled",
    "order_triggered",
    "transfer_received",
    "financing_charged",
    "margin_call_entered",
    "stop_out",
    "hedging",
    "lot_unknown",
    "several lots closed",
    "premium",
  ];
  for (const type of wanted) assert(seen.has(type), `${type} happened in none of them`);
});
