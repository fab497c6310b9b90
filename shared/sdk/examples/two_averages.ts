/**
 * A bot that follows two moving averages, live:
 *
 *   SPOTWIRE_KEY=… deno run -A shared/sdk/examples/two_averages.ts demo EURUSD
 *
 * and the same, unchanged, over history: `deno task backtest two-averages --symbol EURUSD …`.
 */

import { Average, type Bot, createSpotwire, defineStrategy } from "../mod.ts";
import { reach, readyStrategy, runStrategy } from "../mod.ts";

const twoAverages = defineStrategy({
  name: "two-averages",
  /** Values in each average, bars of so many seconds (0: every quote), and the size of a position. */
  parameters: { fast: 20, slow: 100, barSeconds: 60, units: 10_000 },
  create({ symbols, fast, slow, barSeconds, units }) {
    if (!(fast < slow)) throw new RangeError(`Cannot cross ${fast} and ${slow}: fast is shorter`);
    const pairs = new Map(symbols.map((one) => [one, [new Average(fast), new Average(slow)]]));
    const follow = (symbol: string, price: number, bot: Bot) => {
      const [quick, steady] = pairs.get(symbol)!;
      const gap = quick!.add(price) - steady!.add(price);
      if (steady!.isFull && gap !== 0) reach(bot, symbol, Math.sign(gap) * units);
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
