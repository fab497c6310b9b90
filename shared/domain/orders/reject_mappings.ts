/**
 * Each refusal in the words of other platforms, and whether it depends on more than the order.
 *
 * A reason that depends on `state` (time, market, account, rules of risk) is the core's to give: an
 * edge that does not know the newest of it may have let the order pass. One that depends on
 * `terms` alone is given by both alike, and for ever.
 */

import { type RejectReason, rejectReasons } from "./rejects.ts";

/** Status codes of gRPC that a refusal can have. */
export const grpcStatuses = [
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "FAILED_PRECONDITION",
  "RESOURCE_EXHAUSTED",
  "UNAVAILABLE",
] as const;
export type GrpcStatus = (typeof grpcStatuses)[number];

export interface RejectMapping {
  /** A `TransactionRejectReason` of OANDA's v20 API, the nearest there is. */
  readonly oanda: string;
  readonly grpc: GrpcStatus;
  readonly dependsOn: "terms" | "state";
}

const terms = (oanda: string, grpc: GrpcStatus = "INVALID_ARGUMENT"): RejectMapping => ({
  oanda,
  grpc,
  dependsOn: "terms",
});
const state = (oanda: string, grpc: GrpcStatus = "FAILED_PRECONDITION"): RejectMapping => ({
  oanda,
  grpc,
  dependsOn: "state",
});

export const rejectMappings: Readonly<Record<RejectReason, RejectMapping>> = {
  unknown_symbol: terms("INSTRUMENT_UNKNOWN", "NOT_FOUND"),
  market_closed: state("INSTRUMENT_NOT_TRADEABLE"),
  quote_missing: state("INSTRUMENT_PRICE_UNKNOWN", "UNAVAILABLE"),
  quote_stale: state("INSTRUMENT_PRICE_UNKNOWN", "UNAVAILABLE"),
  units_malformed: terms("UNITS_INVALID"),
  units_not_positive: terms("UNITS_INVALID"),
  units_off_step: terms("UNITS_PRECISION_EXCEEDED"),
  units_below_minimum: terms("UNITS_MIMIMUM_NOT_MET"),
  units_above_maximum: terms("UNITS_LIMIT_EXCEEDED"),
  price_missing: terms("PRICE_MISSING"),
  price_not_allowed: terms("PRICE_INVALID"),
  trigger_price_missing: terms("PRICE_MISSING"),
  trigger_price_not_allowed: terms("PRICE_INVALID"),
  trailing_distance_missing: terms("PRICE_DISTANCE_MISSING"),
  trailing_distance_not_allowed: terms("PRICE_DISTANCE_INVALID"),
  trigger_side_not_allowed: terms("TRIGGER_CONDITION_INVALID"),
  price_bound_not_allowed: terms("PRICE_BOUND_INVALID"),
  stop_loss_ambiguous: terms("STOP_LOSS_ON_FILL_PRICE_AND_DISTANCE_BOTH_SPECIFIED"),
  stop_loss_twice: terms("STOP_LOSS_ON_FILL_PRICE_INVALID"),
  guaranteed_stop_not_offered: state("STOP_LOSS_ON_FILL_GUARANTEED_NOT_ALLOWED"),
  guaranteed_stop_required: state("STOP_LOSS_ON_FILL_GUARANTEED_REQUIRED"),
  guaranteed_stop_too_close: state("STOP_LOSS_ON_FILL_GUARANTEED_MINIMUM_DISTANCE_NOT_MET"),
  guaranteed_stop_locked: state("STOP_LOSS_ORDER_GUARANTEED_HALTED_TIGHTEN_VIOLATION"),
  take_profit_on_wrong_side: terms("TAKE_PROFIT_ON_FILL_PRICE_INVALID"),
  stop_loss_on_wrong_side: terms("STOP_LOSS_ON_FILL_PRICE_INVALID"),
  on_fill_not_allowed: terms("ORDER_FILL_POSITION_ACTION_INVALID"),
  client_order_id_reserved: terms("CLIENT_ORDER_ID_INVALID"),
  group_refused: state("REPLACING_ORDER_INVALID"),
  order_held: state("REPLACING_ORDER_INVALID"),
  reduce_only_would_open: state("CLOSEOUT_POSITION_UNITS_EXCEED_POSITION_SIZE"),
  open_only_would_reduce: state("ORDER_FILL_POSITION_ACTION_INVALID"),
  close_lot_not_allowed: state("ORDER_FILL_POSITION_ACTION_INVALID"),
  close_lot_needs_reduce_only: terms("ORDER_FILL_POSITION_ACTION_INVALID"),
  lot_unknown: state("TRADE_DOESNT_EXIST", "NOT_FOUND"),
  too_many_lots: state("UNITS_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"),
  price_malformed: terms("PRICE_INVALID"),
  price_not_positive: terms("PRICE_INVALID"),
  price_precision: terms("PRICE_PRECISION_EXCEEDED"),
  time_in_force_not_allowed: terms("TIME_IN_FORCE_INVALID"),
  expire_time_missing: terms("TIME_IN_FORCE_GTD_TIMESTAMP_MISSING"),
  expire_time_not_allowed: terms("TIME_IN_FORCE_INVALID"),
  expire_time_passed: state("TIME_IN_FORCE_GTD_TIMESTAMP_IN_PAST"),
  account_unknown: state("ACCOUNT_NOT_ACTIVE", "NOT_FOUND"),
  conversion_rate_missing: state("INSTRUMENT_PRICE_UNKNOWN", "UNAVAILABLE"),
  insufficient_margin: state("INSUFFICIENT_MARGIN", "RESOURCE_EXHAUSTED"),
  too_many_open_orders: state("PENDING_ORDERS_ALLOWED_EXCEEDED", "RESOURCE_EXHAUSTED"),
  duplicate_client_order_id: state("CLIENT_ORDER_ID_ALREADY_EXISTS", "ALREADY_EXISTS"),
  order_unknown: state("ORDER_DOESNT_EXIST", "NOT_FOUND"),
  order_not_open: state("ORDER_DOESNT_EXIST"),
  order_of_stop_out: state("ACCOUNT_ORDER_CANCEL_LOCKED"),
  order_being_canceled: state("REPLACING_ORDER_INVALID"),
  order_not_replaceable: state("REPLACING_ORDER_INVALID"),
  units_already_filled: state("REPLACING_ORDER_INVALID"),
  already_triggered: state("REPLACING_ORDER_INVALID"),
  too_many_replacements: state("REPLACING_ORDER_INVALID", "RESOURCE_EXHAUSTED"),
  venue_rejected: state("INTERNAL_SERVER_ERROR"),
  trading_halted: state("ACCOUNT_ORDER_CREATION_LOCKED"),
  trading_reduce_only: state("ACCOUNT_ORDER_CREATION_LOCKED"),
  symbol_not_allowed: state("INSTRUMENT_NOT_TRADEABLE"),
  order_size_above_limit: state("UNITS_LIMIT_EXCEEDED"),
  order_notional_above_limit: state("UNITS_LIMIT_EXCEEDED"),
  price_outside_collar: state("PRICE_DISTANCE_MAXIMUM_EXCEEDED"),
  position_above_limit: state("UNITS_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"),
  exposure_above_limit: state("UNITS_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"),
  daily_loss_reached: state("ACCOUNT_LOCKED", "RESOURCE_EXHAUSTED"),
  order_rate_above_limit: state("ACCOUNT_ORDER_CREATION_LOCKED", "RESOURCE_EXHAUSTED"),
  total_position_above_limit: state("UNITS_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"),
  total_exposure_above_limit: state("UNITS_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"),
  total_open_orders_above_limit: state("PENDING_ORDERS_ALLOWED_EXCEEDED", "RESOURCE_EXHAUSTED"),
  total_daily_loss_reached: state("ACCOUNT_LOCKED", "RESOURCE_EXHAUSTED"),
  total_order_rate_above_limit: state("ACCOUNT_ORDER_CREATION_LOCKED", "RESOURCE_EXHAUSTED"),
  duplicate_order: state("CLIENT_ORDER_ID_ALREADY_EXISTS", "ALREADY_EXISTS"),
};

/** The reasons for which the core may refuse what an edge has let pass. */
export const stateReasons: ReadonlySet<RejectReason> = new Set(
  rejectReasons.filter((reason) => rejectMappings[reason].dependsOn === "state"),
);
