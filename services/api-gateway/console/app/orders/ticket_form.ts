/** The order ticket as it is filled in, and the order it makes. Text stays text until it is sent. */

import {
  type OrderType,
  orderTypeRules,
  type PositionFill,
  type Side,
  type TimeInForce,
  type TriggerSide,
} from "../../../../../shared/domain/orders/order.ts";
import { formatScaledBig, parseScaledBig } from "../../../../../shared/domain/decimal.ts";
import type { PlaceOrder } from "../../../../../shared/sdk/mod.ts";
import type { SizeKind } from "../core/kept.ts";
import type { TicketField } from "./refusals.ts";

export interface TicketForm {
  readonly side: Side;
  readonly type: OrderType;
  readonly sizeKind: SizeKind;
  /** Units, lots, or per cent of the equity to be lost at the stop. */
  readonly size: string;
  readonly price: string;
  readonly triggerPrice: string;
  /** Pips. */
  readonly trailingPips: string;
  readonly priceBound: string;
  readonly timeInForce: TimeInForce;
  /** As a `datetime-local` field has it, in the browser's zone. */
  readonly expireTime: string;
  readonly triggerSide: TriggerSide;
  readonly positionFill: PositionFill;
  readonly takeProfit: string;
  readonly stopLoss: string;
  /** Whether the stop-loss is a price, or pips from the fill. */
  readonly stopLossAs: "price" | "pips";
  /** Whether it fills at its price whatever happens, for a premium. */
  readonly guaranteed: boolean;
  readonly trailingStopPips: string;
  readonly tag: string;
}

export const emptyForm: TicketForm = {
  side: "buy",
  type: "market",
  sizeKind: "units",
  size: "10000",
  price: "",
  triggerPrice: "",
  trailingPips: "",
  priceBound: "",
  timeInForce: "FOK",
  expireTime: "",
  triggerSide: "default",
  positionFill: "default",
  takeProfit: "",
  stopLoss: "",
  stopLossAs: "price",
  guaranteed: false,
  trailingStopPips: "",
  tag: "",
};

/** The form for another instrument: a price of one means nothing to the next. */
export const withoutPrices = (form: TicketForm): TicketForm => ({
  ...form,
  ...{ price: "", triggerPrice: "", priceBound: "", takeProfit: "" },
  stopLoss: form.stopLossAs === "price" ? "" : form.stopLoss,
});

/** The form with another type: what a waiting order lives by is not what the market's does. */
export function withType(form: TicketForm, type: OrderType): TicketForm {
  if (type === form.type) return form;
  const waited = form.type !== "market" && type !== "market";
  const kept = waited && orderTypeRules[type].timesInForce.includes(form.timeInForce);
  return {
    ...form,
    type,
    timeInForce: kept ? form.timeInForce : type === "market" ? "FOK" : "GTC",
  };
}

/** The fields that a form of its type shows; what is said of others must stand somewhere else. */
export function fieldsShown({ type, timeInForce }: TicketForm): ReadonlySet<TicketField> {
  const rule = orderTypeRules[type];
  const optional: readonly (readonly [TicketField, boolean])[] = [
    ["price", rule.price],
    ["triggerPrice", rule.triggerPrice],
    ["trailingDistance", rule.trailingDistance],
    ["triggerSide", rule.triggerPrice || rule.trailingDistance],
    ["priceBound", rule.atMarket],
    ["expireTime", timeInForce === "GTD"],
  ];
  const shown = optional.flatMap(([field, isShown]) => isShown ? [field] : []);
  return new Set([...shown, ...alwaysShown]);
}

const alwaysShown: readonly TicketField[] = [
  "size",
  "timeInForce",
  "positionFill",
  "takeProfit",
  "stopLoss",
  "trailingStop",
  "tag",
];

const distanceDecimals = 12;

/** `15.5` pips of `0.0001` are `0.00155`; text that is no number stays, for the platform to refuse. */
export function pipsToDistance(pips: string, pip: string): string {
  const count = parseScaledBig(pips, distanceDecimals);
  const size = parseScaledBig(pip, distanceDecimals);
  if (typeof count === "string" || typeof size === "string") return pips;
  return trimZeros(formatScaledBig(count * size, 2 * distanceDecimals));
}

const trimZeros = (text: string): string => text.replace(/\.?0+$/, "") || "0";

/** What is sent; only the fields that the type takes. `units` are worked out already. */
export function orderOf(
  form: TicketForm,
  given: { symbol: string; units: string; pip: string; clientOrderId: string },
): PlaceOrder {
  const rule = orderTypeRules[form.type];
  const { symbol, units, pip, clientOrderId } = given;
  const text = (value: string) => value.trim() === "" ? undefined : value.trim();
  const pips = (value: string) =>
    value.trim() === "" ? undefined : pipsToDistance(value.trim(), pip);
  const some = <Key extends string, Value>(key: Key, value: Value | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
  const takeProfit = text(form.takeProfit);
  const trailingStop = pips(form.trailingStopPips);
  return {
    clientOrderId,
    symbol,
    side: form.side,
    type: form.type,
    timeInForce: form.timeInForce,
    units,
    ...some("price", rule.price ? text(form.price) : undefined),
    ...some("triggerPrice", rule.triggerPrice ? text(form.triggerPrice) : undefined),
    ...some("trailingDistance", rule.trailingDistance ? pips(form.trailingPips) : undefined),
    ...some("priceBound", rule.atMarket ? text(form.priceBound) : undefined),
    ...some("expireTime", form.timeInForce === "GTD" ? instantOf(form.expireTime) : undefined),
    ...(rule.triggerPrice || rule.trailingDistance ? { triggerSide: form.triggerSide } : {}),
    ...(form.positionFill === "default" ? {} : { positionFill: form.positionFill }),
    ...some("tag", text(form.tag)),
    ...some("takeProfitOnFill", takeProfit === undefined ? undefined : { price: takeProfit }),
    ...some(form.guaranteed ? "guaranteedStopLossOnFill" : "stopLossOnFill", stopLossOf(form, pip)),
    ...some(
      "trailingStopLossOnFill",
      trailingStop === undefined ? undefined : { distance: trailingStop },
    ),
  };
}

/** The stop-loss of an order, guaranteed or not. */
export const stopOf = (order: PlaceOrder): PlaceOrder["stopLossOnFill"] =>
  order.stopLossOnFill ?? order.guaranteedStopLossOnFill;

function stopLossOf(form: TicketForm, pip: string): PlaceOrder["stopLossOnFill"] {
  const value = form.stopLoss.trim();
  if (value === "") return undefined;
  return form.stopLossAs === "price" ? { price: value } : { distance: pipsToDistance(value, pip) };
}

function instantOf(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
