/** Orders between their row and the domain; the row type stops here. */

import type { Selectable } from "kysely";
import {
  type AccountId,
  type ClientOrderId,
  type OrderId,
  orderIdOf,
  type TransactionId,
} from "../../../shared/domain/ids.ts";
import { type Symbol, units } from "../../../shared/domain/instrument.ts";
import type { Arrival } from "../../../shared/domain/orders/arrival.ts";
import type {
  OnFill,
  Order,
  OrderStatus,
  OrderType,
  PositionFill,
  Replacement,
  Side,
  TimeInForce,
  TriggerSide,
} from "../../../shared/domain/orders/order.ts";
import type { RejectReason } from "../../../shared/domain/orders/rejects.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { Price } from "../../../shared/domain/instrument.ts";
import type { TradingDatabase } from "../desk/tables.ts";

export type OrderRow = Selectable<TradingDatabase["orders"]>;

/** The transaction that an order id names. */
export const transactionIdOf = (orderId: string): number =>
  Number(orderId.slice(orderId.lastIndexOf(".") + 1));

export function toOrder(row: OrderRow): Order {
  const accountId = row.account_id as AccountId;
  return {
    orderId: orderIdOf(accountId, Number(row.transaction_id) as TransactionId),
    accountId,
    clientOrderId: row.client_order_id as ClientOrderId,
    symbol: row.symbol as Symbol,
    side: row.side as Side,
    type: row.type as OrderType,
    timeInForce: row.time_in_force as TimeInForce,
    units: units(Number(row.units)),
    price: priceIn(row.price),
    expireTime: row.expire_time === null ? null : epochMs(Number(row.expire_time)),
    status: row.status as OrderStatus,
    filledUnits: units(Number(row.filled_units)),
    filledCost: BigInt(row.filled_cost),
    rejectReason: row.reject_reason as RejectReason | null,
    text: row.text,
    triggerPrice: priceIn(row.trigger_price),
    trailingDistance: priceIn(row.trailing_distance),
    triggerSide: row.trigger_side as TriggerSide,
    priceBound: priceIn(row.price_bound),
    guaranteedPremium: priceIn(row.guaranteed_premium),
    positionFill: row.position_fill as PositionFill,
    closeLotId: row.close_lot_id === null ? null : Number(row.close_lot_id) as TransactionId,
    tag: row.tag,
    triggeredAt: row.triggered_at === null ? null : epochMs(Number(row.triggered_at)),
    revision: row.revision,
    replacing: (row.replacing ?? []) as Replacement[],
    onFill: row.on_fill === null ? null : onFillRecord(row.on_fill as StoredOnFill),
    parentOrderId: row.parent_order_id as OrderId | null,
    ocoGroup: row.oco_group,
    releases: row.releases,
    arrival: row.arrival === null ? null : { sentAt: null, ...row.arrival as StoredArrival },
    createdAt: epochMs(Number(row.created_at)),
    updatedAt: epochMs(Number(row.updated_at)),
  };
}

const priceIn = (value: OrderRow["price"]): Price | null =>
  value === null ? null : Number(value) as Price;

/** The order as one record of a JSON array that a statement unpacks. */
export function fromOrder(order: Order) {
  return {
    account_id: order.accountId,
    transaction_id: transactionIdOf(order.orderId),
    client_order_id: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    time_in_force: order.timeInForce,
    units: order.units,
    price: order.price,
    expire_time: order.expireTime === null ? null : toRfc3339(order.expireTime),
    status: order.status,
    filled_units: order.filledUnits,
    filled_cost: String(order.filledCost),
    reject_reason: order.rejectReason,
    text: order.text,
    trigger_price: order.triggerPrice,
    trailing_distance: order.trailingDistance,
    trigger_side: order.triggerSide,
    price_bound: order.priceBound,
    guaranteed_premium: order.guaranteedPremium,
    position_fill: order.positionFill,
    close_lot_id: order.closeLotId,
    tag: order.tag,
    triggered_at: order.triggeredAt === null ? null : toRfc3339(order.triggeredAt),
    revision: order.revision,
    replacing: order.replacing.length === 0 ? null : order.replacing.map(replacementRecord),
    on_fill: order.onFill === null ? null : onFillRecord(order.onFill),
    parent_order_id: order.parentOrderId,
    oco_group: order.ocoGroup,
    releases: order.releases,
    arrival: order.arrival === null ? null : arrivalRecord(order.arrival),
    created_at: toRfc3339(order.createdAt),
    updated_at: toRfc3339(order.updatedAt),
  };
}

// Orders from before something was noted lack it.
type StoredOnFill = Omit<OnFill, "guaranteed"> & Partial<Pick<OnFill, "guaranteed">>;
type StoredArrival = Omit<Arrival, "sentAt"> & Partial<Pick<Arrival, "sentAt">>;

/** Field by field, so that equal ones are stored as equal texts. */
const onFillRecord = (one: StoredOnFill): OnFill => ({
  takeProfitPrice: one.takeProfitPrice,
  stopLossPrice: one.stopLossPrice,
  stopLossDistance: one.stopLossDistance,
  guaranteed: one.guaranteed ?? false,
  trailingDistance: one.trailingDistance,
});

const arrivalRecord = (one: Arrival): Arrival => ({
  bid: one.bid,
  ask: one.ask,
  receivedAt: one.receivedAt,
  sentAt: one.sentAt,
  acknowledgedAt: one.acknowledgedAt,
  ...(one.releasedAt === undefined ? {} : { releasedAt: one.releasedAt }),
});

/** Field by field, so that equal replaces are stored as equal texts. */
const replacementRecord = (one: Replacement): Replacement => ({
  revision: one.revision,
  units: one.units,
  price: one.price,
  timeInForce: one.timeInForce,
  expireTime: one.expireTime,
  triggerPrice: one.triggerPrice,
  trailingDistance: one.trailingDistance,
  priceBound: one.priceBound,
});
