/**
 * What one price does to one order. Pure: chance comes from the seed, the order and the report. A
 * guaranteed stop that was set off trades whole at its trigger price, which is what was sold.
 */

import type { VenueOrder } from "../contracts/messages/orders.ts";
import { type Price, price, type Units, units } from "../domain/instrument.ts";
import { instrumentOf } from "../domain/instruments.ts";
import { orderTypeRules } from "../domain/orders/order.ts";
import type { Quote } from "../domain/quote.ts";
import { seededRandom } from "../domain/random.ts";
import type { HeldOrder } from "./venue.ts";

export interface MatchRules {
  readonly seed: string;
  /** Points by which a market order trades worse than the quote. */
  readonly slippagePoints: number;
  /** Chance that a price has liquidity for a part of the order only. */
  readonly partialShare: number;
}

/** How a match leaves the order: nothing done, a trade and the rest held, or an end. */
export interface Match {
  readonly trade: { readonly units: Units; readonly price: Price } | null;
  /** Why what remains is canceled; `null` while it is held or when nothing remains. */
  readonly cancelText: string | null;
}

const nothing: Match = { trade: null, cancelText: null };

/** Whether the order trades at once or not at all, and never rests. */
export const isImmediate = (order: VenueOrder): boolean =>
  order.type === "market" || order.timeInForce === "IOC" || order.timeInForce === "FOK";

export function matchOrder(held: HeldOrder, quote: Quote, rules: MatchRules): Match {
  const { order } = held;
  if (order.guaranteedPremium !== null) {
    return {
      trade: { units: units(held.remaining), price: order.triggerPrice! },
      cancelText: null,
    };
  }
  const at = tradePrice(order, quote, rules.slippagePoints);
  if (at === "beyond_bound") return { trade: null, cancelText: "no price within the bound" };
  if (at === null) {
    return isImmediate(order) ? { trade: null, cancelText: "no price within the limit" } : nothing;
  }
  const available = liquidity(held, rules);
  if (available === held.remaining) {
    return { trade: { units: available, price: at }, cancelText: null };
  }
  if (order.timeInForce === "FOK") {
    return { trade: null, cancelText: "not enough liquidity to fill the whole order" };
  }
  const trade = available > 0 ? { units: available, price: at } : null;
  return { trade, cancelText: isImmediate(order) ? "the rest found no liquidity" : null };
}

/**
 * The quote's own price where it is as good as the limit or better; `null` where it is not. An order
 * that trades at the market gets the slipped price, or ends where that lies beyond its bound.
 */
function tradePrice(
  order: VenueOrder,
  quote: Quote,
  slippagePoints: number,
): Price | "beyond_bound" | null {
  if (orderTypeRules[order.type].atMarket) {
    const slipped = order.side === "buy" ? quote.ask + slippagePoints : quote.bid - slippagePoints;
    const at = price(Math.max(1, slipped));
    const { priceBound } = order;
    if (priceBound === null) return at;
    const within = order.side === "buy" ? at <= priceBound : at >= priceBound;
    return within ? at : "beyond_bound";
  }
  if (order.side === "buy") return quote.ask <= order.price! ? quote.ask : null;
  return quote.bid >= order.price! ? quote.bid : null;
}

/** How much of the rest this price can take: all, or by chance 10 to 90 % of it in whole steps. */
function liquidity(held: HeldOrder, rules: MatchRules): Units {
  const all = units(held.remaining);
  if (rules.partialShare <= 0) return all;
  const random = seededRandom(`${rules.seed}:${held.order.orderId}:${held.nextReport}`);
  if (random.next() >= rules.partialShare) return all;
  const step = instrumentOf(held.order.symbol).unitsStep;
  const part = Math.floor((held.remaining * (0.1 + 0.8 * random.next())) / step) * step;
  if (part > 0) return units(part);
  return held.remaining > step && held.order.timeInForce !== "FOK" ? step : all;
}
