/** Orders in a trader's words. */

import type { Order } from "../../../../../shared/sdk/mod.ts";

export const typeNames = {
  market: "Market",
  limit: "Limit",
  stop: "Stop",
  stop_limit: "Stop limit",
  market_if_touched: "If touched",
  trailing_stop: "Trailing stop",
} as const satisfies Record<Order["type"], string>;

export const timeNames = {
  GTC: "until canceled",
  GTD: "until a date",
  DAY: "today, to 17:00 New York",
  IOC: "at once, what can be had",
  FOK: "at once, all or nothing",
} as const satisfies Record<Order["timeInForce"], string>;

export const triggerSideNames = {
  default: "the side it trades on",
  bid: "the bid",
  ask: "the ask",
  mid: "the middle",
  opposite: "the other side",
} as const satisfies Record<Order["triggerSide"], string>;

export const positionFillNames = {
  default: "as it comes",
  open_only: "open only",
  reduce_only: "reduce only",
} as const satisfies Record<Order["positionFill"], string>;

/** `pending_new` is `pending new`. */
export const statusName = (status: string): string => status.replaceAll("_", " ");

/** The price that a line on a chart stands at, and which term it is. */
export function movablePrice(order: Order): { term: "price" | "triggerPrice"; at: string } | null {
  if (order.triggerPrice !== null && order.triggeredAt === null) {
    return { term: "triggerPrice", at: order.triggerPrice };
  }
  return order.price === null ? null : { term: "price", at: order.price };
}
