/** Which field of the ticket a refusal is about. The words are the catalogue's. */

import {
  type RejectReason,
  rejectReasons,
  rejects,
} from "../../../../../shared/domain/orders/rejects.ts";
import { SpotwireProblem } from "../../../../../shared/sdk/mod.ts";
import type { FieldRefusal } from "../ui/field.tsx";

export const ticketFields = [
  "symbol",
  "size",
  "price",
  "triggerPrice",
  "trailingDistance",
  "priceBound",
  "timeInForce",
  "expireTime",
  "triggerSide",
  "positionFill",
  "takeProfit",
  "stopLoss",
  "trailingStop",
  "tag",
  /** About no field: the account, the market, the connection. */
  "order",
] as const;
export type TicketField = (typeof ticketFields)[number];

/** Every reason has its place; a new one in the catalogue does not compile without one. */
export const fieldOfReason: Readonly<Record<RejectReason, TicketField>> = {
  unknown_symbol: "symbol",
  market_closed: "symbol",
  quote_missing: "symbol",
  quote_stale: "symbol",
  units_malformed: "size",
  units_not_positive: "size",
  units_off_step: "size",
  units_below_minimum: "size",
  units_above_maximum: "size",
  price_missing: "price",
  price_not_allowed: "price",
  trigger_price_missing: "triggerPrice",
  trigger_price_not_allowed: "triggerPrice",
  trailing_distance_missing: "trailingDistance",
  trailing_distance_not_allowed: "trailingDistance",
  trigger_side_not_allowed: "triggerSide",
  price_bound_not_allowed: "priceBound",
  stop_loss_ambiguous: "stopLoss",
  stop_loss_twice: "stopLoss",
  guaranteed_stop_not_offered: "stopLoss",
  guaranteed_stop_required: "stopLoss",
  guaranteed_stop_too_close: "stopLoss",
  guaranteed_stop_locked: "order",
  take_profit_on_wrong_side: "takeProfit",
  stop_loss_on_wrong_side: "stopLoss",
  on_fill_not_allowed: "positionFill",
  client_order_id_reserved: "order",
  group_refused: "order",
  order_held: "order",
  reduce_only_would_open: "positionFill",
  open_only_would_reduce: "positionFill",
  price_malformed: "price",
  price_not_positive: "price",
  price_precision: "price",
  time_in_force_not_allowed: "timeInForce",
  expire_time_missing: "expireTime",
  expire_time_not_allowed: "expireTime",
  expire_time_passed: "expireTime",
  account_unknown: "order",
  conversion_rate_missing: "symbol",
  insufficient_margin: "size",
  too_many_open_orders: "order",
  duplicate_client_order_id: "order",
  order_unknown: "order",
  order_not_open: "order",
  order_of_stop_out: "order",
  order_being_canceled: "order",
  order_not_replaceable: "order",
  units_already_filled: "size",
  already_triggered: "triggerPrice",
  too_many_replacements: "order",
  venue_rejected: "order",
  close_lot_not_allowed: "order",
  close_lot_needs_reduce_only: "positionFill",
  lot_unknown: "order",
  too_many_lots: "size",
  trading_halted: "symbol",
  trading_reduce_only: "positionFill",
  symbol_not_allowed: "symbol",
  order_size_above_limit: "size",
  order_notional_above_limit: "size",
  price_outside_collar: "price",
  position_above_limit: "size",
  exposure_above_limit: "size",
  daily_loss_reached: "order",
  order_rate_above_limit: "order",
  total_position_above_limit: "size",
  total_exposure_above_limit: "size",
  total_open_orders_above_limit: "order",
  total_daily_loss_reached: "order",
  total_order_rate_above_limit: "order",
  duplicate_order: "order",
};

export interface Refusal extends FieldRefusal {
  readonly field: TicketField;
}

/** Fields by the pointer that a request's schema error gives. */
const fieldOfPath: Readonly<Record<string, TicketField>> = {
  "/units": "size",
  "/price": "price",
  "/triggerPrice": "triggerPrice",
  "/trailingDistance": "trailingDistance",
  "/priceBound": "priceBound",
  "/timeInForce": "timeInForce",
  "/expireTime": "expireTime",
  "/tag": "tag",
  "/takeProfitOnFill/price": "takeProfit",
  "/stopLossOnFill/price": "stopLoss",
  "/stopLossOnFill/distance": "stopLoss",
  "/guaranteedStopLossOnFill/price": "stopLoss",
  "/guaranteedStopLossOnFill/distance": "stopLoss",
  "/trailingStopLossOnFill/distance": "trailingStop",
};

const isReason = (code: string): code is RejectReason =>
  (rejectReasons as readonly string[]).includes(code);

/** The prices that an order was sent with, by the field they came from. */
export type SentPrices = Partial<Record<TicketField, string>>;

/**
 * A failed request in words, at its field. Of a wrong price the code does not say which: the first of
 * those sent that is wrong in that way is meant.
 */
export function explainRefusal(
  error: unknown,
  sent: SentPrices = {},
  pricePrecision = 5,
): Refusal {
  if (!(error instanceof SpotwireProblem)) {
    return {
      field: "order",
      code: null,
      title: "The platform did not answer",
      advice: "Check the orders below before sending again",
    };
  }
  const { code, detail, errors } = error;
  if (isReason(code)) {
    return { field: placeOf(code, sent, pricePrecision), code, ...wordsOf(code) };
  }
  const first = errors[0];
  const field = first === undefined ? undefined : fieldOfPath[first.path];
  return { field: field ?? "order", code, title: first?.message ?? detail, advice: "" };
}

const wordsOf = (reason: RejectReason) => {
  const { title, advice } = rejects[reason];
  return { title, advice };
};

const plainPrice = /^\d+(\.\d+)?$/;

/** Whether a text is what a reason says of it. */
const isWrong: Partial<Record<RejectReason, (text: string, pricePrecision: number) => boolean>> = {
  price_malformed: (text) => !plainPrice.test(text),
  price_not_positive: (text) => !(Number(text) > 0),
  price_precision: (text, precision) => (text.split(".")[1]?.length ?? 0) > precision,
};

function placeOf(code: RejectReason, sent: SentPrices, pricePrecision: number): TicketField {
  const test = isWrong[code];
  const found = test === undefined
    ? undefined
    : ticketFields.find((field) => sent[field] !== undefined && test(sent[field], pricePrecision));
  return found ?? fieldOfReason[code];
}
