/**
 * A bot that follows two moving averages, live:
 *
 *   SPOTWIRE_KEY=… deno run -A shared/sdk/examples/two_averages.ts demo EURUSD
 *
 * and the same, unchanged, over history: `deno task backtest two-averages --symbol EURUSD …`.
 */

import {
  Average,
  type Bot,
  createSpotwire,
  defineStrategy,
  readyStrategy,
  runStrategy,
} from "../mod.ts";

const twoAverages = defineStrategy({
  name: "two-averages",
  /** Values in each average, bars of so many seconds (0: every quote), and the size of a position. */
  parameters: { fast: 20, slow: 100, barSeconds: 60, units: 10_000 },
  create({ symbols, fast, slow, barSeconds, units }) {
    if (!(fast < slow)) {
      throw new RangeError(`Cannot cross ${fast} with ${slow}: fast is the shorter`);
    }
    const averages = new Map(
      symbols.map((symbol) => [symbol, [new Average(fast), new Average(slow)]]),
    );
    const follow = (symbol: string, price: number, bot: Bot) => {
      const [quick, steady] = averages.get(symbol)!;
      const gap = quick!.add(price) - steady!.add(price);
      if (!steady!.isFull || gap === 0) return;
      const missing = Math.sign(gap) * units - bot.position(symbol);
      if (missing === 0 || bot.isBusy(symbol)) return;
      const side = missing > 0 ? "buy" : "sell";
      bot.place({ symbol, side, type: "market", units: String(Math.abs(missing)) });
    };
    return barSeconds > 0
      ? { barMs: barSeconds * 1_000, onBar: (bar, bot) => follow(bar.symbol, bar.close, bot) }
      : { onQuote: (quote, bot) => follow(quote.symbol, quote.mid, bot) };
  },
});
export default twoAverages;

if (import.meta.main) {
  const [accountId = "demo", ...symbols] = Deno.args;
  const url = Deno.env.get("SPOTWIRE_URL") ?? "http://localhost:8000";
  const spotwire = createSpotwire({ url, key: Deno.env.get("SPOTWIRE_KEY")! });
  const strategy = readyStrategy(twoAverages, { symbols });
  await runStrategy(strategy, { spotwire, accountId, symbols, log: console.log });
}
