/**
 * When a price sets a waiting order off. Pure and exact: prices are compared in half points, so the
 * mid needs no rounding.
 */

import type { VenueOrder } from "../contracts/messages/orders.ts";
import { type Quote, twiceMid } from "../domain/quote.ts";
import type { HeldOrder } from "./venue.ts";

/** What a price does to an order that waits for its trigger. */
export interface Watch {
  readonly fired: boolean;
  /** Where a trailing stop stands after the price; `null` for the others. */
  readonly trailingLevelHalves: number | null;
}

/**
 * A buy stop fires at its trigger price or above, a sell stop at or below; an order that waits to be
 * touched (FIX OrdType J) the other way round. A trailing stop follows the price at its distance,
 * never backwards, and fires like a stop. A price beyond the trigger at once fires at once.
 */
export function watchTrigger(held: HeldOrder, quote: Quote): Watch {
  const { order } = held;
  const at = watchedHalves(order, quote);
  const up = order.side === "buy" ? 1 : -1;
  if (order.type === "trailing_stop") {
    const fresh = at + up * 2 * order.trailingDistance!;
    const level = held.trailingLevelHalves;
    const now = level === null || up * (level - fresh) > 0 ? fresh : level;
    return { fired: up * (at - now) >= 0, trailingLevelHalves: now };
  }
  const beyond = up * (at - 2 * order.triggerPrice!);
  const fired = order.type === "market_if_touched" ? beyond <= 0 : beyond >= 0;
  return { fired, trailingLevelHalves: null };
}

/** Twice the price the order watches. */
function watchedHalves(order: VenueOrder, quote: Quote): number {
  const own = order.side === "buy" ? "ask" : "bid";
  switch (order.triggerSide) {
    case "mid":
      return twiceMid(quote);
    case "bid":
    case "ask":
      return 2 * quote[order.triggerSide];
    case "opposite":
      return 2 * quote[own === "ask" ? "bid" : "ask"];
    case "default":
      return 2 * quote[own];
  }
}
