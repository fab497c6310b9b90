/** What changes without an order do to an account, and to the ledger. */

import type { Account } from "./account.ts";
import { cashPostings, paymentPostings, type Posting } from "./ledger.ts";
import { micros } from "./money.ts";
import type { FinancingCharged, MoneyTransaction } from "./money_transactions.ts";
import { positionKey } from "./position.ts";
import type { Transaction } from "./transaction.ts";

/** Applies the change to the account, in place. */
export function applyMoney(account: Account, next: MoneyTransaction): Posting[] {
  if ("amount" in next) account.balance = micros(account.balance + next.amount);
  switch (next.type) {
    case "margin_call_entered":
      account.marginCall = true;
      return [];
    case "margin_call_exited":
      account.marginCall = false;
      return [];
    case "balance_adjusted":
      return cashPostings("protection", account.currency, next.amount);
    case "transfer_sent":
      return cashPostings("transfer", account.currency, next.amount);
    case "transfer_received":
      return paymentPostings("transfer", {
        quote: next.sentCurrency,
        realised: next.sent,
        account: account.currency,
        paid: next.amount,
        rate: next.rate,
      });
    case "financing_charged":
      return paymentPostings("financing", {
        quote: next.financedCurrency,
        realised: next.financed,
        account: account.currency,
        paid: next.amount,
        rate: next.rate,
      });
  }
}

/**
 * What names the transaction among all of its account that may happen once only; `null` for those
 * that need no such name, or have another (orders their client order id, fills their execution id).
 */
export function onceKeyOf(one: Transaction): string | null {
  switch (one.type) {
    case "funds_transferred":
      return one.fundsId === undefined ? null : fundsKey(one.fundsId);
    case "transfer_sent":
      return fundsKey(one.fundsId);
    case "transfer_received":
      return receivedKey(one.fromAccountId, one.fundsId);
    case "financing_charged":
      return financingKey(one);
    default:
      return null;
  }
}

type ChargedRoll = Pick<FinancingCharged, "symbol" | "leg" | "day" | "correction">;

export const fundsKey = (fundsId: string): string => `funds ${fundsId}`;
export const receivedKey = (from: string, fundsId: string): string => `received ${from} ${fundsId}`;
export const financingKey = ({ symbol, leg, day, correction }: ChargedRoll): string =>
  `financing ${positionKey(symbol, leg ?? "net")} ${day}` +
  (correction === undefined ? "" : ` #${correction}`);
