/** An order's terms inside a transaction's text, both ways; what is usual is left out. */

import type { ClientOrderId, OrderId, TransactionId } from "../../../shared/domain/ids.ts";
import {
  formatPrice,
  type Instrument,
  parsePrice,
  parseUnits,
  type Price,
  type Symbol,
  type Units,
} from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { type OnFillRequest, readOnFill } from "../../../shared/domain/orders/on_fill.ts";
import type { OnFill, OrderTerms, Replacement } from "../../../shared/domain/orders/order.ts";
import { type EpochMs, parseRfc3339, toRfc3339 } from "../../../shared/domain/time.ts";
import type { OrderAccepted } from "../../../shared/domain/transaction.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

export function termsView(terms: OrderTerms) {
  const instrument = instrumentOf(terms.symbol);
  return {
    clientOrderId: terms.clientOrderId,
    symbol: terms.symbol,
    side: terms.side,
    orderType: terms.type,
    timeInForce: terms.timeInForce,
    units: String(terms.units),
    ...priceView("price", terms.price, instrument),
    ...(terms.expireTime === null ? {} : { expireTime: toRfc3339(terms.expireTime) }),
    ...priceView("triggerPrice", terms.triggerPrice, instrument),
    ...priceView("trailingDistance", terms.trailingDistance, instrument),
    ...(terms.triggerSide === "default" ? {} : { triggerSide: terms.triggerSide }),
    ...priceView("priceBound", terms.priceBound, instrument),
    ...priceView("guaranteedPremium", terms.guaranteedPremium, instrument),
    ...(terms.positionFill === "default" ? {} : { positionFill: terms.positionFill }),
    ...(terms.closeLotId === null ? {} : { closeLotId: terms.closeLotId }),
    ...(terms.tag === null ? {} : { tag: terms.tag }),
    ...onFillView(terms.onFill, instrument),
  };
}

/** Exits as the client asked for them. */
export function onFillView(onFill: OnFill | null, on: Instrument): OnFillRequest {
  if (onFill === null) return {};
  const { takeProfitPrice, stopLossPrice, stopLossDistance, trailingDistance } = onFill;
  const stopName = onFill.guaranteed ? "guaranteedStopLossOnFill" : "stopLossOnFill";
  const stop = stopLossPrice === null
    ? priceView("distance", stopLossDistance, on)
    : priceView("price", stopLossPrice, on);
  return {
    ...(takeProfitPrice === null
      ? {}
      : { takeProfitOnFill: { price: formatPrice(takeProfitPrice, on) } }),
    ...(stopLossPrice === null && stopLossDistance === null ? {} : { [stopName]: stop }),
    ...(trailingDistance === null
      ? {}
      : { trailingStopLossOnFill: { distance: formatPrice(trailingDistance, on) } }),
  };
}

function onFillOf(view: TransactionView, on: Instrument): OnFill | null {
  const read = readOnFill(view, on);
  if (typeof read === "string") {
    throw new TypeError(`Cannot read the exits of transaction ${view.transactionId}: ${read}`);
  }
  return read;
}

/** How an accepted order hangs together with others; nothing for one that stands alone. */
export const linkView = (one: Pick<OrderAccepted, "link" | "held">) =>
  one.link === undefined ? {} : {
    ...(one.link.parentOrderId === null ? {} : { parentOrderId: one.link.parentOrderId }),
    ...(one.link.ocoGroup === null ? {} : { ocoGroup: one.link.ocoGroup }),
    ...(one.link.releases ? { releases: true } : {}),
    ...(one.held ? { held: true } : {}),
  };

export function linkOf(view: TransactionView): Pick<OrderAccepted, "link" | "held"> {
  const { parentOrderId = null, ocoGroup = null, releases = false, held } = view;
  if (parentOrderId === null && ocoGroup === null && !releases) return {};
  const link = { parentOrderId: parentOrderId as OrderId | null, ocoGroup, releases };
  return held === true ? { link, held } : { link };
}

/** The new terms of a replace, with the symbol they are on the grid of. */
export function replacementView(symbol: Symbol, one: Replacement) {
  const instrument = instrumentOf(symbol);
  return {
    symbol,
    revision: one.revision,
    units: String(one.units),
    timeInForce: one.timeInForce,
    ...priceView("price", one.price, instrument),
    ...(one.expireTime === null ? {} : { expireTime: toRfc3339(one.expireTime) }),
    ...priceView("triggerPrice", one.triggerPrice, instrument),
    ...priceView("trailingDistance", one.trailingDistance, instrument),
    ...priceView("priceBound", one.priceBound, instrument),
  };
}

/** @throws TypeError when the stored text is not what {@link replacementView} wrote. */
export function replacementOf(view: TransactionView): Replacement {
  const { revision, timeInForce } = view;
  if (revision === undefined || timeInForce === undefined) {
    throw new TypeError(`Cannot read the replace of transaction ${view.transactionId}`);
  }
  const instrument = instrumentOf(view.symbol as Symbol);
  const priceIn = (text: string | undefined): Price | null =>
    text === undefined ? null : priceOf(text, instrument);
  return {
    revision,
    units: exact(parseUnits(view.units ?? "")) as Units,
    price: priceIn(view.price),
    timeInForce,
    expireTime: view.expireTime === undefined ? null : instant(view.expireTime),
    triggerPrice: priceIn(view.triggerPrice),
    trailingDistance: priceIn(view.trailingDistance),
    priceBound: priceIn(view.priceBound),
  };
}

const priceView = <Name extends string>(name: Name, value: Price | null, on: Instrument) =>
  (value === null ? {} : { [name]: formatPrice(value, on) }) as { [_ in Name]?: string };

/** @throws TypeError when the stored text is not what {@link termsView} wrote. */
export function termsOf(view: TransactionView): OrderTerms {
  const instrument = instrumentOf(view.symbol as Symbol);
  if (view.side === undefined || view.orderType === undefined || view.timeInForce === undefined) {
    throw new TypeError(`Cannot read the order of transaction ${view.transactionId}`);
  }
  const priceIn = (text: string | undefined): Price | null =>
    text === undefined ? null : priceOf(text, instrument);
  return {
    clientOrderId: view.clientOrderId as ClientOrderId,
    symbol: instrument.symbol,
    side: view.side,
    type: view.orderType,
    timeInForce: view.timeInForce,
    units: exact(parseUnits(view.units ?? "")) as Units,
    price: priceIn(view.price),
    expireTime: view.expireTime === undefined ? null : instant(view.expireTime),
    triggerPrice: priceIn(view.triggerPrice),
    trailingDistance: priceIn(view.trailingDistance),
    triggerSide: view.triggerSide ?? "default",
    priceBound: priceIn(view.priceBound),
    guaranteedPremium: priceIn(view.guaranteedPremium),
    positionFill: view.positionFill ?? "default",
    closeLotId: (view.closeLotId ?? null) as TransactionId | null,
    tag: view.tag ?? null,
    onFill: onFillOf(view, instrument),
  };
}

export const priceOf = (text: string | undefined, instrument: Instrument): Price =>
  exact(parsePrice(text ?? "", instrument)) as Price;

export function instant(text: string): EpochMs {
  const at = parseRfc3339(text);
  if (at === null) throw new TypeError(`Cannot read time ${text}`);
  return at;
}

export function exact<T extends number | bigint>(value: T | string): T {
  if (typeof value === "string") throw new TypeError(`Cannot read number: ${value}`);
  return value;
}
