/** Reading orders. */

import type { Kysely } from "kysely";
import type { AccountId, OrderId } from "../../../shared/domain/ids.ts";
import { isOpen, type Order, orderStatuses } from "../../../shared/domain/orders/order.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { toOrder, transactionIdOf } from "./order_rows.ts";

export interface OrderQuery {
  readonly accountId: AccountId;
  readonly state: "open" | "all";
  readonly clientOrderId: string | undefined;
  readonly before: OrderId | undefined;
  readonly limit: number;
}

export const openStatuses = orderStatuses.filter(isOpen);

/** Newest first. */
export async function selectOrders(
  db: Kysely<TradingDatabase>,
  wanted: OrderQuery,
): Promise<Order[]> {
  let query = db.selectFrom("orders").selectAll().where("account_id", "=", wanted.accountId);
  if (wanted.clientOrderId !== undefined) {
    query = query.where("client_order_id", "=", wanted.clientOrderId);
  } else if (wanted.state === "open") {
    query = query.where("status", "in", openStatuses);
  }
  if (wanted.before !== undefined) {
    query = query.where("transaction_id", "<", transactionIdOf(wanted.before));
  }
  const found = await query.orderBy("transaction_id", "desc").limit(wanted.limit).execute();
  return found.map(toOrder);
}

/** `null` when the order is not the account's. */
export async function selectOrder(
  db: Kysely<TradingDatabase>,
  accountId: AccountId,
  orderId: OrderId,
): Promise<Order | null> {
  if (!orderId.startsWith(`${accountId}.`)) return null;
  const row = await db.selectFrom("orders").selectAll()
    .where("account_id", "=", accountId)
    .where("transaction_id", "=", transactionIdOf(orderId))
    .executeTakeFirst();
  return row === undefined ? null : toOrder(row);
}

/** Open orders of every account, oldest first, page by page. */
export async function selectOpenOrders(
  db: Kysely<TradingDatabase>,
  after: { accountId: string; transactionId: number },
  limit: number,
): Promise<Order[]> {
  const found = await db.selectFrom("orders").selectAll()
    .where("status", "in", openStatuses)
    .where((is) =>
      is.or([
        is("account_id", ">", after.accountId),
        is.and([
          is("account_id", "=", after.accountId),
          is("transaction_id", ">", after.transactionId),
        ]),
      ])
    )
    .orderBy("account_id").orderBy("transaction_id").limit(limit).execute();
  return found.map(toOrder);
}
