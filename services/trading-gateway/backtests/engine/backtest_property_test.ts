// Goal: showing desk and venue only the prices that could matter changes nothing, and the books of a
// run, and every order as it then stood, come out of its transactions.
// Method: a strategy that asks for anything, by chance, over random prices of two symbols, on a large
// account and on one that is stopped out; every run is done twice, the second time with every price
// shown, and both must have booked the same transactions.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import { formatMicros, micros } from "../../../../shared/domain/money.ts";
import { seededRandom } from "../../../../shared/domain/random.ts";
import { defaultTerms } from "../../../../shared/domain/terms.ts";
import { type Bot, defineStrategy, type NewOrder } from "../../../../shared/sdk/mod.ts";
import { OrderFold } from "../../../../shared/sdk/strategy/order_fold.ts";
import { readyStrategy, type Strategy } from "../../../../shared/sdk/strategy/strategy.ts";
import { settingsOf, walk } from "../testing/columns.ts";
import { Backtest } from "./backtest.ts";
import { mergeTape } from "./merge_tape.ts";
import type { BacktestSettings } from "./settings.ts";
import type { TapePiece } from "./tape.ts";
import { profitOf } from "./trades.ts";

const symbols = ["EURUSD", "USDJPY"] as Symbol[];

/** Asks for orders of every kind, replaces and cancels, as the seed has it. */
const anything = defineStrategy({
  name: "anything",
  parameters: { seed: 1, busy: 0.05, unitsMax: 400_000 },
  create({ seed, busy, unitsMax }) {
    const random = seededRandom(String(seed));
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)]!;
    const orderNear = (symbol: string, bot: Bot): NewOrder => {
      const { mid } = bot.quote(symbol)!;
      const pip = symbol === "USDJPY" ? 0.01 : 0.0001;
      const near = (pips: number) => bot.price(symbol, mid + (2 * random.next() - 1) * pips * pip);
      const distance = bot.price(symbol, (1 + 9 * random.next()) * pip);
      const triggerSide = pick(["default", "bid", "ask", "mid", "opposite"] as const);
      const side = pick(["buy", "sell"] as const);
      const units = String(1 + Math.floor(random.next() * unitsMax));
      const base = { symbol, side, units };
      const stop = { triggerPrice: near(8), triggerSide };
      return pick<() => NewOrder>([
        () => ({ ...base, type: "market" }),
        () => ({ ...base, type: "market", stopLossOnFill: { distance } }),
        () => ({ ...base, type: "market", trailingStopLossOnFill: { distance } }),
        () => ({ ...base, type: "limit", price: near(8) }),
        () => ({ ...base, type: "limit", price: near(3), timeInForce: "IOC" }),
        () => ({ ...base, type: "stop", ...stop }),
        () => ({ ...base, type: "stop_limit", ...stop, price: near(10) }),
        () => ({ ...base, type: "market_if_touched", ...stop }),
        () => ({ ...base, type: "trailing_stop", trailingDistance: distance, triggerSide }),
      ])();
    };
    return {
      onStart: (bot) => void bot.every(97_000, () => bot.cancelAll(pick(symbols))),
      onQuote({ symbol }, bot) {
        if (random.next() > busy) return;
        const open = bot.orders();
        const chance = random.next();
        if (chance < 0.1 && open.length > 0) return bot.cancel(pick(open).clientOrderId);
        if (chance < 0.2 && open.length > 0) {
          const units = String(1 + Math.floor(random.next() * unitsMax));
          return bot.replace(pick(open).clientOrderId, { units });
        }
        if (chance < 0.3) {
          const type = pick(["oco", "oto", "bracket"] as const);
          return void bot.placeGroup(type, [orderNear(symbol, bot), orderNear(symbol, bot)]);
        }
        bot.place(orderNear(symbol, bot));
      },
    };
  },
});

async function piecesOf(seed: string): Promise<TapePiece[]> {
  const euro = walk({ seed: `${seed} euro`, rows: 500, bid: 110_000, stepMax: 12 });
  const yen = walk({ seed: `${seed} yen`, rows: 500, bid: 150_000, stepMax: 15 });
  const columns = [euro, yen].map(async function* (one) {
    yield await Promise.resolve(one);
  });
  return await Array.fromAsync(mergeTape(columns));
}

function run(
  pieces: readonly TapePiece[],
  about: { settings: BacktestSettings; seed: number; isEager: boolean },
): Backtest {
  const { settings, seed, isEager } = about;
  const fold = new OrderFold();
  const strategy: Strategy = {
    ...readyStrategy(anything, { symbols, parameters: { seed } }),
    // Live, an order is what its transactions make of it; here it is the desk's own.
    onOrder: (order, transaction) => assertEquals(fold.apply(transaction), order),
  };
  const backtest = new Backtest({ settings, strategy, symbols, isEager });
  backtest.start();
  for (const piece of pieces) backtest.feed(piece);
  backtest.finish();
  return backtest;
}

const cases = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  balance: fc.constantFrom(2_000_000_000n, 20_000_000_000n, 1_000_000_000_000n),
  currency: fc.constantFrom("USD" as const, "EUR" as const, "JPY" as const),
  latencyMs: fc.constantFrom(0, 250, 3_000),
  slippagePoints: fc.constantFrom(0, 2),
  partialShare: fc.constantFrom(0, 0.4),
  rejectShare: fc.constantFrom(0, 0.1),
});

/** Two orders that fall due at the venue in one moment, one of them set off at once. */
const dueAtOnce = {
  seed: 999_993,
  balance: 1_000_000_000_000n,
  currency: "USD",
  latencyMs: 3_000,
  slippagePoints: 0,
  partialShare: 0,
  rejectShare: 0,
} as const;

Deno.test("a run that skips what cannot matter books what one that looks at every price does", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (about) => {
      const { seed, balance, currency, ...fills } = about;
      const scale = currency === "JPY" ? 150n : 1n;
      const commissions = [{
        currency: "USD" as const,
        perLot: micros(3_500_000n),
        perMillion: micros(0n),
        minimum: micros(1_000_000n),
      }];
      const settings = settingsOf({
        symbols,
        currency,
        balance: micros(balance * scale),
        fills,
        terms: { ...defaultTerms, commissions },
      });
      const pieces = await piecesOf(String(seed));
      const lazy = run(pieces, { settings, seed, isEager: false });
      const eager = run(pieces, { settings, seed, isEager: true });
      assertEquals(lazy.findings.digest(), eager.findings.digest());
      assert(lazy.findings.counts.orders + lazy.findings.counts.refused > 0);
      addsUp(lazy);
    }),
    { numRuns: 60, examples: [[dueAtOnce]] },
  );
});

/** Cash is what came in and what every trade made of it; positions are what trades hold. */
function addsUp({ findings, desk, settings }: Backtest): void {
  const trades = [...findings.trades, ...findings.openTrades()];
  const adjusted = findings.sums.protection;
  const made = trades.reduce((sum, trade) => sum + profitOf(trade), 0n);
  assertEquals(
    formatMicros(desk.account.balance),
    formatMicros(micros(settings.balance + made + adjusted)),
  );
  for (const name of ["spread", "slippage", "commission", "carry"] as const) {
    const sum = trades.reduce((all, trade) => all + trade[name], 0n);
    assertEquals(sum, findings.sums[name], name);
  }
  const held = new Map(
    findings.openTrades().map((trade) => [
      trade.symbol,
      (trade.side === "buy" ? 1 : -1) * (trade.entry.units - trade.exit.units),
    ]),
  );
  assertEquals(
    held,
    new Map([...desk.account.positions.values()].map(({ symbol, units }) => [
      instrumentOf(symbol).symbol,
      units as number,
    ])),
  );
}
