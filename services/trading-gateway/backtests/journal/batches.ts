/** The transactions of an account as the batches they were booked in: one command or report each. */

import type { OrderId } from "../../../../shared/domain/ids.ts";
import type { Transaction, TransactionType } from "../../../../shared/domain/transaction.ts";

/** A transaction of an order's life. */
export type OrderTransaction = Extract<Transaction, { readonly orderId: OrderId }>;

export interface Batch {
  readonly first: Transaction;
  /** In the order they were booked, `first` included. */
  readonly transactions: readonly Transaction[];
  /** What a venue reported; `null` where a command, or the platform's own watch, led to the batch. */
  readonly report: OrderTransaction | null;
}

const reported: ReadonlySet<TransactionType> = new Set(
  [
    "order_acknowledged",
    "order_triggered",
    "order_filled",
    "order_replaced",
    "order_replace_rejected",
    "order_cancel_rejected",
    "order_canceled",
    "order_expired",
    "order_rejected",
  ] as const,
);

/** `transactions` are an account's from its beginning, or from where none of its orders is held. */
export function batchesOf(transactions: readonly Transaction[]): Batch[] {
  const groups: Transaction[][] = [];
  for (const one of transactions) {
    if (one.batchId === undefined || groups.length === 0) groups.push([one]);
    else groups.at(-1)!.push(one);
  }
  const held = new Set<OrderId>();
  return groups.map((group): Batch => {
    const report = reportIn(group, held);
    for (const one of group) followHeld(held, one);
    return { first: group[0]!, transactions: group, report };
  });
}

/** An end refuses the replaces under way before it, so the report is what comes behind them. */
function reportIn(
  group: readonly Transaction[],
  held: ReadonlySet<OrderId>,
): OrderTransaction | null {
  const main = group.find(({ type }) => type !== "order_replace_rejected") ?? group[0]!;
  if (!reported.has(main.type)) return null;
  if (main.type === "order_rejected" && main.terms !== null) return null;
  // Nobody but the desk knows an order that is held.
  if (main.type === "order_canceled" && held.has(main.orderId)) return null;
  return main as OrderTransaction;
}

function followHeld(held: Set<OrderId>, one: Transaction): void {
  if (one.type === "order_accepted" && one.held === true) held.add(one.orderId);
  if (one.type === "order_released" || one.type === "order_canceled") held.delete(one.orderId);
}
