/**
 * Transactions as text: the form clients read, the form stored, and the form a replay reads back.
 * One form for all three, so what an auditor replays is what the client was shown.
 */

import type { TransactionView } from "../../../shared/contracts/http/trading.ts";
import type { AccountCurrency, Currency } from "../../../shared/domain/currency.ts";
import type { AccountId, ExecId, OrderId, TransactionId } from "../../../shared/domain/ids.ts";
import {
  formatPrice,
  parseUnits,
  type Symbol,
  type Units,
} from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { formatMicros, formatRate } from "../../../shared/domain/money.ts";
import type { FundsId } from "../../../shared/domain/money_transactions.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { Tenant } from "../../../shared/domain/risk/levels.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import type {
  AccountOpened,
  OrderFilled,
  OrderOrigin,
  Transaction,
} from "../../../shared/domain/transaction.ts";
import type { Numbered } from "../../../shared/domain/numbered.ts";
import {
  amountOf,
  commissionFields,
  moneyFields,
  premiumFields,
  rateOfText,
  readCommission,
  readMoney,
  readPremium,
} from "./money_view.ts";
import { marksOf, marksView } from "./marks_view.ts";
import {
  arrivalOf,
  arrivalView,
  metOf,
  metView,
  qualityOf,
  qualityView,
  sentOf,
  sentView,
} from "./quality_view.ts";
import {
  exact,
  instant,
  linkOf,
  linkView,
  priceOf,
  replacementOf,
  replacementView,
  termsOf,
  termsView,
} from "./terms_view.ts";

export function toTransactionView(one: Transaction): TransactionView {
  const { accountId, transactionId, type } = one;
  const time = toRfc3339(one.time);
  const base = { accountId, transactionId, type, time, ...marksView(one) };
  switch (one.type) {
    case "account_opened":
      return { ...base, ...openedView(one) };
    case "funds_transferred":
      return {
        ...base,
        amount: formatMicros(one.amount),
        ...(one.fundsId === undefined ? {} : { fundsId: one.fundsId }),
      };
    case "order_accepted":
      return {
        ...base,
        orderId: one.orderId,
        ...termsView(one.terms),
        ...linkView(one),
        ...arrivalView(one.arrival, instrumentOf(one.terms.symbol)),
        ...(one.reason === undefined ? {} : { reason: one.reason }),
      };
    case "order_rejected":
      return {
        ...base,
        orderId: one.orderId,
        reason: one.reason,
        ...(one.terms === null ? {} : termsView(one.terms)),
        ...linkView(one),
        ...textView(one.text),
        ...sentView(one.sentAt),
      };
    case "order_triggered": {
      // The symbol stands with the prices, so they can be read back on their grid.
      const instrument = instrumentOf(one.symbol);
      const { bid, ask } = one;
      return {
        ...base,
        orderId: one.orderId,
        symbol: one.symbol,
        bid: formatPrice(bid, instrument),
        ask: formatPrice(ask, instrument),
      };
    }
    case "order_filled":
      return { ...base, ...fillView(one) };
    case "order_replace_requested":
    case "order_replaced":
      return { ...base, orderId: one.orderId, ...replacementView(one.symbol, one.replacement) };
    case "order_replace_rejected": {
      const { orderId, revision } = one;
      return { ...base, orderId, revision, ...textView(one.text) };
    }
    case "order_cancel_rejected":
      return { ...base, orderId: one.orderId, ...textView(one.text) };
    case "order_canceled":
      return { ...base, orderId: one.orderId, ...textView(one.text), ...sentView(one.sentAt) };
    case "order_acknowledged":
    case "order_expired":
      return { ...base, orderId: one.orderId, ...sentView(one.sentAt) };
    case "order_released":
      return { ...base, orderId: one.orderId, ...metView(one.met) };
    case "order_cancel_requested":
      return { ...base, orderId: one.orderId };
    default:
      return { ...base, ...moneyFields(one) };
  }
}

const openedView = ({ currency, positionMode, lotMatching, tenant }: AccountOpened) => ({
  currency,
  ...(positionMode === undefined ? {} : { positionMode }),
  ...(lotMatching === undefined ? {} : { lotMatching }),
  ...(tenant === undefined ? {} : { tenant }),
});

const fillView = (one: OrderFilled) => ({
  orderId: one.orderId,
  venue: one.venue,
  execId: one.execId,
  symbol: one.symbol,
  units: String(one.units),
  price: formatPrice(one.price, instrumentOf(one.symbol)),
  realised: formatMicros(one.realised),
  realisedCurrency: one.realisedCurrency,
  paid: formatMicros(one.paid),
  rate: formatRate(one.rate),
  ...(one.closed === undefined ? {} : {
    closed: one.closed.map(({ lotId, units }) => ({ lotId, units: String(units) })),
  }),
  ...commissionFields(one.commission),
  ...premiumFields(one.premium),
  ...qualityView(one.quality, instrumentOf(one.symbol)),
});

const textView = (text: string | null) => (text === null ? {} : { text });

/** @throws TypeError when the stored text is not what {@link toTransactionView} wrote. */
export function fromTransactionView(view: TransactionView): Transaction {
  const base = {
    accountId: view.accountId as AccountId,
    transactionId: view.transactionId as TransactionId,
    time: instant(view.time),
    ...marksOf(view),
  };
  const orderId = view.orderId as OrderId;
  const text = view.text ?? null;
  switch (view.type) {
    case "account_opened":
      return openedOf(view, base);
    case "funds_transferred":
      return {
        ...base,
        type: view.type,
        amount: amountOf(view.amount),
        ...(view.fundsId === undefined ? {} : { fundsId: view.fundsId as FundsId }),
      };
    case "order_accepted":
      return {
        ...base,
        type: view.type,
        orderId,
        terms: termsOf(view),
        ...linkOf(view),
        ...arrivalOf(view, instrumentOf(view.symbol as Symbol)),
        ...(view.reason === undefined ? {} : { reason: view.reason as OrderOrigin }),
      };
    case "order_rejected": {
      const terms = view.clientOrderId === undefined ? null : termsOf(view);
      const about = { orderId, terms, reason: view.reason as RejectReason, text };
      return { ...base, type: view.type, ...about, ...linkOf(view), ...sentOf(view) };
    }
    case "order_triggered": {
      const instrument = instrumentOf(view.symbol as Symbol);
      const [bid, ask] = [priceOf(view.bid, instrument), priceOf(view.ask, instrument)];
      return { ...base, type: view.type, orderId, symbol: instrument.symbol, bid, ask };
    }
    case "order_filled":
      return fillOf(view, { ...base, orderId });
    case "order_replace_requested":
    case "order_replaced": {
      const symbol = view.symbol as Symbol;
      return { ...base, type: view.type, orderId, symbol, replacement: replacementOf(view) };
    }
    case "order_replace_rejected":
      return { ...base, type: view.type, orderId, revision: view.revision ?? 0, text };
    case "order_cancel_rejected":
      return { ...base, type: view.type, orderId, text };
    case "order_canceled":
      return { ...base, type: view.type, orderId, text, ...sentOf(view) };
    case "order_acknowledged":
    case "order_expired":
      return { ...base, type: view.type, orderId, ...sentOf(view) };
    case "order_released":
      return { ...base, type: view.type, orderId, ...metOf(view) };
    case "order_cancel_requested":
      return { ...base, type: view.type, orderId };
    default:
      return readMoney({ ...view, type: view.type }, base);
  }
}

const openedOf = (view: TransactionView, base: Numbered): Transaction => ({
  ...base,
  type: "account_opened",
  currency: view.currency as AccountCurrency,
  ...(view.positionMode === "hedging" ? { positionMode: "hedging" } : {}),
  ...(view.lotMatching === "fifo" ? { lotMatching: "fifo" } : {}),
  ...(view.tenant === undefined ? {} : { tenant: view.tenant as Tenant }),
});

function fillOf(
  view: TransactionView,
  base: Numbered & { readonly orderId: OrderId },
): Transaction {
  const instrument = instrumentOf(view.symbol as Symbol);
  return {
    ...base,
    type: "order_filled",
    venue: view.venue ?? "",
    execId: view.execId as ExecId,
    symbol: instrument.symbol,
    units: exact(parseUnits(view.units ?? "")) as Units,
    price: priceOf(view.price, instrument),
    realised: amountOf(view.realised),
    realisedCurrency: view.realisedCurrency as Currency,
    paid: amountOf(view.paid),
    rate: rateOfText(view.rate),
    ...(view.closed === undefined ? {} : {
      closed: view.closed.map(({ lotId, units }) => ({
        lotId: lotId as TransactionId,
        units: exact(parseUnits(units)) as Units,
      })),
    }),
    ...readCommission(view),
    ...readPremium(view),
    ...qualityOf(view, instrument),
  };
}
