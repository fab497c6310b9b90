/** Asks for an order to go on under new terms; the venue decides the race against a fill. */

import type { AccountId, OrderId } from "../../../shared/domain/ids.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import type { ReplaceRequest } from "../../../shared/domain/orders/replace_order.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { Desk } from "../desk/desk.ts";
import { carryOut } from "../desk/outcome_problem.ts";

/** @throws Problem with the reason when the terms are refused or the order is no longer open. */
export async function replaceOrder(
  desk: Desk,
  target: { readonly accountId: AccountId; readonly orderId: OrderId },
  request: ReplaceRequest,
): Promise<Order> {
  if (!target.orderId.startsWith(`${target.accountId}.`)) {
    throw new Problem("order_unknown", problemEntry("order_unknown").title);
  }
  const { order } = await carryOut(desk, { kind: "replace_order", ...target, request });
  return order!;
}
