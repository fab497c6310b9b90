/**
 * What the rules of the desk share: what they know, and how a decision is booked. Each transaction is
 * applied to the account as it is decided.
 */

import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import { applyTransaction } from "../../../shared/domain/books.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import { type OrderId, orderIdOf, type TransactionId } from "../../../shared/domain/ids.ts";
import type { Posting } from "../../../shared/domain/ledger.ts";
import { checkedHolding } from "../../../shared/domain/orders/checked_holding.ts";
import type { Arrival } from "../../../shared/domain/orders/arrival.ts";
import type { CheckedAccount, KnownOfAccount } from "../../../shared/domain/orders/check_order.ts";
import type { Order, OrderTerms } from "../../../shared/domain/orders/order.ts";
import { guaranteeOffer } from "../../../shared/domain/orders/guarantee.ts";
import type { QuoteBook } from "../../../shared/domain/quote.ts";
import type { Rates } from "../../../shared/domain/rates.ts";
import type { TradingTerms } from "../../../shared/domain/terms.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { Outcome, PlaceOrder } from "./commands.ts";
import type { RiskSource } from "../risk/risk_source.ts";

/** The market as the desk sees it now. */
export interface Market {
  readonly now: EpochMs;
  readonly quotes: QuoteBook;
  readonly rates: Rates;
  readonly hours: TradingHours;
  readonly terms: TradingTerms;
  /** Left out where no rules of risk bind. */
  readonly risk?: RiskSource;
}

/** What the store knows beyond the account's open orders. */
export interface Known {
  /** By `<accountId> <clientOrderId>`. */
  readonly byClientOrderId: ReadonlyMap<string, Order>;
  /**
   * What those of them that were replaced since, by the client or as their position shrank, were
   * placed as. Left out where all of them are held as they were placed.
   */
  readonly placedAs?: ReadonlyMap<OrderId, OrderTerms>;
  /** `<venue> <execId>` of fills that are booked. */
  readonly bookedFills: ReadonlySet<string>;
}

/** A transaction that was decided and applied, with what it posted. */
export interface Booked {
  readonly transaction: Transaction;
  /** Which it is about, as it left it: another of the same decision may move it on. */
  readonly order: Order | undefined;
  readonly postings: readonly Posting[];
}

export interface Decision {
  readonly booked: readonly Booked[];
  readonly outcome: Outcome;
}

export const clientOrderKey = (order: { accountId: string; clientOrderId: string }): string =>
  `${order.accountId} ${order.clientOrderId}`;

export const fillKey = (fill: { venue: string; execId: string }): string =>
  `${fill.venue} ${fill.execId}`;

/** The terms a client gave an order, whatever it has become: a repeat is known by them. */
export const placedAs = (order: Order, known: Known): OrderTerms =>
  known.placedAs?.get(order.orderId) ?? order;

/** An account with no transaction yet does not exist. */
export const exists = (account: Account): boolean => account.lastTransactionId > 0;

export const refuse = (
  reason: (Outcome & { ok: false })["reason"],
  order: Order | null,
  text: string | null = null,
): Decision => ({
  booked: [],
  outcome: { ok: false, reason, order, ...(text === null ? {} : { text }) },
});

/** Distributes over the union, so each transaction keeps its own fields. */
export type Unnumbered<T> = T extends Transaction ? Omit<T, "accountId" | "transactionId" | "time">
  : never;

export function book(account: Account, at: EpochMs, change: Unnumbered<Transaction>): Booked {
  const transaction = {
    accountId: account.accountId,
    transactionId: account.lastTransactionId + 1,
    time: at,
    ...change,
  } as Transaction;
  const postings = applyTransaction(account, transaction);
  const order = "orderId" in transaction ? account.orders.get(transaction.orderId) : undefined;
  return { transaction, order, postings };
}

/** Of the order that the account's next transaction places. */
export const nextOrderId = (account: Account): OrderId =>
  orderIdOf(account.accountId, (account.lastTransactionId + 1) as TransactionId);

/** The quote that an order of the command meets now, if there is one. */
export function arrivalAt(
  market: Market,
  { terms, receivedAt = null }: Pick<PlaceOrder, "terms"> & {
    receivedAt?: EpochMs | null | undefined;
  },
): { arrival?: Arrival } {
  const quote = market.quotes.get(terms.symbol);
  if (quote === undefined) return {};
  return {
    arrival: { bid: quote.bid, ask: quote.ask, receivedAt, sentAt: null, acknowledgedAt: null },
  };
}

/** What the order check is told of the account and the market at this moment. */
export function knownOf(
  account: Account,
  command: Pick<PlaceOrder, "terms" | "instrument">,
  market: Market,
): KnownOfAccount {
  const { terms, instrument } = command;
  const quote = market.quotes.get(terms.symbol);
  const open = market.hours.of(terms.symbol).isOpen(market.now);
  const status = quote === undefined
    ? "stale"
    : market.quotes.status(quote, { now: market.now, open });
  const checked: CheckedAccount = {
    openOrders: account.openOrders,
    holding: checkedHolding(account, terms, { method: market.terms.margin, knowsLots: true }),
    marginAvailable: valueAccount(account, market)?.marginAvailable ?? null,
    toAccount: market.rates.rate(instrument.quote, account.currency),
  };
  const risk = market.risk?.about(account, instrument, market) ?? null;
  const offer = guaranteeOffer(market.terms.guarantees, instrument);
  return { market: { now: market.now, open, quote, status }, account: checked, risk, offer };
}
