/**
 * How far a symbol's price may go before anything can happen because of it. Within its bounds a quote
 * need be shown neither to the venue nor to the margin rule: nothing would come of it. Prices are
 * points; every bound errs on the narrow side.
 */

import type { HeldOrder } from "../../../../shared/venues/venue.ts";

/** A quote is within when `lowBid <= bid <= highBid` and `lowAsk <= ask <= highAsk`. */
export interface Bounds {
  lowBid: number;
  highBid: number;
  lowAsk: number;
  highAsk: number;
}

export const openBounds = (): Bounds => ({
  lowBid: -Infinity,
  highBid: Infinity,
  lowAsk: -Infinity,
  highAsk: Infinity,
});

/** Every quote lies beyond. */
const shut = (bounds: Bounds): void => {
  bounds.lowBid = Infinity;
};

type Side = "bid" | "ask";

const nothingBelow = (bounds: Bounds, side: Side, points: number): void => {
  if (side === "bid") bounds.lowBid = Math.max(bounds.lowBid, points);
  else bounds.lowAsk = Math.max(bounds.lowAsk, points);
};

const nothingAbove = (bounds: Bounds, side: Side, points: number): void => {
  if (side === "bid") bounds.highBid = Math.min(bounds.highBid, points);
  else bounds.highAsk = Math.min(bounds.highAsk, points);
};

/** Narrows the bounds to where the order neither trades, nor is set off, nor moves its stop. */
export function narrowForOrder(bounds: Bounds, held: HeldOrder): void {
  const { order } = held;
  const buys = order.side === "buy";
  if (!held.acknowledged) return; // its time, not a price, lets it reach the market
  if (!held.triggered) return narrowForTrigger(bounds, held);
  if (order.price === null || (order.timeInForce === "IOC" || order.timeInForce === "FOK")) {
    return shut(bounds);
  }
  if (buys) nothingBelow(bounds, "ask", order.price + 1);
  else nothingAbove(bounds, "bid", order.price - 1);
}

function narrowForTrigger(bounds: Bounds, held: HeldOrder): void {
  const { order, trailingLevelHalves } = held;
  const buys = order.side === "buy";
  const { triggerPrice } = order;
  // A mid rises to the trigger no sooner than the ask does, and falls to it no sooner than the bid.
  const watched = (rising: boolean): Side => {
    if (order.triggerSide === "mid") return rising ? "ask" : "bid";
    if (order.triggerSide === "bid" || order.triggerSide === "ask") return order.triggerSide;
    return buys === (order.triggerSide === "default") ? "ask" : "bid";
  };
  switch (order.type) {
    case "stop":
    case "stop_limit":
      if (buys) return nothingAbove(bounds, watched(true), triggerPrice! - 1);
      return nothingBelow(bounds, watched(false), triggerPrice! + 1);
    case "market_if_touched":
      if (buys) return nothingBelow(bounds, watched(false), triggerPrice! + 1);
      return nothingAbove(bounds, watched(true), triggerPrice! - 1);
    case "trailing_stop": {
      if (trailingLevelHalves === null || order.triggerSide === "mid") return shut(bounds);
      const side = watched(buys);
      const far = 2 * order.trailingDistance!;
      if (buys) {
        nothingAbove(bounds, side, Math.ceil(trailingLevelHalves / 2) - 1);
        return nothingBelow(bounds, side, Math.ceil((trailingLevelHalves - far) / 2));
      }
      nothingBelow(bounds, side, Math.floor(trailingLevelHalves / 2) + 1);
      return nothingAbove(bounds, side, Math.floor((trailingLevelHalves + far) / 2));
    }
    default:
      return shut(bounds);
  }
}

/** Narrows the bounds to `points` around a price. */
export function narrowAround(
  bounds: Bounds,
  at: { readonly bid: number; readonly ask: number },
  points: number,
): void {
  nothingBelow(bounds, "bid", at.bid - points);
  nothingAbove(bounds, "bid", at.bid + points);
  nothingBelow(bounds, "ask", at.ask - points);
  nothingAbove(bounds, "ask", at.ask + points);
}
