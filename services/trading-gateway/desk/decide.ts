/**
 * The desk's rules: one command against one account gives the transactions that follow from it.
 * Pure but for the account it moves on, in place, by applying each transaction as it is decided.
 */

import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import type { Account } from "../../../shared/domain/account.ts";
import { commissionOf } from "../../../shared/domain/commission.ts";
import { realisedBy } from "../../../shared/domain/books.ts";
import type { OrderId } from "../../../shared/domain/ids.ts";
import type { Units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { zeroMicros } from "../../../shared/domain/money.ts";
import { fillQuality } from "../../../shared/domain/orders/fill_quality.ts";
import { checkOrder } from "../../../shared/domain/orders/check_order.ts";
import {
  canBecome,
  directionOf,
  isOpen,
  type Order,
  remainingUnits,
} from "../../../shared/domain/orders/order.ts";
import { premiumOf } from "../../../shared/domain/orders/guarantee.ts";
import { acceptedTerms, sameTerms } from "../../../shared/domain/orders/read_order.ts";
import { defaultPositions } from "../../../shared/domain/position.ts";
import { defaultTenant, type Tenant } from "../../../shared/domain/risk/levels.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { ApplyReport, Command, OpenAccount, PlaceOrder } from "./commands.ts";
import type { MoneyCommand } from "./money_commands.ts";
import { flatten } from "../risk/flatten.ts";
import { refusedBy } from "./refusing_level.ts";
import { followEnd, followFill, trimReduceOnly } from "./linked_orders.ts";
import { isRefused, placeGroup } from "./place_group.ts";
import { cancelOrder, cancelOrders, refuseReplaces, replaceOrder } from "./change_orders.ts";
import {
  arrivalAt,
  book,
  type Booked,
  clientOrderKey,
  type Decision,
  exists,
  fillKey,
  type Known,
  knownOf,
  type Market,
  nextOrderId,
  placedAs,
  refuse,
  type Unnumbered,
} from "./decision.ts";

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
