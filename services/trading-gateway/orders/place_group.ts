/** Places orders together: exact terms from each request, one command to the desk, all or none. */

import type { Order, OrderGroupType } from "../../../shared/domain/orders/order.ts";
import { type OrderRequest, readOrder } from "../../../shared/domain/orders/read_order.ts";
import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { PlaceGroup } from "../desk/commands.ts";
import type { Desk } from "../desk/desk.ts";
import { carryOut } from "../desk/outcome_problem.ts";

/** @throws Problem with the reason of the first order that is refused. */
export async function placeGroup(
  desk: Desk,
  group: { readonly type: OrderGroupType; readonly orders: readonly OrderRequest[] },
  from: Pick<PlaceGroup, "accountId" | "receivedAt">,
): Promise<readonly Order[]> {
  const orders = group.orders.map((request) => {
    const read = readOrder(request);
    if (typeof read === "string") throw new Problem(read, problemEntry(read).title);
    return read;
  });
  const { type } = group;
  const done = await carryOut(desk, { kind: "place_group", ...from, type, orders });
  return done.orders!;
}
