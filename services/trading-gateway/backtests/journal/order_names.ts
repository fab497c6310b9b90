/**
 * Names of orders that a recording and its replay have in common: ids are numbers of transactions,
 * and shift once the two differ. A client's order has its client order id; one the platform made is
 * named by what it was made for.
 */

import { type OrderId, reservedClientOrderPrefix } from "../../../../shared/domain/ids.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";

export class OrderNames {
  readonly #byId = new Map<OrderId, string>();
  readonly #ids = new Map<string, OrderId>();

  /** Names the order that a transaction places; others are passed over. */
  take(one: Transaction): void {
    if (one.type !== "order_accepted" && one.type !== "order_rejected") return;
    if (one.terms === null) return;
    const { clientOrderId, symbol, type } = one.terms;
    let name: string = clientOrderId;
    if (name.startsWith(reservedClientOrderPrefix)) {
      const parent = one.link?.parentOrderId ?? null;
      const origin = "reason" in one ? one.reason : undefined;
      name = parent === null ? `${origin ?? "platform"}/${symbol}` : `${this.of(parent)}/${type}`;
      for (let n = 2, base = name; this.#ids.has(name); n++) name = `${base}#${n}`;
    }
    this.#byId.set(one.orderId, name);
    this.#ids.set(name, one.orderId);
  }

  /** The id itself where the order was placed before the names began. */
  of(orderId: OrderId): string {
    return this.#byId.get(orderId) ?? orderId;
  }

  idOf(name: string): OrderId | undefined {
    return this.#ids.get(name);
  }
}
