/** Orders and their life, in FIX 4.4 terms. */

import type { AccountId, ClientOrderId, OrderId } from "../ids.ts";
import type { Price, Symbol, Units } from "../instrument.ts";
import type { EpochMs } from "../time.ts";
import type { RejectReason } from "./rejects.ts";

export const sides = ["buy", "sell"] as const;
export type Side = (typeof sides)[number];

export const orderTypes = ["market", "limit"] as const;
export type OrderType = (typeof orderTypes)[number];

/** Good till canceled, good till a date, immediate or cancel, fill or kill. */
export const timesInForce = ["GTC", "GTD", "IOC", "FOK"] as const;
export type TimeInForce = (typeof timesInForce)[number];

/** FIX OrdStatus (39). */
export const orderStatuses = [
  "pending_new",
  "new",
  "partially_filled",
  "pending_cancel",
  "filled",
  "canceled",
  "rejected",
  "expired",
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** What the client asked for, read and exact. */
export interface OrderTerms {
  readonly clientOrderId: ClientOrderId;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly units: Units;
  /** Limit orders only. */
  readonly price: Price | null;
  /** GTD orders only. */
  readonly expireTime: EpochMs | null;
}

export interface Order extends OrderTerms {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly status: OrderStatus;
  readonly filledUnits: Units;
  /** Sum of fill price times fill units, in points; divided by `filledUnits` it is FIX AvgPx. */
  readonly filledCost: bigint;
  readonly rejectReason: RejectReason | null;
  /** The venue's or the platform's own words on a refusal or an end. */
  readonly text: string | null;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

const terminal: ReadonlySet<OrderStatus> = new Set(["filled", "canceled", "rejected", "expired"]);

/** Whether the order can still trade. */
export const isOpen = (status: OrderStatus): boolean => !terminal.has(status);

/** Whether the venue has yet to answer: to the order, or to its cancel. */
export const isInFlight = (status: OrderStatus): boolean =>
  status === "pending_new" || status === "pending_cancel";

/** +1 for a buy, -1 for a sell. */
export const directionOf = (side: Side): 1 | -1 => (side === "buy" ? 1 : -1);

export const remainingUnits = (order: Order): Units => (order.units - order.filledUnits) as Units;

/**
 * Where each status may go. A fill may still reach an order whose cancel was asked for; nothing
 * leaves a terminal status except a fill that crossed a cancel on the wire, which is money and is
 * booked (see `applyFill` in `../books.ts`).
 */
export const transitions: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending_new: [
    "new",
    "partially_filled",
    "filled",
    "pending_cancel",
    "canceled",
    "rejected",
    "expired",
  ],
  new: ["partially_filled", "filled", "pending_cancel", "canceled", "expired"],
  partially_filled: ["partially_filled", "filled", "pending_cancel", "canceled", "expired"],
  pending_cancel: [
    "pending_cancel",
    "new",
    "partially_filled",
    "filled",
    "canceled",
    "expired",
    "rejected",
  ],
  filled: [],
  canceled: [],
  rejected: [],
  expired: [],
};

export const canBecome = (from: OrderStatus, to: OrderStatus): boolean =>
  transitions[from].includes(to);
