/** What the desk is asked to do, and what it answers. */

import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import type { Account } from "../../../shared/domain/account.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import type { AccountId, OrderId } from "../../../shared/domain/ids.ts";
import type { Instrument, Symbol } from "../../../shared/domain/instrument.ts";
import type { Micros } from "../../../shared/domain/money.ts";
import type { Order, OrderGroupType, OrderTerms } from "../../../shared/domain/orders/order.ts";
import type { PositionRules } from "../../../shared/domain/position.ts";
import type { ReplaceRequest } from "../../../shared/domain/orders/replace_order.ts";
import type { Tenant } from "../../../shared/domain/risk/levels.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { MoneyCommand, MoneyRefusal } from "./money_commands.ts";

export interface OpenAccount {
  readonly kind: "open_account";
  readonly accountId: AccountId;
  readonly currency: AccountCurrency;
  /** Left out: netting by the average price. */
  readonly positions?: PositionRules;
  /** Default: the default one. */
  readonly tenant?: Tenant;
  readonly deposit: Micros;
}

export interface PlaceOrder {
  readonly kind: "place_order";
  readonly accountId: AccountId;
  readonly terms: OrderTerms;
  readonly instrument: Instrument;
  /** When the edge had the request; left out where none said. */
  readonly receivedAt?: EpochMs | undefined;
}

/** How the orders of a group hang together; see `place_group.ts`. */
export interface PlaceGroup {
  readonly kind: "place_group";
  readonly accountId: AccountId;
  readonly type: OrderGroupType;
  readonly orders: readonly { readonly terms: OrderTerms; readonly instrument: Instrument }[];
  readonly receivedAt?: EpochMs | undefined;
}

export interface CancelOrder {
  readonly kind: "cancel_order";
  readonly accountId: AccountId;
  readonly orderId: OrderId;
}

export interface CancelOrders {
  readonly kind: "cancel_orders";
  readonly accountId: AccountId;
  /** `null` for every symbol. */
  readonly symbol: Symbol | null;
  /** Guaranteed stops too, whatever keeps their owner from canceling them. */
  readonly byKill?: true;
}

export interface ReplaceOrder {
  readonly kind: "replace_order";
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly request: ReplaceRequest;
}

export interface ApplyReport {
  readonly kind: "apply_report";
  readonly accountId: AccountId;
  readonly report: ExecutionReport;
}

/** Closes positions at the market, whatever the rules of risk say; see `../risk/flatten.ts`. */
export interface Flatten {
  readonly kind: "flatten";
  readonly accountId: AccountId;
  /** `null` for every symbol. */
  readonly symbol: Symbol | null;
  /** The kill that asked for it. */
  readonly killId: string;
}

export type Command =
  | OpenAccount
  | PlaceOrder
  | PlaceGroup
  | CancelOrder
  | CancelOrders
  | ReplaceOrder
  | Flatten
  | ApplyReport
  | MoneyCommand;

/** The answer to a command once its transactions are stored, or what kept it from having any. */
export type Outcome =
  | {
    readonly ok: true;
    readonly order: Order | null;
    /** Where a command speaks of several. */
    readonly orders?: readonly Order[];
    readonly account: Account;
    /** What a movement of money was booked as, now or when it was first asked for. */
    readonly transactions?: readonly Transaction[];
  }
  | {
    readonly ok: false;
    readonly reason: RejectReason | "account_exists" | "conversion_pending" | MoneyRefusal;
    /** The order that stands in the way, or was refused; `null` when there is none. */
    readonly order: Order | null;
    /** More about the reason, where the order does not say it itself. */
    readonly text?: string;
    /** Of a refused group: all its orders. */
    readonly orders?: readonly Order[];
  };
