/** An order's terms inside a transaction's text, both ways; what is usual is left out. */

import type { ClientOrderId } from "../../../shared/domain/ids.ts";
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
import type { OrderTerms, Replacement } from "../../../shared/domain/orders/order.ts";
import { type EpochMs, parseRfc3339, toRfc3339 } from "../../../shared/domain/time.ts";
import type { TransactionView } from "./transaction_view.ts";

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
    ...(terms.positionFill === "default" ? {} : { positionFill: terms.positionFill }),
    ...(terms.tag === null ? {} : { tag: terms.tag }),
  };
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
    positionFill: view.positionFill ?? "default",
    tag: view.tag ?? null,
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
