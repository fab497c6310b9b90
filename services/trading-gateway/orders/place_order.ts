/** Places an order: exact terms from the request, one command to the desk, the stored order back. */

import type { Order } from "../../../shared/domain/orders/order.ts";
import { type OrderRequest, readOrder } from "../../../shared/domain/orders/read_order.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { PlaceOrder } from "../desk/commands.ts";
import type { Desk } from "../desk/desk.ts";
import { carryOut } from "../desk/outcome_problem.ts";

/** @throws Problem with the reason when the order is refused. */
export async function placeOrder(
  desk: Desk,
  request: OrderRequest,
  from: Pick<PlaceOrder, "accountId" | "receivedAt">,
): Promise<Order> {
  const read = readOrder(request);
  if (typeof read === "string") throw new Problem(read, problemEntry(read).title);
  const { order } = await carryOut(desk, { kind: "place_order", ...from, ...read });
  return order!;
}
