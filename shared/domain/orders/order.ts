/** Orders and their life, in FIX 4.4 terms. */

import type { Arrival } from "./arrival.ts";
import type { AccountId, ClientOrderId, OrderId, TransactionId } from "../ids.ts";
import type { Price, Symbol, Units } from "../instrument.ts";
import type { EpochMs } from "../time.ts";
import type { RejectReason } from "./rejects.ts";

export const sides = ["buy", "sell"] as const;
export type Side = (typeof sides)[number];

export const orderTypes = [
  "market",
  "limit",
  "stop",
  "stop_limit",
  "market_if_touched",
  "trailing_stop",
] as const;
export type OrderType = (typeof orderTypes)[number];

/** Good till canceled, a date, 17:00 New York; immediate or cancel; fill or kill. */
export const timesInForce = ["GTC", "GTD", "DAY", "IOC", "FOK"] as const;
export type TimeInForce = (typeof timesInForce)[number];

/**
 * Which price sets an order off. `default` is the side it would trade on: the ask for a buy, the bid
 * for a sell; `opposite` is the other one.
 */
export const triggerSides = ["default", "bid", "ask", "mid", "opposite"] as const;
export type TriggerSide = (typeof triggerSides)[number];

/**
 * What an order may do to the position it meets. In a hedging account `reduce_only` closes the leg
 * on the other side, and everything else opens or adds to its own.
 */
export const positionFills = ["default", "open_only", "reduce_only"] as const;
export type PositionFill = (typeof positionFills)[number];

/** Characters of a client's tag at most. */
export const tagLengthMax = 128;

/** FIX OrdStatus (39), and `held`: kept from the venue until another order releases it. */
export const orderStatuses = [
  "held",
  "pending_new",
  "new",
  "partially_filled",
  "pending_replace",
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
  /** The limit: limit and stop-limit orders only. */
  readonly price: Price | null;
  /** GTD orders; of an accepted DAY order the 17:00 New York it lives to. */
  readonly expireTime: EpochMs | null;
  /** Stop, stop-limit and market-if-touched orders only. */
  readonly triggerPrice: Price | null;
  /** Points a trailing stop stays behind the best price it has seen. */
  readonly trailingDistance: Price | null;
  readonly triggerSide: TriggerSide;
  /** The worst price an order that trades at the market may trade at. */
  readonly priceBound: Price | null;
  /**
   * Of a guaranteed stop, which fills at its trigger price however far the market has gone: what
   * each unit of that fill is charged, in points. `null` for every other order.
   */
  readonly guaranteedPremium: Price | null;
  readonly positionFill: PositionFill;
  /** The lot of a hedging account that a reduce-only order closes first. */
  readonly closeLotId: TransactionId | null;
  /** The client's own words, kept and shown, never read. */
  readonly tag: string | null;
  /** The exits that come with what it opens. */
  readonly onFill: OnFill | null;
}

/** Exits placed as orders of their own when the order opens a position; see `on_fill.ts`. */
export interface OnFill {
  readonly takeProfitPrice: Price | null;
  /** At most one of the two. */
  readonly stopLossPrice: Price | null;
  readonly stopLossDistance: Price | null;
  /** Whether that stop-loss is guaranteed; see `guarantee.ts`. */
  readonly guaranteed: boolean;
  readonly trailingDistance: Price | null;
}

/** How an order hangs together with others of its account. */
export interface OrderLink {
  /** The order whose fill made or releases this one. */
  readonly parentOrderId: OrderId | null;
  /** Orders of one name cancel each other: what one fills is taken off the others. */
  readonly ocoGroup: string | null;
  /** Whether orders are held that wait for this one to fill. */
  readonly releases: boolean;
}

/** One cancels the other; one triggers the others; both: an entry and its exits. */
export const orderGroupTypes = ["oco", "oto", "bracket"] as const;
export type OrderGroupType = (typeof orderGroupTypes)[number];

/** Orders placed together at most. */
export const groupOrdersMax = 8;

export const unlinked: OrderLink = { parentOrderId: null, ocoGroup: null, releases: false };

/** The terms beyond the first kinds of order, as most orders have them. */
export const plainTerms = {
  triggerPrice: null,
  trailingDistance: null,
  triggerSide: "default",
  priceBound: null,
  guaranteedPremium: null,
  positionFill: "default",
  closeLotId: null,
  tag: null,
  onFill: null,
} as const satisfies Partial<OrderTerms>;

/** Which fields a type of order needs or may have, and how long it may live. */
export interface OrderTypeRule {
  readonly price: boolean;
  readonly triggerPrice: boolean;
  readonly trailingDistance: boolean;
  /** Whether it trades at the market, and so may have a bound. */
  readonly atMarket: boolean;
  readonly timesInForce: readonly TimeInForce[];
}

const resting: readonly TimeInForce[] = ["GTC", "GTD", "DAY"];
const no = { price: false, triggerPrice: false, trailingDistance: false, atMarket: true };

export const orderTypeRules: Readonly<Record<OrderType, OrderTypeRule>> = {
  market: { ...no, timesInForce: ["FOK", "IOC"] },
  limit: { ...no, price: true, atMarket: false, timesInForce },
  stop: { ...no, triggerPrice: true, timesInForce: resting },
  stop_limit: { ...no, price: true, triggerPrice: true, atMarket: false, timesInForce: resting },
  market_if_touched: { ...no, triggerPrice: true, timesInForce: resting },
  trailing_stop: { ...no, trailingDistance: true, timesInForce: resting },
};

/** Whether the order waits for a price to set it off before it can trade. */
export const isConditional = (type: OrderType): boolean =>
  orderTypeRules[type].triggerPrice || orderTypeRules[type].trailingDistance;

/** What a replace sets, whole, so that the same one twice changes nothing (FIX cancel/replace). */
export interface Replacement {
  /** 1, 2, 3 … within the order; the venue's answer names it. */
  readonly revision: number;
  /** The size of the order from its beginning: what is filled counts. */
  readonly units: Units;
  readonly price: Price | null;
  readonly timeInForce: TimeInForce;
  readonly expireTime: EpochMs | null;
  readonly triggerPrice: Price | null;
  readonly trailingDistance: Price | null;
  readonly priceBound: Price | null;
}

/** Replaces of one order under way that a client may ask for, and with those that follow fills. */
export const replacementsMax = 16;
export const replacementsHeldMax = 1_000;

export interface Order extends OrderTerms, OrderLink {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly status: OrderStatus;
  readonly filledUnits: Units;
  /** Sum of fill price times fill units, in points; divided by `filledUnits` it is FIX AvgPx. */
  readonly filledCost: bigint;
  /** When a price set it off; `null` before, and for orders that wait for none. */
  readonly triggeredAt: EpochMs | null;
  /** Replaces asked for so far. */
  readonly revision: number;
  /** Those the venue has yet to answer, oldest first. */
  readonly replacing: readonly Replacement[];
  /** The market it met, where that is known. */
  readonly arrival: Arrival | null;
  readonly rejectReason: RejectReason | null;
  /** The venue's or the platform's own words on a refusal or an end. */
  readonly text: string | null;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

const terminal: ReadonlySet<OrderStatus> = new Set(["filled", "canceled", "rejected", "expired"]);

/** Whether the order can still trade. */
export const isOpen = (status: OrderStatus): boolean => !terminal.has(status);

/** Whether the venue has yet to answer: to the order, to a replace or to its cancel. */
export const isInFlight = (status: OrderStatus): boolean =>
  status === "pending_new" || status === "pending_replace" || status === "pending_cancel";

/** +1 for a buy, -1 for a sell. */
export const directionOf = (side: Side): 1 | -1 => (side === "buy" ? 1 : -1);

export const remainingUnits = (order: Order): Units => (order.units - order.filledUnits) as Units;

/**
 * Where each status may go. A fill may still reach an order whose cancel was asked for; nothing
 * leaves a terminal status except a fill that crossed a cancel on the wire, which is money and is
 * booked (see `applyFill` in `../books.ts`).
 */
export const transitions: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  held: ["pending_new", "canceled"],
  pending_new: [
    "new",
    "partially_filled",
    "filled",
    "pending_replace",
    "pending_cancel",
    "canceled",
    "rejected",
    "expired",
  ],
  new: ["partially_filled", "filled", "pending_replace", "pending_cancel", "canceled", "expired"],
  partially_filled: [
    "partially_filled",
    "filled",
    "pending_replace",
    "pending_cancel",
    "canceled",
    "expired",
  ],
  pending_replace: [
    "new",
    "partially_filled",
    "filled",
    "pending_replace",
    "pending_cancel",
    "canceled",
    "rejected",
    "expired",
  ],
  pending_cancel: [
    "pending_cancel",
    "new",
    "partially_filled",
    "pending_replace",
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
