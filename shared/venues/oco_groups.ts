/**
 * Orders that cancel each other. The venue itself takes what one trades off the others, so no two of
 * them can fill on one price before a command could stop the second.
 */

import type { OrderId } from "../domain/ids.ts";
import type { HeldOrder } from "./venue.ts";

/** Which held orders belong together. */
export class OcoGroups {
  readonly #members = new Map<string, Set<OrderId>>();

  add(held: HeldOrder): void {
    const { ocoGroup, orderId } = held.order;
    if (ocoGroup === null) return;
    const members = this.#members.get(ocoGroup);
    if (members === undefined) this.#members.set(ocoGroup, new Set([orderId]));
    else members.add(orderId);
  }

  remove(held: HeldOrder): void {
    const { ocoGroup, orderId } = held.order;
    if (ocoGroup === null) return;
    const members = this.#members.get(ocoGroup);
    members?.delete(orderId);
    if (members?.size === 0) this.#members.delete(ocoGroup);
  }

  othersOf(held: HeldOrder): OrderId[] {
    const { ocoGroup, orderId } = held.order;
    if (ocoGroup === null) return [];
    return [...(this.#members.get(ocoGroup) ?? [])].filter((one) => one !== orderId);
  }
}

/** The other order less what its group traded; `null` where nothing is left of it. */
export function reduced(other: HeldOrder, traded: number): HeldOrder | null {
  if (traded >= other.remaining) return null;
  return { ...other, remaining: other.remaining - traded };
}
