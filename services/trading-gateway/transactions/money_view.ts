/** Movements of money between their text and the domain; `transaction_view.ts` does the others. */

import type { Commission } from "../../../shared/domain/commission.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import type { AccountId, TransactionId } from "../../../shared/domain/ids.ts";
import {
  formatMicros,
  formatRate,
  type Micros,
  parseMicros,
  parseRate,
  type Rate,
} from "../../../shared/domain/money.ts";
import type { FundsId, MoneyTransaction } from "../../../shared/domain/money_transactions.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { TransactionView } from "./transaction_view.ts";

type Fields = Partial<TransactionView>;

export function moneyFields(one: MoneyTransaction): Fields {
  switch (one.type) {
    case "transfer_sent":
      return {
        fundsId: one.fundsId,
        toAccountId: one.toAccountId,
        amount: formatMicros(one.amount),
      };
    case "transfer_received":
      return {
        fundsId: one.fundsId,
        fromAccountId: one.fromAccountId,
        sent: formatMicros(one.sent),
        sentCurrency: one.sentCurrency,
        amount: formatMicros(one.amount),
        rate: formatRate(one.rate),
      };
  }
}

interface Numbers {
  readonly accountId: AccountId;
  readonly transactionId: TransactionId;
  readonly time: EpochMs;
}

/** @throws TypeError when the stored text is not what {@link moneyFields} wrote. */
export function readMoney(
  view: TransactionView & { type: MoneyTransaction["type"] },
  base: Numbers,
): MoneyTransaction {
  const fundsId = view.fundsId as FundsId;
  switch (view.type) {
    case "transfer_sent":
      return {
        ...base,
        type: view.type,
        fundsId,
        toAccountId: view.toAccountId as AccountId,
        amount: amountOf(view.amount),
      };
    case "transfer_received":
      return {
        ...base,
        type: view.type,
        fundsId,
        fromAccountId: view.fromAccountId as AccountId,
        sent: amountOf(view.sent),
        sentCurrency: view.sentCurrency as AccountCurrency,
        amount: amountOf(view.amount),
        rate: rateOfText(view.rate),
      };
  }
}

export const commissionFields = (commission: Commission | undefined): Fields =>
  commission === undefined ? {} : {
    commission: formatMicros(commission.charged),
    commissionAmount: formatMicros(commission.amount),
    commissionCurrency: commission.currency,
    commissionRate: formatRate(commission.rate),
    notionalRate: formatRate(commission.notionalRate),
  };

export const readCommission = (view: TransactionView): { commission?: Commission } =>
  view.commission === undefined ? {} : {
    commission: {
      charged: amountOf(view.commission),
      amount: amountOf(view.commissionAmount),
      currency: view.commissionCurrency as AccountCurrency,
      rate: rateOfText(view.commissionRate),
      notionalRate: rateOfText(view.notionalRate),
    },
  };

function amountOf(text: string | undefined): Micros {
  const amount = parseMicros(text ?? "");
  if (typeof amount === "string") throw new TypeError(`Cannot read amount ${text}: ${amount}`);
  return amount;
}

function rateOfText(text: string | undefined): Rate {
  const rate = parseRate(text ?? "");
  if (typeof rate === "string") throw new TypeError(`Cannot read rate ${text}: ${rate}`);
  return rate;
}
