/**
 * Replacing an order's terms in one step, its identity and its fills kept (FIX
 * OrderCancelReplaceRequest). Pure: what the client sends becomes whole terms, which pass the same
 * check as a new order's.
 *
 * The race against a fill is the venue's to decide: what it filled before the replace reached it
 * stays filled and counts into the new size. A size no larger than that ends the order, and an
 * order that was done by then refuses the replace.
 */

import { parseUnits } from "../instrument.ts";
import { instrumentOf } from "../instruments.ts";
import { type EpochMs, parseRfc3339 } from "../time.ts";
import { checkTerms } from "./check_order.ts";
import { type Order, type Replacement, replacementsMax, type TimeInForce } from "./order.ts";
import { acceptedTerms } from "./read_order.ts";
import { readPrice } from "./read_price.ts";
import type { RejectReason } from "./rejects.ts";

/** The body of a replace: what is left out stays. */
export interface ReplaceRequest {
  readonly units?: string | undefined;
  readonly price?: string | undefined;
  readonly triggerPrice?: string | undefined;
  readonly trailingDistance?: string | undefined;
  readonly priceBound?: string | undefined;
  readonly timeInForce?: TimeInForce | undefined;
  /** RFC 3339. */
  readonly expireTime?: string | undefined;
}

/** The terms the order has once the venue has answered everything asked so far. */
export const newestTerms = (order: Order): Omit<Replacement, "revision"> =>
  order.replacing.at(-1) ?? order;

/** The whole new terms, or the reason there can be none. */
export function readReplacement(
  request: ReplaceRequest,
  order: Order,
  now: EpochMs,
): Replacement | RejectReason {
  const instrument = instrumentOf(order.symbol);
  const newest = newestTerms(order);
  const units = request.units === undefined ? newest.units : parseUnits(request.units);
  if (units === "malformed") return "units_malformed";
  if (units === "too_precise") return "units_off_step";
  if (units === "too_large") return "units_above_maximum";
  const price = readPrice(request.price, instrument) ?? newest.price;
  if (typeof price === "string") return price;
  const triggerPrice = readPrice(request.triggerPrice, instrument) ?? newest.triggerPrice;
  if (typeof triggerPrice === "string") return triggerPrice;
  const distance = readPrice(request.trailingDistance, instrument) ?? newest.trailingDistance;
  if (typeof distance === "string") return distance;
  const priceBound = readPrice(request.priceBound, instrument) ?? newest.priceBound;
  if (typeof priceBound === "string") return priceBound;
  const times = readTimes(request, newest, now);
  if (typeof times === "string") return times;
  return {
    revision: order.revision + 1,
    units,
    price,
    ...times,
    triggerPrice,
    trailingDistance: distance,
    priceBound,
  };
}

/** A DAY order keeps the 17:00 it has; one that becomes a DAY order gets the next. */
function readTimes(
  request: ReplaceRequest,
  newest: Omit<Replacement, "revision">,
  now: EpochMs,
): Pick<Replacement, "timeInForce" | "expireTime"> | RejectReason {
  const timeInForce = request.timeInForce ?? newest.timeInForce;
  const same = timeInForce === newest.timeInForce;
  if (request.expireTime === undefined) {
    const expireTime = same ? newest.expireTime : null;
    return same ? { timeInForce, expireTime } : acceptedTerms({ timeInForce, expireTime }, now);
  }
  const expireTime = parseRfc3339(request.expireTime);
  if (expireTime === null) return "expire_time_missing";
  return timeInForce === "GTD" ? { timeInForce, expireTime } : "expire_time_not_allowed";
}

/** Why the order may not have these terms, or `null`; margin is for the caller to ask. */
export function checkReplacement(
  order: Order,
  replacement: Replacement,
  now: EpochMs,
): RejectReason | null {
  if (isAtOnce(order.timeInForce)) return "order_not_replaceable";
  if (order.replacing.length >= replacementsMax) return "too_many_replacements";
  const { timeInForce, expireTime } = replacement;
  const asked = timeInForce === "DAY" ? { ...replacement, expireTime: null } : replacement;
  const fault = checkTerms({ ...order, ...asked }, instrumentOf(order.symbol));
  if (fault !== null) return fault;
  if (isAtOnce(timeInForce)) return "time_in_force_not_allowed";
  if (expireTime !== null && expireTime <= now) return "expire_time_passed";
  if (replacement.units <= order.filledUnits) return "units_already_filled";
  const moved = replacement.triggerPrice !== order.triggerPrice ||
    replacement.trailingDistance !== order.trailingDistance;
  return order.triggeredAt !== null && moved ? "already_triggered" : null;
}

const isAtOnce = (time: TimeInForce): boolean => time === "IOC" || time === "FOK";

/** Whether the terms are those already asked for, so that a repeat has nothing to do. */
export function asksNothingNew(order: Order, replacement: Replacement): boolean {
  const newest = newestTerms(order);
  return newest.units === replacement.units && newest.price === replacement.price &&
    newest.timeInForce === replacement.timeInForce &&
    newest.expireTime === replacement.expireTime &&
    newest.triggerPrice === replacement.triggerPrice &&
    newest.trailingDistance === replacement.trailingDistance &&
    newest.priceBound === replacement.priceBound;
}
