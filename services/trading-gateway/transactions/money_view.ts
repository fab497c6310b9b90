/** Movements of money between their text and the domain; `transaction_view.ts` does the others. */

import type { Commission } from "../../../shared/domain/commission.ts";
import type { AccountCurrency, Currency } from "../../../shared/domain/currency.ts";
import { formatScaled, parseScaled } from "../../../shared/domain/decimal.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import {
  formatPrice,
  parseUnits,
  type Symbol,
  type Units,
} from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import {
  formatMicros,
  formatRate,
  type Micros,
  parseMicros,
  parseRate,
  type Rate,
} from "../../../shared/domain/money.ts";
import type { Premium } from "../../../shared/domain/orders/guarantee.ts";
import type { FinancingPrice } from "../../../shared/domain/settlement/financing.ts";
import type {
  AdjustmentReason,
  FinancingCharged,
  FundsId,
  MoneyTransaction,
} from "../../../shared/domain/money_transactions.ts";
import type { Numbered } from "../../../shared/domain/numbered.ts";
import { exact, priceOf } from "./terms_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

/** Millionths are per cent with four decimals; thousandths of a point have three. */
const percentPrecision = 4;
const pointPrecision = 3;

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
    case "financing_charged":
      return {
        symbol: one.symbol,
        ...(one.leg === undefined ? {} : { leg: one.leg }),
        day: one.day,
        valueDate: one.valueDate,
        nextValueDate: one.nextValueDate,
        days: one.days,
        ...(one.correction === undefined ? {} : { correction: one.correction }),
        units: String(one.units),
        price: formatPrice(one.price, instrumentOf(one.symbol)),
        ...financingFields(one.financing),
        financed: formatMicros(one.financed),
        financedCurrency: one.financedCurrency,
        amount: formatMicros(one.amount),
        rate: formatRate(one.rate),
      };
    case "margin_call_entered":
    case "margin_call_exited":
      return { equity: formatMicros(one.equity), marginUsed: formatMicros(one.marginUsed) };
    case "balance_adjusted":
      return { amount: formatMicros(one.amount), reason: one.reason };
  }
}

const financingFields = (financing: FinancingPrice): Fields =>
  financing.kind === "annual"
    ? { annualRate: formatScaled(financing.ppm, percentPrecision) }
    : { swapPoints: formatScaled(financing.thousandths, pointPrecision) };

/** @throws TypeError when the stored text is not what {@link moneyFields} wrote. */
export function readMoney(
  view: TransactionView & { type: MoneyTransaction["type"] },
  base: Numbered,
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
    case "financing_charged":
      return readFinancing(view, base);
    case "margin_call_entered":
    case "margin_call_exited":
      return {
        ...base,
        type: view.type,
        equity: amountOf(view.equity),
        marginUsed: amountOf(view.marginUsed),
      };
    case "balance_adjusted":
      return {
        ...base,
        type: view.type,
        amount: amountOf(view.amount),
        reason: view.reason as AdjustmentReason,
      };
  }
}

function readFinancing(view: TransactionView, base: Numbered): FinancingCharged {
  const instrument = instrumentOf(view.symbol as Symbol);
  return {
    ...base,
    type: "financing_charged",
    symbol: instrument.symbol,
    ...(view.leg === undefined || view.leg === "net" ? {} : { leg: view.leg }),
    day: view.day!,
    valueDate: view.valueDate!,
    nextValueDate: view.nextValueDate!,
    days: view.days!,
    ...(view.correction === undefined ? {} : { correction: view.correction }),
    units: exact(parseUnits(view.units ?? "")) as Units,
    price: priceOf(view.price, instrument),
    financing: view.annualRate === undefined
      ? { kind: "points", thousandths: numberOf(view.swapPoints, pointPrecision) }
      : { kind: "annual", ppm: numberOf(view.annualRate, percentPrecision) },
    financed: amountOf(view.financed),
    financedCurrency: view.financedCurrency as Currency,
    amount: amountOf(view.amount),
    rate: rateOfText(view.rate),
  };
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

export const premiumFields = (premium: Premium | undefined): Fields =>
  premium === undefined ? {} : {
    premium: formatMicros(premium.charged),
    premiumAmount: formatMicros(premium.amount),
  };

export const readPremium = (view: TransactionView): { premium?: Premium } =>
  view.premium === undefined
    ? {}
    : { premium: { charged: amountOf(view.premium), amount: amountOf(view.premiumAmount) } };

export const amountOf = (text: string | undefined): Micros =>
  exact(parseMicros(text ?? "")) as Micros;

export const rateOfText = (text: string | undefined): Rate => exact(parseRate(text ?? "")) as Rate;

const numberOf = (text: string | undefined, precision: number): number =>
  exact(parseScaled(text ?? "", precision)) as number;
