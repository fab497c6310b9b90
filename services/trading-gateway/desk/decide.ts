/**
 * The desk's rules: one command against one account gives the transactions that follow from it.
 * Pure but for the account it moves on, in place, by applying each transaction as it is decided.
 */

import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import { type Account, valueAccount } from "../../../shared/domain/account.ts";
import { commissionOf } from "../../../shared/domain/commission.ts";
import { applyTransaction, realisedBy } from "../../../shared/domain/books.ts";
import type { TradingHours } from "../../../shared/domain/fx_week.ts";
import { type OrderId, orderIdOf, type TransactionId } from "../../../shared/domain/ids.ts";
import type { Units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { Posting } from "../../../shared/domain/ledger.ts";
import { zeroMicros } from "../../../shared/domain/money.ts";
import { checkedHolding } from "../../../shared/domain/orders/checked_holding.ts";
import { type Arrival, fillQuality } from "../../../shared/domain/orders/arrival.ts";
import {
  type CheckedAccount,
  checkOrder,
  type KnownOfAccount,
} from "../../../shared/domain/orders/check_order.ts";
import {
  canBecome,
  directionOf,
  isOpen,
  type Order,
  type OrderTerms,
  remainingUnits,
} from "../../../shared/domain/orders/order.ts";
import { guaranteeOffer, premiumOf } from "../../../shared/domain/orders/guarantee.ts";
import { acceptedTerms, sameTerms } from "../../../shared/domain/orders/read_order.ts";
import { defaultPositions } from "../../../shared/domain/position.ts";
import type { QuoteBook } from "../../../shared/domain/quote.ts";
import type { Rates } from "../../../shared/domain/rates.ts";
import { defaultTenant, type Tenant } from "../../../shared/domain/risk/levels.ts";
import type { TradingTerms } from "../../../shared/domain/terms.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { ApplyReport, Command, OpenAccount, Outcome, PlaceOrder } from "./commands.ts";
import type { MoneyCommand } from "./decide_money.ts";
import type { RiskSource } from "../risk/desk_risk.ts";
import { flatten } from "../risk/flatten.ts";
import { refusedBy } from "./refusing_level.ts";
import { followEnd, followFill, trimReduceOnly } from "./linked_orders.ts";
import { isRefused, placeGroup } from "./place_group.ts";
import { cancelOrder, cancelOrders, refuseReplaces, replaceOrder } from "./change_orders.ts";

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

export function decide(
  account: Account,
  command: Exclude<Command, MoneyCommand>,
  context: { readonly market: Market; readonly known: Known },
): Decision {
  if (command.kind === "open_account") return openAccount(account, command, context.market);
  if (!exists(account)) return refuse("account_unknown", null);
  switch (command.kind) {
    case "place_order":
      return placeOrder(account, command, context);
    case "place_group":
      return placeGroup(account, command, context);
    case "cancel_order":
      return cancelOrder(account, command, context.market);
    case "cancel_orders":
      return cancelOrders(account, command, context.market);
    case "replace_order":
      return replaceOrder(account, command, context.market);
    case "flatten":
      return flatten(account, command, context.market);
    case "apply_report":
      return applyReport(account, command, context);
  }
}

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

const isOwnTenant = (tenant: Tenant | undefined): tenant is Tenant =>
  tenant !== undefined && tenant !== defaultTenant;

function openAccount(account: Account, command: OpenAccount, market: Market): Decision {
  if (exists(account)) return refuse("account_exists", null);
  const { positionMode, lotMatching } = command.positions ?? defaultPositions;
  const opened = book(account, market.now, {
    type: "account_opened",
    currency: command.currency,
    ...(positionMode === "netting" ? {} : { positionMode }),
    ...(lotMatching === "average" ? {} : { lotMatching }),
    ...(isOwnTenant(command.tenant) ? { tenant: command.tenant } : {}),
  });
  const booked = command.deposit === zeroMicros ? [opened] : [
    opened,
    book(account, market.now, { type: "funds_transferred", amount: command.deposit }),
  ];
  return { booked, outcome: { ok: true, order: null, account } };
}

function placeOrder(
  account: Account,
  command: PlaceOrder,
  context: { market: Market; known: Known },
): Decision {
  const { terms } = command;
  const earlier = context.known.byClientOrderId.get(
    clientOrderKey({ accountId: account.accountId, clientOrderId: terms.clientOrderId }),
  );
  if (earlier !== undefined) {
    if (!sameTerms(placedAs(earlier, context.known), terms)) {
      return refuse("duplicate_client_order_id", earlier);
    }
    if (isRefused(earlier)) return refuse(earlier.rejectReason, earlier);
    return { booked: [], outcome: { ok: true, order: earlier, account } };
  }
  const orderId = nextOrderId(account);
  const { instrument } = command;
  const known = knownOf(account, command, context.market);
  const reason = checkOrder(terms, instrument, known);
  const booked = reason === null
    ? book(account, context.market.now, {
      type: "order_accepted",
      orderId,
      terms: acceptedTerms(terms, context.market.now),
      ...arrivalAt(context.market, command),
    })
    : book(account, context.market.now, {
      type: "order_rejected",
      orderId,
      terms,
      reason,
      text: refusedBy(
        account,
        { instrument, reason, market: context.market },
        (risk) => checkOrder(terms, instrument, { ...known, risk }),
      ),
    });
  const order = account.orders.get(orderId) ?? null;
  return {
    booked: [booked],
    outcome: reason === null ? { ok: true, order, account } : { ok: false, reason, order },
  };
}

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

function applyReport(
  account: Account,
  command: ApplyReport,
  context: { market: Market; known: Known },
): Decision {
  const { report } = command;
  const order = account.orders.get(report.orderId);
  if (order === undefined) return refuse("order_unknown", null);
  const done = (booked: Booked[]): Decision => ({
    booked,
    outcome: { ok: true, order: account.orders.get(order.orderId) ?? null, account },
  });
  if (report.execType === "trade") {
    if (context.known.bookedFills.has(fillKey(report))) return done([]);
    const fill = fillOf(account, order, { report, market: context.market });
    if (fill === null) return refuse("conversion_pending", order);
    const ends = report.units === remainingUnits(order);
    const refused = ends ? refuseReplaces(account, order, report.time) : [];
    const booked = book(account, report.time, fill);
    const { units, price } = report;
    const followed = followFill(account, { order, units, price, at: report.time }, context.market);
    return done([...refused, booked, ...followed]);
  }
  const change = changeOf(order, report);
  if (change === null) return done([]);
  const refused = isEnd(change) ? refuseReplaces(account, order, report.time) : [];
  // Refusing its replaces moved the order on, and what has become of it decides how it ends.
  const end = refused.length === 0 ? change : changeOf(account.orders.get(order.orderId)!, report)!;
  const booked = book(account, report.time, end);
  const at = report.time;
  const followed = isEnd(change)
    ? followEnd(account, { order, at }, context.market)
    : change.type === "order_replace_rejected"
    ? trimReduceOnly(account, order, at)
    : [];
  return done([...refused, booked, ...followed]);
}

/** `null` while no rate is known to pay the profit, or the commission, at. */
function fillOf(
  account: Account,
  order: Order,
  by: { report: ExecutionReport & { execType: "trade" }; market: Market },
) {
  const { report, market } = by;
  if (report.units > remainingUnits(order)) {
    throw new RangeError(`Cannot book fill ${report.execId}: more than order ${order.orderId} has`);
  }
  const instrument = instrumentOf(report.symbol);
  const rate = market.rates.rate(instrument.quote, account.currency);
  if (rate === null) return null;
  const fill = {
    symbol: report.symbol,
    units: (directionOf(order.side) * report.units) as Units,
    price: report.price,
  };
  const commission = commissionOf(
    market.terms.commissions,
    { account, instrument, order, ...fill },
    market.rates,
  );
  if (commission === null) return null;
  const premium = premiumOf(order, { ...fill, rate }, instrument);
  const quality = fillQuality(order, { ...fill, rate }, instrument);
  return {
    type: "order_filled" as const,
    orderId: report.orderId as OrderId,
    venue: report.venue,
    execId: report.execId,
    ...fill,
    ...realisedBy(account, { ...fill, order }, rate),
    realisedCurrency: instrument.quote,
    rate,
    ...(commission === undefined ? {} : { commission }),
    ...(premium === undefined ? {} : { premium }),
    ...(quality === undefined ? {} : { quality }),
  };
}

/** The change a report without a fill brings; `null` when it repeats or comes after the end. */
function changeOf(
  order: Order,
  report: ExecutionReport & { execType: Exclude<ExecutionReport["execType"], "trade"> },
): Unnumbered<Transaction> | null {
  const { orderId, symbol } = order;
  if (!isOpen(order.status)) return null;
  switch (report.execType) {
    case "new":
      return isReceipt(order) ? { type: "order_acknowledged", orderId, ...sentIn(report) } : null;
    case "triggered":
      return order.triggeredAt === null
        ? { type: "order_triggered", orderId, symbol, bid: report.bid, ask: report.ask }
        : null;
    case "replaced": {
      const replacement = order.replacing.find((one) => one.revision === report.revision);
      return replacement === undefined
        ? null
        : { type: "order_replaced", orderId, symbol, replacement };
    }
    case "replace_rejected": {
      const { revision, text } = report;
      return order.replacing.some((one) => one.revision === revision)
        ? { type: "order_replace_rejected", orderId, revision, text }
        : null;
    }
    case "canceled":
      return { type: "order_canceled", orderId, text: report.text, ...sentIn(report) };
    case "expired":
      return { type: "order_expired", orderId, ...sentIn(report) };
    case "cancel_rejected":
      return order.status === "pending_cancel"
        ? { type: "order_cancel_rejected", orderId, text: report.text }
        : null;
    case "rejected":
      return canBecome(order.status, "rejected")
        ? {
          type: "order_rejected",
          orderId,
          terms: null,
          reason: "venue_rejected",
          text: report.text,
          ...sentIn(report),
        }
        : { type: "order_canceled", orderId, text: report.text, ...sentIn(report) };
  }
}

/** Whether a receipt is news; it may come when a replace or a cancel is under way already. */
const isReceipt = ({ status, arrival }: Order): boolean =>
  status === "pending_new" || (arrival !== null && arrival.acknowledgedAt === null);

const isEnd = ({ type }: Unnumbered<Transaction>): boolean =>
  type === "order_canceled" || type === "order_expired" || type === "order_rejected";

const sentIn = ({ sentAt }: { readonly sentAt?: EpochMs }): { sentAt?: EpochMs } =>
  sentAt === undefined ? {} : { sentAt };
