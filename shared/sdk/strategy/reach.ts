/** What most strategies end in: a position of so many units, by one market order. */

import type { Bot } from "./strategy.ts";

/** Orders what is missing to signed `units`, unless an order of the symbol is under way already. */
export function reach(bot: Bot, symbol: string, units: number): void {
  const missing = units - bot.position(symbol);
  if (missing === 0 || bot.isBusy(symbol)) return;
  const side = missing > 0 ? "buy" : "sell";
  bot.place({ symbol, side, type: "market", units: String(Math.abs(missing)) });
}
