/** What the transactions of a replace do to an order; part of the fold in `../books.ts`. */

import type { OrderReplaced, OrderReplaceRejected, OrderReplaceRequested } from "../transaction.ts";
import { isOpen, type Order, type OrderStatus, replacementsHeldMax } from "./order.ts";

type ReplaceTransaction = OrderReplaceRequested | OrderReplaced | OrderReplaceRejected;

/** The order after it, or why it cannot follow the order as it stands. */
export function applyReplace(order: Order, next: ReplaceTransaction): Order | string {
  if (!isOpen(order.status)) return order.status;
  if (next.type === "order_replace_requested") return request(order, next);
  const revision = next.type === "order_replaced" ? next.replacement.revision : next.revision;
  const at = order.replacing.findIndex((one) => one.revision === revision);
  if (at < 0) return `revision ${revision} was not asked for`;
  const replacing = next.type === "order_replaced"
    ? order.replacing.slice(at + 1)
    : order.replacing.toSpliced(at, 1);
  const after = { ...order, replacing, updatedAt: next.time };
  if (next.type === "order_replace_rejected") {
    return { ...after, status: standingStatus(after), text: next.text };
  }
  const { revision: _, ...terms } = next.replacement;
  if (terms.units <= order.filledUnits) return "the new size is filled already";
  return { ...after, ...terms, status: standingStatus(after) };
}

function request(order: Order, next: OrderReplaceRequested): Order | string {
  const { revision } = next.replacement;
  if (revision !== order.revision + 1) return `revision ${revision} after ${order.revision}`;
  if (order.status === "pending_cancel" || order.status === "held") return order.status;
  if (order.replacing.length >= replacementsHeldMax) return "too many replaces";
  return {
    ...order,
    status: "pending_replace",
    revision,
    replacing: [...order.replacing, next.replacement],
    updatedAt: next.time,
  };
}

/** The status of an open order that nothing but its replaces and its cancel are asked of. */
export function standingStatus(order: Order): OrderStatus {
  if (order.status === "pending_cancel") return order.status;
  return workingStatus(order);
}

/** The same, its cancel being answered. */
export function workingStatus(order: Order): OrderStatus {
  if (order.replacing.length > 0) return "pending_replace";
  return order.filledUnits > 0 ? "partially_filled" : "new";
}
