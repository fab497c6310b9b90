/**
 * A bot that trades breakouts (Donchian): a close beyond the highest high or lowest low of the bars
 * before opens a position that way, and a trailing stop ends it.
 */

import { Channel, defineStrategy } from "../mod.ts";

export default defineStrategy({
  name: "breakout",
  /** Bars looked back over, bars of so many seconds, the stop's distance in prices of 1/10000. */
  parameters: { bars: 60, barSeconds: 60, stopPips: 15, units: 10_000 },
  create({ symbols, bars, barSeconds, stopPips, units }) {
    if (!(stopPips > 0)) throw new RangeError(`Cannot trail by ${stopPips} pips`);
    const channels = new Map(symbols.map((symbol) => [symbol, new Channel(bars)]));
    return {
      barMs: barSeconds * 1_000,
      onBar({ symbol, high, low, close }, bot) {
        const channel = channels.get(symbol)!;
        const up = channel.isFull && close > channel.high;
        const down = channel.isFull && close < channel.low;
        channel.add(high, low);
        if ((!up && !down) || bot.position(symbol) !== 0 || bot.isBusy(symbol)) return;
        const pip = symbol.endsWith("JPY") ? 0.01 : 0.0001;
        bot.place({
          symbol,
          side: up ? "buy" : "sell",
          type: "market",
          units: String(units),
          trailingStopLossOnFill: { distance: bot.price(symbol, stopPips * pip) },
        });
      },
    };
  },
});
