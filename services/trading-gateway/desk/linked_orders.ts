/**
 * What a fill or an end of one order does to the others, in the same turn: exits are placed or grow
 * with what an entry opened, a group's other members shrink or end, held orders are released or
 * given up, and reduce-only orders never exceed the position they close.
 */

import type { Account } from "../../../shared/domain/account.ts";
import { closableUnits, legUnits } from "../../../shared/domain/holdings.ts";
import { orderIdOf, type TransactionId } from "../../../shared/domain/ids.ts";
import type { Price, Units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { checkAccount, checkExpiry } from "../../../shared/domain/orders/check_order.ts";
import { guaranteeOffer } from "../../../shared/domain/orders/guarantee.ts";
import { exitTerms, exitTypes } from "../../../shared/domain/orders/on_fill.ts";
import {
  isOpen,
  type OnFill,
  type Order,
  replacementsHeldMax,
} from "../../../shared/domain/orders/order.ts";
import { newestTerms } from "../../../shared/domain/orders/replace_order.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { OrderReleased } from "../../../shared/domain/transaction.ts";
import { requestCancel, requestReplace } from "./change_orders.ts";
import { arrivalAt, book, type Booked, knownOf, type Market } from "./decide.ts";

/** Everything that follows from a fill that was just booked. */
export function followFill(
  account: Account,
  about: { order: Order; units: Units; price: Price; at: EpochMs },
  market: Market,
): Booked[] {
  const { order, units, at } = about;
  const ended = !isOpen(account.orders.get(order.orderId)!.status);
  return [
    ...(order.ocoGroup === null ? [] : followGroup(account, { order, units, ended }, at)),
    ...(order.onFill === null ? [] : placeExits(account, about, market)),
    ...(order.releases && ended ? releaseHeld(account, { parent: order, at }, market) : []),
    ...(account.reduceOnlyOrders === 0 ? [] : trimReduceOnly(account, order, at)),
  ];
}

/** An order that ends without being filled gives up the orders that waited for it. */
export function followEnd(account: Account, order: Order, at: EpochMs): Booked[] {
  if (!order.releases) return [];
  return heldBy(account, order).map((held) =>
    book(account, at, {
      type: "order_canceled",
      orderId: held.orderId,
      text: "the order it waited for ended",
    })
  );
}

const heldBy = (account: Account, parent: Order): Order[] =>
  [...account.orders.values()].filter((one) =>
    one.status === "held" && one.parentOrderId === parent.orderId
  );

/** Released orders pass what of the check they could not pass before; others end here. */
function releaseHeld(
  account: Account,
  { parent, at }: { parent: Order; at: EpochMs },
  market: Market,
): Booked[] {
  return heldBy(account, parent).map((held) => {
    const { orderId } = held;
    const reason = checkRelease(account, held, market);
    return reason === null
      ? book(account, at, { type: "order_released", orderId, ...metAt(held, at, market) })
      : book(account, at, { type: "order_canceled", orderId, text: reason });
  });
}

/** From here on its execution counts: what it met while it was held says nothing of it. */
function metAt(held: Order, at: EpochMs, market: Market): Pick<OrderReleased, "met"> {
  const { symbol } = held;
  const { arrival } = arrivalAt(market, { terms: held });
  return arrival === undefined ? {} : { met: { symbol, arrival: { ...arrival, releasedAt: at } } };
}

/**
 * Its terms passed when it arrived. A closed market or a stale price does not end it: an order that
 * may wait outlives both, and the venue ends one that may not.
 */
function checkRelease(account: Account, held: Order, market: Market): RejectReason | null {
  const instrument = instrumentOf(held.symbol);
  const known = knownOf(account, { terms: held, instrument }, market);
  return checkExpiry(held, market.now) ?? checkAccount(held, instrument, {
    ...known,
    account: { ...known.account, openOrders: 0 },
  });
}

/** What one member fills is taken off the others; one that is done cancels them. */
function followGroup(
  account: Account,
  about: { order: Order; units: Units; ended: boolean },
  at: EpochMs,
): Booked[] {
  const { order, units, ended } = about;
  const others = [...account.orders.values()].filter((one) =>
    one.ocoGroup === order.ocoGroup && one.orderId !== order.orderId && isOpen(one.status)
  );
  return others.flatMap((one) =>
    resize(account, { order: one, by: ended ? -Infinity : -units }, at)
  );
}

/** Asks the venue for a larger or smaller order; one that would be empty is canceled. */
function resize(account: Account, about: { order: Order; by: number }, at: EpochMs): Booked[] {
  const { order, by } = about;
  if (order.status === "pending_cancel" || by === 0) return [];
  const newest = termsOf(order);
  const units = newest.units + by;
  if (order.status === "held" || units <= order.filledUnits) {
    return [requestCancel(account, order, at)];
  }
  if (order.replacing.length >= replacementsHeldMax) return [requestCancel(account, order, at)];
  const replacement = { ...newest, revision: order.revision + 1, units: units as Units };
  return [requestReplace(account, { order, replacement }, at)];
}

function termsOf(order: Order) {
  const { units, price, timeInForce, expireTime, ...rest } = newestTerms(order);
  const { triggerPrice, trailingDistance, priceBound } = rest;
  return { units, price, timeInForce, expireTime, triggerPrice, trailingDistance, priceBound };
}

/** Exits for what the fill opened: those that stand grow, those that do not are placed. */
function placeExits(
  account: Account,
  about: { order: Order; units: Units; price: Price; at: EpochMs },
  market: Market,
): Booked[] {
  const { at } = about;
  const entry = about.order as Order & { readonly onFill: OnFill };
  const opened = Math.min(about.units, openedUnits(account, entry));
  if (opened === 0) return [];
  const standing = [...account.orders.values()].filter((one) =>
    one.parentOrderId === entry.orderId && isOpen(one.status) && one.status !== "pending_cancel"
  );
  const offer = guaranteeOffer(market.terms.guarantees, instrumentOf(entry.symbol));
  return exitTypes(entry.onFill).flatMap((type) => {
    const exit = standing.find((one) => one.type === type);
    if (exit !== undefined) return resize(account, { order: exit, by: opened }, at);
    const orderId = orderIdOf(account.accountId, (account.lastTransactionId + 1) as TransactionId);
    const terms = exitTerms(entry, {
      type,
      units: opened as Units,
      fillPrice: about.price,
      orderId,
      offer,
    });
    const ocoGroup = `${entry.orderId}.exits`;
    const link = { parentOrderId: entry.orderId, ocoGroup, releases: false };
    const met = arrivalAt(market, { terms });
    return [book(account, at, { type: "order_accepted", orderId, terms, link, ...met })];
  });
}

/** What is held in the entry's direction. */
function openedUnits(account: Account, { symbol, side }: Order): number {
  const { long, short } = legUnits(account, symbol);
  return side === "buy" ? long : short;
}

/** Cuts reduce-only orders of the symbol down to the position or the lot that is left for them. */
function trimReduceOnly(account: Account, filled: Order, at: EpochMs): Booked[] {
  const waiting = [...account.orders.values()].filter((one) =>
    one.positionFill === "reduce_only" && one.symbol === filled.symbol &&
    isOpen(one.status) && one.status !== "held"
  );
  return waiting.flatMap((one) => {
    const closable = closableUnits(account, one);
    const left = newestTerms(one).units - one.filledUnits;
    return left <= closable ? [] : resize(account, { order: one, by: closable - left }, at);
  });
}
