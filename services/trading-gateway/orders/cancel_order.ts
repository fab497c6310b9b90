/** Asks for an order to be canceled; the venue decides, and a fill may still win the race. */

import type { AccountId, OrderId } from "../../../shared/domain/ids.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { Desk } from "../desk/desk.ts";
import { carryOut } from "../desk/outcome_problem.ts";

/** @throws Problem `order_unknown`, `order_not_open` or `order_of_stop_out`. */
export async function cancelOrder(
  desk: Desk,
  accountId: AccountId,
  orderId: OrderId,
): Promise<Order> {
  if (!orderId.startsWith(`${accountId}.`)) {
    throw new Problem("order_unknown", problemEntry("order_unknown").title);
  }
  const { order } = await carryOut(desk, { kind: "cancel_order", accountId, orderId });
  return order!;
}
