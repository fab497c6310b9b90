/**
 * A bot that trades against exaggerations (Bollinger's bands): a close so many deviations away from
 * the average opens a position towards it, and the average ends it.
 */

import { Average, defineStrategy, reach } from "../mod.ts";

export default defineStrategy({
  name: "mean-reversion",
  /** Bars averaged, bars of so many seconds, and how many deviations are too many. */
  parameters: { bars: 60, barSeconds: 60, deviations: 2.5, units: 10_000 },
  create({ symbols, bars, barSeconds, deviations, units }) {
    if (!(deviations > 0)) throw new RangeError(`Cannot wait for ${deviations} deviations`);
    const averages = new Map(symbols.map((symbol) => [symbol, new Average(bars)]));
    return {
      barMs: barSeconds * 1_000,
      onBar({ symbol, close }, bot) {
        const average = averages.get(symbol)!;
        const away = close - average.add(close);
        if (!average.isFull) return;
        const held = bot.position(symbol);
        if (held !== 0 && away * held >= 0) reach(bot, symbol, 0);
        else if (held === 0 && Math.abs(away) > deviations * average.deviation) {
          reach(bot, symbol, -Math.sign(away) * units);
        }
      },
    };
  },
});
