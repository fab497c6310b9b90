/** An order as clients read it. */

import type { z } from "@hono/zod-openapi";
import type { orderView } from "../../../shared/contracts/http/trading.ts";
import { divideHalfEven } from "../../../shared/domain/decimal.ts";
import {
  formatPrice,
  type Instrument,
  type Price,
  price,
} from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import { onFillView } from "../transactions/terms_view.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";

export type OrderView = z.infer<typeof orderView>;

export function toOrderView(order: Order): OrderView {
  const instrument = instrumentOf(order.symbol);
  const priceText = (value: Price | null) => value === null ? null : formatPrice(value, instrument);
  return {
    orderId: order.orderId,
    accountId: order.accountId,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    units: String(order.units),
    price: priceText(order.price),
    expireTime: order.expireTime === null ? null : toRfc3339(order.expireTime),
    triggerPrice: priceText(order.triggerPrice),
    trailingDistance: priceText(order.trailingDistance),
    triggerSide: order.triggerSide,
    priceBound: priceText(order.priceBound),
    guaranteedPremium: priceText(order.guaranteedPremium),
    positionFill: order.positionFill,
    closeLotId: order.closeLotId,
    tag: order.tag,
    status: order.status,
    triggeredAt: order.triggeredAt === null ? null : toRfc3339(order.triggeredAt),
    filledUnits: String(order.filledUnits),
    averagePrice: averagePrice(order, instrument),
    replacing: order.replacing.length > 0,
    ...onFillView(order.onFill, instrument),
    parentOrderId: order.parentOrderId,
    ocoGroup: order.ocoGroup,
    rejectReason: order.rejectReason,
    text: order.text,
    createdAt: toRfc3339(order.createdAt),
    updatedAt: toRfc3339(order.updatedAt),
  };
}

/** FIX AvgPx (6), rounded half to even to the instrument's grid. */
function averagePrice(order: Order, instrument: Instrument): string | null {
  if (order.filledUnits === 0) return null;
  const points = divideHalfEven(order.filledCost, BigInt(order.filledUnits));
  return formatPrice(price(Number(points)), instrument);
}
