/** What the venue must do because of a transaction. Pure; the desk sends it, a backtest does it. */

import type { Order, Replacement } from "../../../shared/domain/orders/order.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";

export type VenueCommand =
  | { readonly kind: "submit"; readonly order: Order }
  | {
    readonly kind: "replace";
    readonly order: Order;
    readonly replacement: Replacement;
    readonly at: EpochMs;
  }
  | { readonly kind: "cancel"; readonly order: Order; readonly at: EpochMs };

/** `order` is the transaction's, after it; `null` where the venue has nothing to do. */
export function venueCommandOf(transaction: Transaction, order: Order): VenueCommand | null {
  switch (transaction.type) {
    case "order_accepted":
      return transaction.held ? null : { kind: "submit", order };
    case "order_released":
      return { kind: "submit", order };
    case "order_replace_requested":
      return {
        kind: "replace",
        order,
        replacement: transaction.replacement,
        at: transaction.time,
      };
    case "order_cancel_requested":
      return { kind: "cancel", order, at: transaction.time };
    default:
      return null;
  }
}
