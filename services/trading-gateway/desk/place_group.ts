/**
 * Orders placed together, all or none: `oco` members cancel each other, `oto` holds the later ones
 * until the first is filled, `bracket` does both: the later ones are released together and then
 * cancel each other.
 */

import type { Account } from "../../../shared/domain/account.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import {
  checkExpiry,
  checkOrder,
  checkTerms,
  type KnownOfAccount,
  openOrdersMax,
} from "../../../shared/domain/orders/check_order.ts";
import {
  type Order,
  type OrderLink,
  type OrderTerms,
  unlinked,
} from "../../../shared/domain/orders/order.ts";
import { checkGuarantee } from "../../../shared/domain/orders/guarantee.ts";
import { acceptedTerms, sameTerms } from "../../../shared/domain/orders/read_order.ts";
import { refusedBy } from "./refusing_level.ts";
import {
  checkBounds,
  type CheckedRisk,
  checkRate,
  checkTotalOrders,
  openOrdersAllowed,
} from "../../../shared/domain/risk/check_risk.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { PlaceGroup } from "./commands.ts";
import {
  arrivalAt,
  book,
  type Booked,
  clientOrderKey,
  type Decision,
  type Known,
  knownOf,
  type Market,
  nextOrderId,
  placedAs,
  refuse,
} from "./decision.ts";

export function placeGroup(
  account: Account,
  command: PlaceGroup,
  context: { market: Market; known: Known },
): Decision {
  const repeat = repeated(account, command, context.known);
  if (repeat !== null) return repeat;
  const reasons = refusals(account, command, context.market);
  const refused = reasons.some((reason) => reason !== null);
  const { now } = context.market;
  const firstId = nextOrderId(account);
  const { receivedAt } = command;
  const booked = command.orders.map(({ terms }, at): Booked => {
    const orderId = nextOrderId(account);
    if (refused) {
      const { reason, text } = reasons[at] ?? { reason: "group_refused", text: null };
      const link = linkOf(command, at, firstId);
      return book(account, now, { type: "order_rejected", orderId, link, terms, reason, text });
    }
    return book(account, now, {
      type: "order_accepted",
      orderId,
      terms: acceptedTerms(terms, now),
      link: linkOf(command, at, firstId),
      ...arrivalAt(context.market, { terms, receivedAt }),
      ...(isHeld(command, at) ? { held: true } : {}),
    });
  });
  const orders = booked.map(({ transaction }) =>
    account.orders.get((transaction as { orderId: Order["orderId"] }).orderId)!
  );
  return { booked, outcome: answer(account, orders) };
}

const isHeld = (command: PlaceGroup, at: number): boolean => command.type !== "oco" && at > 0;

function linkOf(command: PlaceGroup, at: number, firstId: Order["orderId"]): OrderLink {
  if (command.type === "oco") return { ...unlinked, ocoGroup: firstId };
  if (at === 0) return { ...unlinked, releases: true };
  const ocoGroup = command.type === "bracket" ? firstId : null;
  return { parentOrderId: firstId, ocoGroup, releases: false };
}

/** The same group again gets its first answer; its ids used otherwise are duplicates. */
function repeated(account: Account, command: PlaceGroup, known: Known): Decision | null {
  const { accountId } = account;
  const earlier = command.orders.map(({ terms: { clientOrderId } }) =>
    known.byClientOrderId.get(clientOrderKey({ accountId, clientOrderId }))
  );
  const ids = new Set(command.orders.map(({ terms }) => terms.clientOrderId));
  if (ids.size < command.orders.length) return refuse("duplicate_client_order_id", null);
  if (earlier.every((order) => order === undefined)) return null;
  const differs = command.orders.findIndex(({ terms }, at) =>
    earlier[at] === undefined || !sameTerms(placedAs(earlier[at], known), terms)
  );
  if (differs >= 0 || !areGroup(command, earlier as Order[])) {
    return refuse("duplicate_client_order_id", earlier.find((one) => one !== undefined) ?? null);
  }
  return { booked: [], outcome: answer(account, earlier as Order[]) };
}

/** Whether the orders were placed together, by this kind of group. */
function areGroup(command: PlaceGroup, orders: readonly Order[]): boolean {
  const firstId = orders[0]!.orderId;
  return orders.every((order, at) => {
    if (isRefused(order)) return true;
    const link = linkOf(command, at, firstId);
    return order.parentOrderId === link.parentOrderId && order.ocoGroup === link.ocoGroup &&
      order.releases === link.releases;
  });
}

/** Whether it was refused on arrival; what the venue refused later had been accepted. */
export const isRefused = (order: Order): order is Order & { readonly rejectReason: RejectReason } =>
  order.rejectReason !== null && order.rejectReason !== "venue_rejected";

function answer(account: Account, orders: readonly Order[]): Decision["outcome"] {
  const cause = orders.find((one) => isRefused(one) && one.rejectReason !== "group_refused");
  return cause === undefined
    ? { ok: true, order: orders[0]!, orders, account }
    : { ok: false, reason: cause.rejectReason!, order: cause, orders };
}

/** Orders that go to the venue pass the whole check, held ones what will not change; the rest is asked on release. */
function refusals(
  account: Account,
  command: PlaceGroup,
  market: Market,
): ({ readonly reason: RejectReason; readonly text: string | null } | null)[] {
  const count = command.orders.length;
  return command.orders.map((one, at) => {
    const { instrument } = one;
    const known = knownOf(account, one, market);
    const check = (risk: CheckedRisk | null) => checkMember({ ...known, risk }, at, one);
    const reason = check(known.risk);
    return reason === null
      ? null
      : { reason, text: refusedBy(account, { instrument, reason, market }, check) };
  });

  function checkMember(
    known: KnownOfAccount,
    at: number,
    { terms, instrument }: PlaceGroup["orders"][number],
  ): RejectReason | null {
    const { risk } = known;
    if (account.openOrders + count > openOrdersAllowed(risk, openOrdersMax)) {
      return "too_many_open_orders";
    }
    const reason = isHeld(command, at)
      ? checkTerms(terms, instrument) ?? checkExpiry(terms, market.now) ??
        checkHeld(terms, instrument, known)
      : checkOrder(terms, instrument, known);
    if (reason !== null || risk === null) return reason;
    return checkTotalOrders(risk, count) ?? checkRate(risk, count);
  }
}

/** What guarantees and rules of risk say of an order that waits: its halt, symbol, size, prices. */
function checkHeld(
  terms: OrderTerms,
  instrument: Instrument,
  { risk, market, account, offer }: KnownOfAccount,
): RejectReason | null {
  const { quote } = market;
  const guarantee = checkGuarantee(terms, { offer, quote, holding: account.holding });
  if (guarantee !== null || risk === null) return guarantee;
  return risk.rule.state === "halted" ? "trading_halted" : checkBounds(terms, instrument, {
    risk,
    market,
  });
}
