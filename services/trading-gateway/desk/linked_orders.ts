/**
 * What a fill or an end of one order does to the others, in the same turn: exits are placed or grow
 * with what an entry opened, a group's other members shrink or end, held orders are released or
 * given up, and reduce-only orders never exceed the position they close.
 */

import type { Account } from "../../../shared/domain/account.ts";
import { closableUnits, legUnits } from "../../../shared/domain/holdings.ts";
import type { OrderId } from "../../../shared/domain/ids.ts";
import type { Price, Units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { checkAccount, checkExpiry } from "../../../shared/domain/orders/check_order.ts";
import { type GuaranteeOffer, guaranteeOffer } from "../../../shared/domain/orders/guarantee.ts";
import {
  exitTerms,
  exitTypes,
  isExit,
  mayGrow,
  successorTerms,
} from "../../../shared/domain/orders/on_fill.ts";
import {
  isOpen,
  type OnFill,
  type Order,
  type OrderTerms,
  replacementsHeldMax,
} from "../../../shared/domain/orders/order.ts";
import { newestTerms } from "../../../shared/domain/orders/replace_order.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { OrderReleased } from "../../../shared/domain/transaction.ts";
import { requestCancel, requestReplace } from "./change_orders.ts";
import { arrivalAt, book, type Booked, knownOf, type Market, nextOrderId } from "./decision.ts";

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
    ...(ended && isExit(order) ? placeSuccessor(account, { exit: order, units, at }, market) : []),
    ...(order.releases && ended ? releaseHeld(account, { parent: order, at }, market) : []),
    ...(account.reduceOnlyOrders === 0 ? [] : trimReduceOnly(account, order, at)),
  ];
}

/**
 * An order that ends without being filled gives up the orders that waited for it. An exit that the
 * venue ended of itself, as when its group traded all it had of it, may have missed its growth.
 */
export function followEnd(
  account: Account,
  about: { order: Order; at: EpochMs },
  market: Market,
): Booked[] {
  const { order, at } = about;
  const { status } = account.orders.get(order.orderId)!;
  if (isExit(order)) {
    if (status === "expired") return [];
    return placeSuccessor(account, { exit: order, units: 0, at }, market);
  }
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
    // As of the fill: how long it took to be booked must not decide.
    const reason = checkRelease(account, held, { ...market, now: at });
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

/**
 * What one member fills is taken off the others; one that is done cancels them. Not an exit: what it
 * was too small to close is the others' still.
 */
function followGroup(
  account: Account,
  about: { order: Order; units: Units; ended: boolean },
  at: EpochMs,
): Booked[] {
  const { order, units, ended } = about;
  const by = ended && !isExit(order) ? -Infinity : -units;
  const others = [...account.orders.values()].filter((one) =>
    one.ocoGroup === order.ocoGroup && one.orderId !== order.orderId && isOpen(one.status)
  );
  return others.flatMap((one) => resize(account, { order: one, by }, at));
}

/** Asks the venue for a larger or smaller order; one that would be empty is canceled. */
function resize(account: Account, about: { order: Order; by: number }, at: EpochMs): Booked[] {
  const { order, by } = about;
  if (order.status === "pending_cancel" || by === 0) return [];
  const newest = termsOf(order);
  // A fill that was on its way may have gone beyond what was asked last.
  const units = Math.max(newest.units, order.filledUnits) + by;
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

/** Exits for what the fill opened: those that may grow do, the others are placed. */
function placeExits(
  account: Account,
  about: { order: Order; units: Units; price: Price; at: EpochMs },
  market: Market,
): Booked[] {
  const { price: fillPrice, at } = about;
  const entry = about.order as Order & { readonly onFill: OnFill };
  const units = Math.min(about.units, openedUnits(account, entry)) as Units;
  if (units === 0) return [];
  const offer = guaranteeOffer(market.terms.guarantees, instrumentOf(entry.symbol));
  const growing = growingExits(account, entry, { fillPrice, offer });
  const ocoGroup = growing[0]?.ocoGroup ?? `${nextOrderId(account)}.exits`;
  return exitTypes(entry.onFill).flatMap((type) => {
    const exit = growing.find((one) => one.type === type);
    if (exit !== undefined) return resize(account, { order: exit, by: units }, at);
    const orderId = nextOrderId(account);
    const terms = exitTerms(entry, { type, units, fillPrice, orderId, offer });
    const link = { parentOrderId: entry.orderId, ocoGroup };
    return [acceptExit(account, { orderId, terms, link, at }, market)];
  });
}

/**
 * The group of exits that grows with a further fill of their entry. Not one whose guaranteed stop the
 * fill is too near to, or beyond: grown it would pay the fill the way back, and moved it would not pay
 * the fills before what they were sold. A fill that no group may grow with has exits of its own.
 */
function growingExits(
  account: Account,
  entry: Order,
  fill: { fillPrice: Price; offer: GuaranteeOffer | null },
): Order[] {
  const standing = [...account.orders.values()].filter((one) =>
    one.parentOrderId === entry.orderId && isExit(one) && isOpen(one.status) &&
    one.status !== "pending_cancel"
  );
  const isGrowing = (one: Order) => mayGrow(one, { ...fill, ...termsOf(one) });
  const groups = Map.groupBy(standing, (one) => one.ocoGroup).values();
  return groups.find((ones) => ones.every(isGrowing)) ?? [];
}

function acceptExit(
  account: Account,
  about: {
    orderId: OrderId;
    terms: OrderTerms;
    link: Pick<Order, "parentOrderId" | "ocoGroup">;
    at: EpochMs;
  },
  market: Market,
): Booked {
  const { orderId, terms, link: { parentOrderId, ocoGroup }, at } = about;
  const link = { parentOrderId, ocoGroup, releases: false };
  const met = arrivalAt(market, { terms });
  return book(account, at, { type: "order_accepted", orderId, terms, link, ...met });
}

/**
 * An exit like one that ended, after a last fill of so many `units`, before the venue answered its
 * replaces: for what the newest of them would have left of it. None after one that was to be canceled.
 */
function placeSuccessor(
  account: Account,
  about: { exit: Order; units: number; at: EpochMs },
  market: Market,
): Booked[] {
  const { exit, at } = about;
  if (exit.status === "pending_cancel" || exit.replacing.length === 0) return [];
  const newest = newestTerms(exit);
  const units = (newest.units - exit.filledUnits - about.units) as Units;
  if (units <= 0) return [];
  const orderId = nextOrderId(account);
  const terms = successorTerms(exit, { newest, units, orderId });
  return [acceptExit(account, { orderId, terms, link: exit, at }, market)];
}

/** What is held in the entry's direction. */
function openedUnits(account: Account, { symbol, side }: Order): number {
  const { long, short } = legUnits(account, symbol);
  return side === "buy" ? long : short;
}

/**
 * Cuts reduce-only orders of the symbol down to the position or the lot that is left for them: when a
 * fill may have made that less, and when the venue refused a replace that may have cut one.
 */
export function trimReduceOnly(account: Account, { symbol }: Order, at: EpochMs): Booked[] {
  const waiting = [...account.orders.values()].filter((one) =>
    one.positionFill === "reduce_only" && one.symbol === symbol &&
    isOpen(one.status) && one.status !== "held"
  );
  return waiting.flatMap((one) => {
    const closable = closableUnits(account, one);
    const left = newestTerms(one).units - one.filledUnits;
    return left <= closable ? [] : resize(account, { order: one, by: closable - left }, at);
  });
}
