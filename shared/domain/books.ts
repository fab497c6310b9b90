/**
 * The books: an account is the fold of its transactions, and this is the fold. Trading applies a
 * transaction here before writing it; a restart, an audit or a test applies the stored ones and
 * must arrive at the same account.
 */

import type { Account } from "./account.ts";
import { applyFillTo, type ClosingOrder, type FillEffect, fillEffect } from "./holdings.ts";
import { ImpossibleTransaction } from "./impossible_transaction.ts";
import { units } from "./instrument.ts";
import {
  commissionPostings,
  fundingPostings,
  type Posting,
  premiumPostings,
  profitPostings,
} from "./ledger.ts";
import { convert, type Micros, micros, type Rate, zeroMicros } from "./money.ts";
import {
  canBecome,
  isConditional,
  isOpen,
  type Order,
  type OrderStatus,
  type OrderTerms,
  remainingUnits,
  unlinked,
} from "./orders/order.ts";
import { applyMoney } from "./money_books.ts";
import { applyReplace, workingStatus } from "./orders/apply_replace.ts";
import { defaultPositions } from "./position.ts";
import type {
  OrderAccepted,
  OrderAcknowledged,
  OrderFilled,
  OrderRejected,
  OrderReplaced,
  OrderReplaceRejected,
  OrderReplaceRequested,
  OrderTriggered,
  Transaction,
} from "./transaction.ts";
import type { OrderId } from "./ids.ts";
import { defaultTenant } from "./risk/levels.ts";

/**
 * Applies the next transaction to the account, in place, and returns its ledger postings.
 * @throws ImpossibleTransaction before anything is touched.
 */
export function applyTransaction(account: Account, next: Transaction): Posting[] {
  if (next.transactionId !== account.lastTransactionId + 1) {
    throw new ImpossibleTransaction(
      `Cannot apply transaction ${next.transactionId} after ${account.lastTransactionId}`,
    );
  }
  const postings = apply(account, next);
  account.lastTransactionId = next.transactionId;
  return postings;
}

function apply(account: Account, next: Transaction): Posting[] {
  switch (next.type) {
    case "account_opened":
      account.currency = next.currency;
      account.positionMode = next.positionMode ?? defaultPositions.positionMode;
      account.lotMatching = next.lotMatching ?? defaultPositions.lotMatching;
      account.tenant = next.tenant ?? defaultTenant;
      return [];
    case "funds_transferred":
      account.balance = micros(account.balance + next.amount);
      return fundingPostings(account.currency, next.amount);
    case "order_accepted":
      return putOrder(account, {
        ...newOrder(next, next.terms, next.held ? "held" : "pending_new"),
        ...next.link,
        arrival: next.arrival ?? null,
      });
    case "order_released":
      return move(account, next, {
        status: "pending_new",
        ...(next.met === undefined ? {} : { arrival: next.met.arrival }),
      });
    case "order_rejected":
      return next.terms === null
        ? move(account, next, { status: "rejected", rejectReason: next.reason, text: next.text })
        : putOrder(account, {
          ...newOrder(next, next.terms, "rejected"),
          rejectReason: next.reason,
          text: next.text,
        });
    case "order_acknowledged":
      return acknowledge(account, next);
    case "order_triggered":
      return applyTrigger(account, next);
    case "order_filled":
      return applyFill(account, next);
    case "order_replace_requested":
    case "order_replaced":
    case "order_replace_rejected":
      return applyReplaceTo(account, next);
    case "order_cancel_requested":
      return move(account, next, { status: "pending_cancel" });
    case "order_cancel_rejected":
      return move(account, next, {
        status: workingStatus(orderIn(account, next.orderId)),
        text: next.text,
      });
    case "order_canceled":
      return move(account, next, { status: "canceled", text: next.text });
    case "order_expired":
      return move(account, next, { status: "expired" });
    default:
      return applyMoney(account, next);
  }
}

/** What a fill does to positions and cash, before it is numbered. */
export function realisedBy(
  account: Account,
  fill: Pick<OrderFilled, "symbol" | "units" | "price"> & { readonly order: ClosingOrder },
  toAccount: Rate,
): FillEffect & { readonly paid: Micros } {
  const effect = fillEffect(account, fill, fill.order);
  const { realised } = effect;
  return { ...effect, paid: realised === 0n ? zeroMicros : convert(realised, toAccount) };
}

function applyFill(account: Account, fill: OrderFilled): Posting[] {
  const order = orderIn(account, fill.orderId);
  if (order.status === "held" || (isConditional(order.type) && order.triggeredAt === null)) {
    throw new ImpossibleTransaction(`Cannot fill order ${order.orderId}: held or not triggered`);
  }
  const size = Math.abs(fill.units);
  if (size > remainingUnits(order)) {
    throw new ImpossibleTransaction(`Cannot fill ${size} of order ${order.orderId}: too many`);
  }
  applyFillTo(account.positions, account, fill);
  account.balance = micros(account.balance + fill.paid - chargedFor(fill));
  replaceOrder(account, order, {
    ...order,
    status: statusAfterFill(order, size),
    filledUnits: units(order.filledUnits + size),
    filledCost: order.filledCost + BigInt(fill.price) * BigInt(size),
    updatedAt: fill.time,
  });
  const { realisedCurrency: quote, rate, commission, premium } = fill;
  const paid = { quote, account: account.currency, rate };
  const postings = profitPostings({ ...paid, realised: fill.realised, paid: fill.paid });
  if (commission !== undefined) {
    postings.push(...commissionPostings(account.currency, commission));
  }
  if (premium !== undefined) postings.push(...premiumPostings({ ...paid, premium }));
  return postings;
}

/** What a fill costs beside its price: commission and premium, in the account's currency. */
export const chargedFor = ({ commission, premium }: OrderFilled): bigint =>
  (commission?.charged ?? 0n) + (premium?.charged ?? 0n);

/** Once, and only of an order that waits for it and can still trade. */
function applyTrigger(account: Account, next: OrderTriggered): Posting[] {
  const order = orderIn(account, next.orderId);
  if (!isConditional(order.type) || order.triggeredAt !== null || !isWorking(order.status)) {
    throw new ImpossibleTransaction(`Cannot trigger order ${order.orderId}: ${order.status}`);
  }
  const { bid, ask, time } = next;
  const met = order.arrival ?? { receivedAt: null, sentAt: null, acknowledgedAt: null };
  const arrival = { ...met, bid, ask };
  replaceOrder(account, order, { ...order, arrival, triggeredAt: time, updatedAt: time });
  return [];
}

/** Whether the venue may have the order and it can still trade. */
const isWorking = (status: OrderStatus): boolean => isOpen(status) && status !== "held";

/** Whether a replace or a cancel is under way, which a partial fill does not answer. */
const isAsked = (status: OrderStatus): boolean =>
  status === "pending_replace" || status === "pending_cancel";

/** A fill that crossed a cancel on the wire is booked, but does not bring the order back to life. */
function statusAfterFill(order: Order, size: number): OrderStatus {
  const full = size === remainingUnits(order);
  if (!isOpen(order.status)) return order.status;
  if (full) return "filled";
  return isAsked(order.status) ? order.status : "partially_filled";
}

function applyReplaceTo(
  account: Account,
  next: OrderReplaceRequested | OrderReplaced | OrderReplaceRejected,
): Posting[] {
  const order = orderIn(account, next.orderId);
  const after = applyReplace(order, next);
  if (typeof after === "string") {
    throw new ImpossibleTransaction(`Cannot apply ${next.type} to ${order.orderId}: ${after}`);
  }
  replaceOrder(account, order, after);
  return [];
}

function newOrder(
  next: OrderAccepted | OrderRejected,
  terms: OrderTerms,
  status: OrderStatus,
): Order {
  return {
    ...terms,
    ...unlinked,
    orderId: next.orderId,
    accountId: next.accountId,
    status,
    filledUnits: units(0),
    filledCost: 0n,
    triggeredAt: null,
    revision: 0,
    replacing: [],
    arrival: null,
    rejectReason: null,
    text: null,
    createdAt: next.time,
    updatedAt: next.time,
  };
}

function putOrder(account: Account, order: Order): Posting[] {
  account.orders.set(order.orderId, order);
  if (isOpen(order.status)) countOpen(account, order, 1);
  return [];
}

function move(
  account: Account,
  next: Transaction & { orderId: OrderId },
  change: Pick<Order, "status"> & Partial<Pick<Order, "rejectReason" | "text" | "arrival">>,
): Posting[] {
  const order = orderIn(account, next.orderId);
  if (!canBecome(order.status, change.status)) {
    throw new ImpossibleTransaction(
      `Cannot move order ${order.orderId} ${order.status} → ${change.status}`,
    );
  }
  replaceOrder(account, order, { ...order, ...change, updatedAt: next.time });
  return [];
}

function acknowledge(account: Account, next: OrderAcknowledged): Posting[] {
  const { arrival } = orderIn(account, next.orderId);
  const { time, sentAt = null } = next;
  return move(account, next, {
    status: "new",
    arrival: arrival === null ? null : { ...arrival, sentAt, acknowledgedAt: time },
  });
}

function replaceOrder(account: Account, before: Order, after: Order): void {
  account.orders.set(after.orderId, after);
  if (!isOpen(before.status) || isOpen(after.status)) return;
  countOpen(account, before, -1);
  if (after.replacing.length > 0) account.orders.set(after.orderId, { ...after, replacing: [] });
}

/** Counts an order among the open ones, or out of them. */
export function countOpen(account: Account, order: Order, by: 1 | -1): void {
  account.openOrders += by;
  if (order.positionFill === "reduce_only") account.reduceOnlyOrders += by;
}

function orderIn(account: Account, orderId: OrderId): Order {
  const order = account.orders.get(orderId);
  if (order === undefined) throw new ImpossibleTransaction(`Cannot find order ${orderId}`);
  return order;
}
