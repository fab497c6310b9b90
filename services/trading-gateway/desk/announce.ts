/**
 * The outbox entries a turn leaves: what the venue must do, what was booked, and how each account
 * now stands.
 */

import type { AccountUpdated } from "../../../shared/contracts/messages/accounts.ts";
import {
  type OrderCancelRequested,
  type OrderReplaceRequestedEvent,
  type OrderSubmitted,
  toReplaceData,
  toSubmittedData,
} from "../../../shared/contracts/messages/orders.ts";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import {
  type TransactionsBooked,
  transactionsPerEventMax,
} from "../../../shared/contracts/messages/transactions.ts";
import type { Account } from "../../../shared/domain/account.ts";
import { formatMicros } from "../../../shared/domain/money.ts";
import type { Order, Replacement } from "../../../shared/domain/orders/order.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { EventSource } from "../../../shared/runtime/events.ts";
import type { OutboxEntry } from "./turn.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";
import type { Booked } from "./decision.ts";
import { venueCommandOf } from "./venue_command.ts";

export function submitEntry(events: EventSource, order: Order): OutboxEntry {
  const event: OrderSubmitted = events.event("order.submitted", toSubmittedData(order), {
    subject: order.orderId,
  });
  return { topic: topics.orders.name, body: JSON.stringify(event) };
}

export function cancelEntry(events: EventSource, order: Order, at: EpochMs): OutboxEntry {
  const { accountId, orderId } = order;
  const event: OrderCancelRequested = events.event(
    "order.cancel_requested",
    { accountId, orderId, requestedTime: at },
    { subject: orderId },
  );
  return { topic: topics.orders.name, body: JSON.stringify(event) };
}

export function replaceEntry(
  events: EventSource,
  order: Order,
  about: { replacement: Replacement; at: EpochMs },
): OutboxEntry {
  const event: OrderReplaceRequestedEvent = events.event(
    "order.replace_requested",
    toReplaceData(order, about.replacement, about.at),
    { subject: order.orderId },
  );
  return { topic: topics.orders.name, body: JSON.stringify(event) };
}

export function accountEntry(events: EventSource, account: Account): OutboxEntry {
  const data: AccountUpdated["data"] = {
    accountId: account.accountId,
    tenant: account.tenant,
    currency: account.currency,
    positionMode: account.positionMode,
    balance: formatMicros(account.balance),
    lastTransactionId: account.lastTransactionId,
    openOrders: account.openOrders,
    positions: [...account.positions.values()].map((held) => ({
      symbol: held.symbol,
      units: String(held.units),
      openCost: formatMicros(held.openCost),
    })),
  };
  const event: AccountUpdated = events.event("account.updated", data, {
    subject: account.accountId,
  });
  return { topic: topics.accounts.name, body: JSON.stringify(event) };
}

/** What the turn booked, in order, for those who follow the accounts. */
export function transactionEntries(
  events: EventSource,
  views: readonly TransactionView[],
): OutboxEntry[] {
  const entries: OutboxEntry[] = [];
  for (let from = 0; from < views.length; from += transactionsPerEventMax) {
    const transactions = views.slice(from, from + transactionsPerEventMax);
    const event: TransactionsBooked = events.event("transactions.booked", { transactions });
    entries.push({ topic: topics.transactions.name, body: JSON.stringify(event) });
  }
  return entries;
}

/** The entry that tells the venue what it must do because of a transaction, if anything. */
export function venueEntry(
  events: EventSource,
  { transaction }: Booked,
  order: Order | undefined,
): OutboxEntry | null {
  const command = order === undefined ? null : venueCommandOf(transaction, order);
  switch (command?.kind) {
    case "submit":
      return submitEntry(events, command.order);
    case "replace":
      return replaceEntry(events, command.order, command);
    case "cancel":
      return cancelEntry(events, command.order, command.at);
    default:
      return null;
  }
}
