/** The desk's rules for orders that stand: replacing one, canceling one or many. */

import type { Account } from "../../../shared/domain/account.ts";
import type { Instrument, Units } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { isClosingOrder } from "../../../shared/domain/margin.ts";
import { checkOrder, type KnownOfAccount } from "../../../shared/domain/orders/check_order.ts";
import { checkGuarantee, checkGuaranteedStop } from "../../../shared/domain/orders/guarantee.ts";
import {
  checkBounds,
  checkHoldings,
  checkRate,
  checkState,
} from "../../../shared/domain/risk/check_risk.ts";
import { isOpen, type Order, type Replacement } from "../../../shared/domain/orders/order.ts";
import {
  asksNothingNew,
  checkReplacement,
  newestTerms,
  readReplacement,
} from "../../../shared/domain/orders/replace_order.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { CancelOrder, CancelOrders, ReplaceOrder } from "./commands.ts";
import { refusedBy } from "./refusing_level.ts";
import { book, type Booked, type Decision, knownOf, type Market, refuse } from "./decision.ts";

export function cancelOrder(account: Account, command: CancelOrder, market: Market): Decision {
  const order = account.orders.get(command.orderId);
  if (order === undefined) return refuse("order_unknown", null);
  if (isClosingOrder(order)) return refuse("order_of_stop_out", order);
  if (order.status === "pending_cancel") return done(account, order, []);
  if (!isOpen(order.status)) return refuse("order_not_open", order);
  const guarded = checkCancel(account, order, market);
  if (guarded !== null) return refuse(guarded, order);
  return done(account, order, [requestCancel(account, order, market.now)]);
}

/**
 * Asks for every open order of the account, or of one symbol, to be canceled, in one turn; not for
 * those by which the platform closes positions, nor for guaranteed stops that stay as they are now,
 * unless a kill asks.
 */
export function cancelOrders(account: Account, command: CancelOrders, market: Market): Decision {
  const asked = [...account.orders.values()].filter((order) =>
    isOpen(order.status) && !isClosingOrder(order) &&
    (command.symbol === null || command.symbol === order.symbol) &&
    (command.byKill === true || checkCancel(account, order, market) === null)
  );
  const booked = asked.flatMap((order) =>
    order.status === "pending_cancel" ? [] : [requestCancel(account, order, market.now)]
  );
  const orders = asked.map((order) => account.orders.get(order.orderId)!);
  return { booked, outcome: { ok: true, order: null, orders, account } };
}

/** The same terms again are answered as the first time, so a repeat is safe. */
export function replaceOrder(account: Account, command: ReplaceOrder, market: Market): Decision {
  const order = account.orders.get(command.orderId);
  if (order === undefined) return refuse("order_unknown", null);
  if (!isOpen(order.status)) return refuse("order_not_open", order);
  if (isClosingOrder(order)) return refuse("order_of_stop_out", order);
  const replacement = readReplacement(command.request, order, market.now);
  if (typeof replacement === "string") return refuse(replacement, order);
  if (asksNothingNew(order, replacement)) return done(account, order, []);
  if (order.status === "held") return refuse("order_held", order);
  if (order.status === "pending_cancel") return refuse("order_being_canceled", order);
  const fault = checkReplacement(order, replacement, market.now);
  if (fault !== null) return refuse(fault, order);
  const instrument = instrumentOf(order.symbol);
  const change = { order, replacement, instrument };
  // Valued once for all that ask: the account's positions may be many.
  const known = knownOf(account, { terms: order, instrument }, market);
  const reason = checkGuaranteed({ order, to: replacement }, known) ??
    checkRisk(change, known) ??
    checkGrowth(change, known);
  if (reason === null) {
    return done(account, order, [requestReplace(account, { order, replacement }, market.now)]);
  }
  const text = refusedBy(
    account,
    { instrument, reason, market },
    (risk) => checkRisk(change, { ...known, risk }),
  );
  return refuse(reason, order, text);
}

interface Change {
  readonly order: Order;
  readonly replacement: Replacement;
  readonly instrument: Instrument;
}

/** Whether the account's owner may cancel the order; of all but guaranteed stops, yes. */
function checkCancel(account: Account, order: Order, market: Market): RejectReason | null {
  if (order.guaranteedPremium === null) return null;
  const instrument = instrumentOf(order.symbol);
  return checkGuaranteed(
    { order, to: null },
    knownOf(account, { terms: order, instrument }, market),
  );
}

/** A guaranteed stop changes at prices of now alone; an entry keeps the guarantee it asks for. */
function checkGuaranteed(
  { order, to }: { order: Order; to: Replacement | null },
  { market: { open, quote, status }, account: { holding }, offer }: KnownOfAccount,
): RejectReason | null {
  const tradable = open && (status === "live" || status === "quiet");
  const reason = checkGuaranteedStop(order, to, { offer, quote, tradable });
  if (reason !== null || to === null || !(order.onFill?.guaranteed ?? false)) return reason;
  const { revision: _, ...terms } = to;
  return checkGuarantee({ ...order, ...terms }, { offer, quote, holding });
}

/** Rules of risk judge the new terms whole, smaller ones too: a halt refuses every replace. */
function checkRisk(
  { order, replacement, instrument }: Change,
  { risk, ...known }: KnownOfAccount,
): RejectReason | null {
  if (risk === null) return null;
  const { revision: _, ...terms } = replacement;
  const wanted = { ...order, ...terms };
  // What the order had left waits already, so that only the difference is new.
  const units = order.positionFill === "reduce_only"
    ? terms.units - order.filledUnits
    : terms.units - newestTerms(order).units;
  const added = { ...wanted, units: units as Units };
  const { holding } = known.account;
  const { quote } = known.market;
  return checkState(added, holding, risk) ??
    checkBounds(wanted, instrument, { risk, market: known.market }) ??
    (units > 0 ? checkHoldings(added, instrument, { holding, quote, risk }) : null) ??
    checkRate(risk, 1);
}

/** A larger order passes the check of the units it adds; a smaller one always may. */
function checkGrowth(
  { order, replacement, instrument }: Change,
  known: KnownOfAccount,
): RejectReason | null {
  const added = replacement.units - newestTerms(order).units;
  if (added <= 0) return null;
  const { revision: _, ...terms } = replacement;
  const wanted = order.positionFill === "reduce_only" ? terms.units - order.filledUnits : added;
  const expireTime = terms.timeInForce === "GTD" ? terms.expireTime : null;
  // The growth alone may be smaller than the smallest order.
  const units = Math.max(wanted, instrument.unitsMin) as Units;
  return checkOrder({ ...order, ...terms, expireTime, units }, instrument, {
    ...known,
    account: { ...known.account, openOrders: 0 },
    risk: null, // asked before, of the whole
  });
}

/** A held order is nobody's but ours, so it is canceled at once. */
export const requestCancel = (account: Account, order: Order, at: EpochMs): Booked => {
  const { orderId } = order;
  return order.status === "held"
    ? book(account, at, { type: "order_canceled", orderId, text: null })
    : book(account, at, { type: "order_cancel_requested", orderId });
};

export const requestReplace = (
  account: Account,
  about: { order: Order; replacement: Replacement },
  at: EpochMs,
): Booked => {
  const { orderId, symbol } = about.order;
  const { replacement } = about;
  return book(account, at, { type: "order_replace_requested", orderId, symbol, replacement });
};

/** An order that ends answers the replaces still under way: they came too late. */
export const refuseReplaces = (account: Account, order: Order, at: EpochMs): Booked[] =>
  order.replacing.map(({ revision }) =>
    book(account, at, {
      type: "order_replace_rejected",
      orderId: order.orderId,
      revision,
      text: "the order ended first",
    })
  );

const done = (account: Account, order: Order, booked: readonly Booked[]): Decision => ({
  booked,
  outcome: { ok: true, order: account.orders.get(order.orderId) ?? null, account },
});
