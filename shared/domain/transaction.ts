/** The numbered, append-only changes of an account. Folding them rebuilds every table. */

import type { Commission } from "./commission.ts";
import type { AccountCurrency, Currency } from "./currency.ts";
import type { ExecId, OrderId } from "./ids.ts";
import type { ClosedLot } from "./holdings.ts";
import type { Price, Symbol, Units } from "./instrument.ts";
import type { Micros, Rate } from "./money.ts";
import {
  type FundsId,
  type MoneyTransaction,
  moneyTransactionTypes,
} from "./money_transactions.ts";
import type { Arrival } from "./orders/arrival.ts";
import type { FillQuality } from "./orders/fill_quality.ts";
import type { Premium } from "./orders/guarantee.ts";
import type { OrderLink, OrderTerms, Replacement } from "./orders/order.ts";
import type { RejectReason } from "./orders/rejects.ts";
import type { Tenant } from "./risk/levels.ts";
import type { EpochMs } from "./time.ts";
import type { Numbered } from "./numbered.ts";

export interface AccountOpened extends Numbered {
  readonly type: "account_opened";
  readonly currency: AccountCurrency;
  /** Left out: netting. */
  readonly positionMode?: "hedging";
  /** Left out: by the average price. */
  readonly lotMatching?: "fifo";
  /** Left out for the default one. */
  readonly tenant?: Tenant;
}

export interface FundsTransferred extends Numbered {
  readonly type: "funds_transferred";
  /** Positive in, negative out, in the account's currency. */
  readonly amount: Micros;
  /** The client's own id of a deposit or withdrawal; the first deposit has none. */
  readonly fundsId?: FundsId;
}

export const orderOrigins = ["stop_out", "kill_switch"] as const;
export type OrderOrigin = (typeof orderOrigins)[number];

export interface OrderAccepted extends Numbered {
  readonly type: "order_accepted";
  readonly orderId: OrderId;
  readonly terms: OrderTerms;
  /** Why the platform placed it; left out for the client's own. */
  readonly reason?: OrderOrigin;
  /** Left out for an order that stands alone. */
  readonly link?: OrderLink;
  /** Kept from the venue until its parent is filled. */
  readonly held?: true;
  /** Left out where no quote was known, and in transactions from before it was kept. */
  readonly arrival?: Arrival;
}

/** Its parent is filled: the order goes to the venue. */
export interface OrderReleased extends Numbered {
  readonly type: "order_released";
  readonly orderId: OrderId;
  /** The quote it met then, and of what; left out where there was none, and of older ones. */
  readonly met?: { readonly symbol: Symbol; readonly arrival: Arrival };
}

/** What the venue may say first of an order. */
interface Sent extends Numbered {
  readonly orderId: OrderId;
  /** When the order was handed to the venue, where this is the first word of it and that was noted. */
  readonly sentAt?: EpochMs;
}

export interface OrderRejected extends Sent {
  readonly type: "order_rejected";
  /** Of one that was refused with its group. */
  readonly link?: OrderLink;
  /** Present when the order was refused on arrival; absent when an accepted one was refused later. */
  readonly terms: OrderTerms | null;
  readonly reason: RejectReason;
  readonly text: string | null;
}

/** The venue holds the order. */
export interface OrderAcknowledged extends Sent {
  readonly type: "order_acknowledged";
}

/** A price set the order off: from here it trades as a market or a limit order. */
export interface OrderTriggered extends Numbered {
  readonly type: "order_triggered";
  readonly orderId: OrderId;
  readonly symbol: Symbol;
  /** The quote that did it. */
  readonly bid: Price;
  readonly ask: Price;
}

export interface OrderFilled extends Numbered {
  readonly type: "order_filled";
  readonly orderId: OrderId;
  readonly venue: string;
  readonly execId: ExecId;
  readonly symbol: Symbol;
  /** Signed: positive bought, negative sold. */
  readonly units: Units;
  readonly price: Price;
  /** Profit realised, in the instrument's quote currency. */
  readonly realised: Micros;
  readonly realisedCurrency: Currency;
  /** What reached the account's cash, in its currency, at `rate`. */
  readonly paid: Micros;
  readonly rate: Rate;
  /** What it took from which lots, in that order; left out where none are kept or none is closed. */
  readonly closed?: readonly ClosedLot[];
  /** Left out where none was owed. */
  readonly commission?: Commission;
  /** What the guarantee cost; left out where none was owed. */
  readonly premium?: Premium;
  /** Left out where the order met no quote we know of. */
  readonly quality?: FillQuality;
}

export interface OrderReplaceRequested extends Numbered {
  readonly type: "order_replace_requested";
  readonly orderId: OrderId;
  readonly symbol: Symbol;
  readonly replacement: Replacement;
}

/** The venue has taken the new terms. */
export interface OrderReplaced extends Numbered {
  readonly type: "order_replaced";
  readonly orderId: OrderId;
  readonly symbol: Symbol;
  readonly replacement: Replacement;
}

export interface OrderReplaceRejected extends Numbered {
  readonly type: "order_replace_rejected";
  readonly orderId: OrderId;
  readonly revision: number;
  readonly text: string | null;
}

export interface OrderCancelRequested extends Numbered {
  readonly type: "order_cancel_requested";
  readonly orderId: OrderId;
}

export interface OrderCancelRejected extends Numbered {
  readonly type: "order_cancel_rejected";
  readonly orderId: OrderId;
  readonly text: string | null;
}

export interface OrderCanceled extends Sent {
  readonly type: "order_canceled";
  readonly text: string | null;
}

export interface OrderExpired extends Sent {
  readonly type: "order_expired";
}

export type Transaction =
  | AccountOpened
  | FundsTransferred
  | OrderAccepted
  | OrderReleased
  | OrderRejected
  | OrderAcknowledged
  | OrderTriggered
  | OrderFilled
  | OrderReplaceRequested
  | OrderReplaced
  | OrderReplaceRejected
  | OrderCancelRequested
  | OrderCancelRejected
  | OrderCanceled
  | OrderExpired
  | MoneyTransaction;

export type TransactionType = Transaction["type"];

/** Every type, in the order a life goes through them. */
export const transactionTypes = [
  "account_opened",
  "funds_transferred",
  "order_accepted",
  "order_released",
  "order_rejected",
  "order_acknowledged",
  "order_triggered",
  "order_filled",
  "order_replace_requested",
  "order_replaced",
  "order_replace_rejected",
  "order_cancel_requested",
  "order_cancel_rejected",
  "order_canceled",
  "order_expired",
  ...moneyTransactionTypes,
] as const satisfies readonly TransactionType[];
