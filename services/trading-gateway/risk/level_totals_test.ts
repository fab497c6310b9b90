// Goal: what all accounts of a level have together is the sum of what each has, whatever happened, to
// the unit and to the micro. Method: random sequences of the books' world; the sums that were kept
// beside sums worked out anew, and beside the naive books.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { hedgedMargins } from "../../../shared/domain/margin_rates.ts";
import { isOpen, sides } from "../../../shared/domain/orders/order.ts";
import { type Quote, QuoteBook } from "../../../shared/domain/quote.ts";
import { DayLedger } from "../../../shared/domain/risk/day_result.ts";
import {
  type AccountShare,
  LevelTotals,
  shareOf,
} from "../../../shared/domain/risk/level_totals.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { act, someRules, someStep } from "../testing/books_steps.ts";
import { BooksWorld, now, symbols } from "../testing/books_world.ts";
import { naiveBooks, round } from "../testing/naive_books.ts";

/** Sums kept as a desk keeps them. */
class Kept {
  readonly totals = new LevelTotals();
  readonly days = new Map<AccountId, DayLedger>();
  readonly #shares = new Map<AccountId, AccountShare>();

  constructor(world: BooksWorld) {
    for (const [id, account] of world.accounts) {
      this.days.set(id, new DayLedger(now));
      const share = shareOf(account, this.days.get(id)!);
      this.#shares.set(id, share);
      this.totals.add(share, 1);
    }
    const run = world.run.bind(world);
    world.run = (command) => {
      const decision = run(command);
      for (const { transaction } of decision.booked) {
        this.days.get(transaction.accountId)!.take(transaction);
      }
      const account = world.accounts.get(command.accountId)!;
      const after = shareOf(account, this.days.get(command.accountId)!);
      this.totals.add(this.#shares.get(command.accountId)!, -1);
      this.totals.add(after, 1);
      this.#shares.set(command.accountId, after);
      return decision;
    };
  }
}

const shown = (totals: LevelTotals, world: BooksWorld, begun: QuoteBook) => ({
  openOrders: totals.openOrders,
  units: symbols.map((symbol) => sides.map((side) => totals.unitsOn(symbol, side))),
  exposure: totals.exposure(world.market),
  dayResult: totals.dayResult(world.market, begun),
});

/** Signed, by symbol: a long and a short leg count each. */
function heldBy(world: BooksWorld): Map<AccountId, [Symbol, bigint][]> {
  return new Map(
    [...world.views].map(([id, views]) => [
      id,
      [...naiveBooks(views).held].map(([key, { units }]) => [key.slice(0, 6) as Symbol, units]),
    ]),
  );
}

const point = (symbol: Symbol): bigint => symbol === "USDJPY" ? 1_000n : 10n;
const worth = (symbol: Symbol, units: bigint, { bid, ask }: Quote): bigint =>
  units * BigInt(units > 0n ? bid : ask) * point(symbol);
const scaled = (text = "0", digits = 6): bigint => BigInt(Math.round(Number(text) * 10 ** digits));

/** Of the transactions since the day began, as a person adds them up. */
function naiveResult(
  world: BooksWorld,
  begun: QuoteBook,
  start: { held: ReturnType<typeof heldBy>; count: ReadonlyMap<AccountId, number> },
): bigint {
  const made = new Map<Symbol, bigint>(symbols.map((symbol) => [symbol, 0n]));
  const add = (symbol: Symbol, by: bigint) => made.set(symbol, made.get(symbol)! + by);
  let sum = 0n;
  for (const [id, held] of heldBy(world)) {
    for (const [symbol, units] of held) {
      add(symbol, worth(symbol, units, world.quotes.get(symbol)!));
    }
    for (const [symbol, units] of start.held.get(id)!) {
      add(symbol, -worth(symbol, units, begun.get(symbol)!));
    }
    let costs = 0n;
    for (const view of world.views.get(id)!.slice(start.count.get(id))) {
      if (view.type === "financing_charged") costs += scaled(view.amount);
      if (view.type !== "order_filled") continue;
      const symbol = view.symbol as Symbol;
      add(
        symbol,
        -BigInt(view.units!) * scaled(view.price, symbol === "USDJPY" ? 3 : 5) * point(symbol),
      );
      costs -= scaled(view.commission) + scaled(view.premium);
    }
    const { currency } = world.accounts.get(id)!;
    sum += round(costs * world.market.rates.rate(currency, "USD")!, 10n ** 12n);
  }
  for (const [symbol, money] of made) {
    const rate = world.market.rates.rate(instrumentOf(symbol).quote, "USD")!;
    sum += round(money * rate, 10n ** 12n);
  }
  return sum;
}

/** Held on the side, and what all orders that wait there add to it once they have closed the other. */
function naiveUnits(world: BooksWorld, symbol: Symbol, side: "buy" | "sell"): number {
  let sum = 0;
  for (const [id, held] of heldBy(world)) {
    let against = 0;
    for (const [one, units] of held) {
      if (one !== symbol) continue;
      if (units > 0n === (side === "buy")) sum += Math.abs(Number(units));
      else against += Math.abs(Number(units));
    }
    const { orders, positionMode } = world.accounts.get(id)!;
    let waiting = 0;
    for (const order of orders.values()) {
      if (order.symbol !== symbol || order.side !== side || !isOpen(order.status)) continue;
      if (order.positionFill === "reduce_only" || order.status === "held") continue;
      const largest = Math.max(order.units, order.replacing.at(-1)?.units ?? 0);
      waiting += largest - order.filledUnits;
    }
    sum += positionMode === "hedging" ? waiting : Math.max(0, waiting - against);
  }
  return sum;
}

Deno.test("sums kept decision by decision are those worked out anew, and what a person adds up", () => {
  let traded = 0;
  const steps = fc.array(someStep, { minLength: 1, maxLength: 40, size: "max" });
  fc.assert(
    fc.property(
      fc.tuple(someRules, someRules, someRules),
      fc.constantFrom(...hedgedMargins),
      steps,
      steps,
      (rules, hedged, before, during) => {
        const world = new BooksWorld(rules, hedged);
        for (const one of before) act(world, one);
        const begun = new QuoteBook();
        for (const quote of world.quotes.all()) begun.apply(quote);
        const start = {
          held: heldBy(world),
          count: new Map([...world.views].map(([id, views]) => [id, views.length])),
        };
        const kept = new Kept(world);
        for (const one of during) act(world, one);
        const anew = new LevelTotals();
        for (const [id, account] of world.accounts) {
          anew.add(shareOf(account, kept.days.get(id)!), 1);
        }
        const now = shown(kept.totals, world, begun);
        assertEquals(now, shown(anew, world, begun));
        assertEquals(
          now.units,
          symbols.map((symbol) => sides.map((side) => naiveUnits(world, symbol, side))),
        );
        assertEquals(now.dayResult as bigint, naiveResult(world, begun, start));
        if (now.dayResult !== 0n) traded++;
      },
    ),
    { numRuns: 400 },
  );
  assert(traded > 100, String(traded));
});
