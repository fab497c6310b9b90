/**
 * Orders as the transactions of their account leave them, so that an order stands with each of its
 * transactions just as it did when that was booked, however much later both are heard.
 */

import type { Order, Transaction } from "../generated/types.gen.ts";
import { countOf, decimalsOf, textOf } from "./decimal_text.ts";

/** Orders that have ended and are kept, for a fill that crossed their end; older ones are forgotten. */
const endedMax = 1_000;

const ended: ReadonlySet<Order["status"]> = new Set(["filled", "canceled", "rejected", "expired"]);
export const hasEnded = ({ status }: Order): boolean => ended.has(status);

/** The transaction that accepted the order, which its id ends in. */
export const acceptanceOf = (orderId: string): number =>
  Number(orderId.slice(orderId.lastIndexOf(".") + 1));

/** An order, and what of it clients do not read. */
interface Folded {
  readonly order: Order;
  /** Sum of price times units of its fills, in points. */
  readonly cost: bigint;
  /** Revisions that were asked for and not answered, oldest first. */
  readonly asked: readonly number[];
}

export class OrderFold {
  readonly #open = new Map<string, Folded>();
  readonly #ended = new Map<string, Folded>();

  /** Takes an open order as it stands; not one of which a part is hidden: see {@link isWhole}. */
  begin(order: Order): void {
    this.#open.set(order.orderId, { order, cost: 0n, asked: [] });
  }

  /** Whether what clients read of an order is all there is: nothing filled, no replace under way. */
  static isWhole({ filledUnits, replacing }: Order): boolean {
    return filledUnits === "0" && !replacing;
  }

  /** Open orders. */
  get size(): number {
    return this.#open.size;
  }

  /** The order after the next transaction about it; `undefined` where the order is not known. */
  apply(transaction: Transaction): Order | undefined {
    const orderId = transaction.orderId!;
    const before = this.#open.get(orderId) ?? this.#ended.get(orderId);
    const after = transaction.clientOrderId === undefined
      ? before && next(before, transaction)
      : begun(transaction);
    if (after === undefined) return undefined;
    this.#keep(after);
    return after.order;
  }

  #keep(folded: Folded): void {
    const { orderId } = folded.order;
    if (!hasEnded(folded.order)) return void this.#open.set(orderId, folded);
    this.#open.delete(orderId);
    this.#ended.set(orderId, folded);
    if (this.#ended.size > endedMax) this.#ended.delete(this.#ended.keys().next().value!);
  }
}

/** The order that a transaction with its terms makes: accepted, held or rejected. */
function begun(one: Transaction): Folded {
  const isRejected = one.type === "order_rejected";
  const order: Order = {
    orderId: one.orderId!,
    accountId: one.accountId,
    clientOrderId: one.clientOrderId!,
    symbol: one.symbol!,
    side: one.side!,
    type: one.orderType!,
    ...termsOf(one),
    triggerSide: one.triggerSide ?? "default",
    guaranteedPremium: one.guaranteedPremium ?? null,
    positionFill: one.positionFill ?? "default",
    closeLotId: one.closeLotId ?? null,
    tag: one.tag ?? null,
    status: isRejected ? "rejected" : one.held === true ? "held" : "pending_new",
    triggeredAt: null,
    filledUnits: "0",
    averagePrice: null,
    replacing: false,
    ...exitsOf(one),
    parentOrderId: one.parentOrderId ?? null,
    ocoGroup: one.ocoGroup ?? null,
    rejectReason: isRejected ? rejectReasonOf(one) : null,
    text: one.text ?? null,
    createdAt: one.time,
    updatedAt: one.time,
  };
  return { order, cost: 0n, asked: [] };
}

/** What a replace may change. */
const termsOf = (one: Transaction) => ({
  timeInForce: one.timeInForce!,
  units: one.units!,
  price: one.price ?? null,
  expireTime: one.expireTime ?? null,
  triggerPrice: one.triggerPrice ?? null,
  trailingDistance: one.trailingDistance ?? null,
  priceBound: one.priceBound ?? null,
});

function exitsOf(one: Transaction) {
  const { takeProfitOnFill, stopLossOnFill, guaranteedStopLossOnFill, trailingStopLossOnFill } =
    one;
  return {
    ...(takeProfitOnFill === undefined ? {} : { takeProfitOnFill }),
    ...(stopLossOnFill === undefined ? {} : { stopLossOnFill }),
    ...(guaranteedStopLossOnFill === undefined ? {} : { guaranteedStopLossOnFill }),
    ...(trailingStopLossOnFill === undefined ? {} : { trailingStopLossOnFill }),
  };
}

const rejectReasonOf = ({ reason }: Transaction) => (reason ?? null) as Order["rejectReason"];

function next({ order, cost, asked }: Folded, one: Transaction): Folded {
  const text = one.text ?? null;
  const change = (changed: Partial<Order>, left = asked): Folded => {
    const after = { ...order, ...changed, updatedAt: one.time };
    const asked = hasEnded(after) ? [] : left;
    return { order: { ...after, replacing: asked.length > 0 }, cost, asked };
  };
  switch (one.type) {
    case "order_filled":
      return filled({ order, cost, asked }, one);
    case "order_released":
      return change({ status: "pending_new" });
    case "order_acknowledged":
      return change({ status: "new" });
    case "order_triggered":
      return change({ triggeredAt: one.time });
    case "order_replace_requested":
      return change({ status: "pending_replace" }, [...asked, one.revision!]);
    case "order_replaced": {
      const left = asked.slice(asked.indexOf(one.revision!) + 1);
      return change({ ...termsOf(one), status: standing(order, left) }, left);
    }
    case "order_replace_rejected": {
      const left = asked.filter((revision) => revision !== one.revision);
      return change({ status: standing(order, left), text }, left);
    }
    case "order_cancel_requested":
      return change({ status: "pending_cancel" });
    case "order_cancel_rejected":
      return change({ status: working(order, asked), text });
    case "order_canceled":
      return change({ status: "canceled", text });
    case "order_expired":
      return change({ status: "expired" });
    case "order_rejected":
      return change({ status: "rejected", rejectReason: rejectReasonOf(one), text });
    default:
      return { order, cost, asked };
  }
}

/** The status of an open order whose cancel is answered. */
const working = ({ filledUnits }: Order, asked: readonly number[]): Order["status"] =>
  asked.length > 0 ? "pending_replace" : filledUnits === "0" ? "new" : "partially_filled";

const standing = (order: Order, asked: readonly number[]): Order["status"] =>
  order.status === "pending_cancel" ? order.status : working(order, asked);

/** A fill that crossed a cancel does not bring its order back; a partial one answers nothing else. */
function filled({ order, cost, asked }: Folded, fill: Transaction): Folded {
  const price = fill.price!;
  const size = BigInt(fill.units!.replace("-", ""));
  const units = BigInt(order.filledUnits) + size;
  const decimals = decimalsOf(price);
  const total = cost + countOf(price, decimals) * size;
  const isAsked = order.status === "pending_replace" || order.status === "pending_cancel";
  const status = hasEnded(order) || (isAsked && units < BigInt(order.units))
    ? order.status
    : units < BigInt(order.units)
    ? "partially_filled"
    : "filled";
  const left = ended.has(status) ? [] : asked;
  const after: Order = {
    ...order,
    status,
    filledUnits: String(units),
    averagePrice: textOf(halfEven(total, units), decimals),
    replacing: left.length > 0,
    updatedAt: fill.time,
  };
  return { order: after, cost: total, asked: left };
}

/** Positive `over / by`, ties to even. */
function halfEven(over: bigint, by: bigint): bigint {
  const floor = over / by;
  const twice = 2n * (over % by);
  return twice > by || (twice === by && floor % 2n === 1n) ? floor + 1n : floor;
}
