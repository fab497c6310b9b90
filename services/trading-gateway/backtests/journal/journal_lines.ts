/** A journal as lines for a person, the same for a recording and its replay where they agree. */

import { chargedFor } from "../../../../shared/domain/books.ts";
import type { OrderId } from "../../../../shared/domain/ids.ts";
import { formatMicros, micros } from "../../../../shared/domain/money.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";
import { toTransactionView } from "../../transactions/transaction_view.ts";
import { OrderNames } from "./order_names.ts";

/** Fields that stand elsewhere in the line, and those that number or place what happened. */
const left = new Set([
  ...["accountId", "transactionId", "batchId", "type", "time", "clientOrderId", "orderId"],
  ...["quotedTime", "silent", "venueQuotedTime", "venueSilent"],
]);

export interface JournalLine {
  /** The same in two journals for what answers to each other; unique within each. */
  readonly key: string;
  readonly text: string;
}

/**
 * A line a transaction, `<time> <type> <order> <field>=<value> …`, and one for each change of the
 * balance. `opening` is the balance before, in micros.
 */
export function journalLines(
  transactions: readonly Transaction[],
  opening: bigint = 0n,
): JournalLine[] {
  const names = new OrderNames();
  const counts = new Map<string, number>();
  const lines: JournalLine[] = [];
  let balance = opening;
  const say = (what: string, text: string) => {
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    lines.push({ key: `${what} ${count}`, text });
  };
  for (const one of transactions) {
    names.take(one);
    const { time, type, ...view } = toTransactionView(one);
    const about = "orderId" in one ? ` ${names.of(one.orderId)}` : "";
    const fields = Object.entries(view).filter(([field]) => !left.has(field))
      .map(([field, value]) => ` ${field}=${valueText(value, names)}`);
    say(`${type}${about}`, `${time} ${type}${about}${fields.join("")}`);
    const moved = movedBy(one);
    if (moved === 0n) continue;
    balance += moved;
    say(`balance after ${type}${about}`, `${time} balance ${formatMicros(micros(balance))}`);
  }
  return lines;
}

/** Ids of orders stand inside other texts: `demo.7.exits`, `demo.7-2`. */
function valueText(value: unknown, names: OrderNames): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const [id] = /^[^.\s]+\.\d+/.exec(value) ?? [];
  const name = id === undefined ? undefined : names.of(id as OrderId);
  const text = name === undefined || name === id ? value : name + value.slice(id!.length);
  return /[\s"]/.test(text) ? JSON.stringify(text) : text;
}

/** What a transaction adds to the balance, in micros of the account's currency. */
function movedBy(one: Transaction): bigint {
  switch (one.type) {
    case "order_filled":
      return one.paid - chargedFor(one);
    case "funds_transferred":
    case "transfer_sent":
    case "transfer_received":
    case "financing_charged":
    case "balance_adjusted":
      return one.amount;
    default:
      return 0n;
  }
}
