/** What a replace makes of an order the venue holds. Pure. */

import type { Replacement } from "../domain/orders/order.ts";
import type { Quote } from "../domain/quote.ts";
import { watchTrigger } from "./triggers.ts";
import type { HeldOrder } from "./venue.ts";

/**
 * The order under its new terms; `null` where as much as the new size has traded already, which ends
 * it. What its group took off stays off, whether the replace knew of it or not: by so much more as
 * the order is asked to be, so much more is left of it, and a smaller size gives nothing back. A
 * trailing stop keeps the best price it has seen and stands at its new distance from it.
 */
export function replaced(held: HeldOrder, replacement: Replacement): HeldOrder | null {
  const { revision, ...terms } = replacement;
  if (terms.units <= held.traded) return null;
  const added = Math.max(0, terms.units - held.order.units);
  return {
    ...held,
    order: { ...held.order, ...terms },
    remaining: Math.min(terms.units - held.traded, held.remaining + added),
    revision,
    trailingLevelHalves: trailingLevel(held, replacement),
  };
}

/**
 * Whether a guaranteed stop would be moved to where the price already is, or while there is no price
 * (`null`) to tell: either would sell what has happened.
 */
export function outrunsGuarantee(
  held: HeldOrder,
  replacement: Replacement,
  quote: Quote | null,
): boolean {
  const { guaranteedPremium, triggerPrice } = held.order;
  if (guaranteedPremium === null || replacement.triggerPrice === triggerPrice) return false;
  return quote === null || watchTrigger(replaced(held, replacement) ?? held, quote).fired;
}

function trailingLevel(held: HeldOrder, replacement: Replacement): number | null {
  const level = held.trailingLevelHalves;
  if (level === null || held.triggered) return level;
  const up = held.order.side === "buy" ? 1 : -1;
  const wider = replacement.trailingDistance! - held.order.trailingDistance!;
  return level + up * 2 * wider;
}
