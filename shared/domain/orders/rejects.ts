/**
 * The catalogue of refusals: every reason an order or a cancel can be turned down, in one place,
 * for the edge, the core, the documents and the clients.
 */

import { riskRejects } from "../risk/risk_rejects.ts";
import { entry, type RejectEntry } from "./reject_entry.ts";

export const rejects = {
  unknown_symbol: entry(
    1,
    "The symbol is not traded here",
    "Take a symbol from GET /v1/instruments",
  ),
  market_closed: entry(
    2,
    "The market is closed",
    "Trade between Sunday 17:00 and Friday 17:00 New York time",
  ),
  quote_missing: entry(
    99,
    "No price has been seen for the symbol",
    "Retry when GET /v1/quotes shows it",
  ),
  quote_stale: entry(
    99,
    "The last price is too old to trade on",
    "Retry when the quote's status is live or quiet",
  ),
  units_malformed: entry(
    13,
    "The units are not a plain decimal number",
    'Send a text such as "1000"',
  ),
  units_not_positive: entry(
    13,
    "The units are zero or negative",
    "Send a positive number and choose the side with `side`",
  ),
  units_off_step: entry(
    13,
    "The units are not a multiple of the step",
    "Use a multiple of the instrument's unitsStep",
  ),
  units_below_minimum: entry(
    13,
    "The units are below the minimum",
    "Use at least the instrument's unitsMin",
  ),
  units_above_maximum: entry(
    13,
    "The units are above the maximum",
    "Use at most the instrument's unitsMax",
  ),
  price_missing: entry(99, "A limit or stop-limit order needs a price", "Add `price`"),
  price_not_allowed: entry(
    99,
    "The order's type takes no price",
    "Leave `price` out, or send a limit or stop-limit order",
  ),
  trigger_price_missing: entry(
    99,
    "A stop, stop-limit or market-if-touched order needs a trigger price",
    "Add `triggerPrice`",
  ),
  trigger_price_not_allowed: entry(
    99,
    "The order's type takes no trigger price",
    "Leave `triggerPrice` out, or send a stop, stop-limit or market-if-touched order",
  ),
  trailing_distance_missing: entry(
    99,
    "A trailing stop needs the distance it trails by",
    "Add `trailingDistance`",
  ),
  trailing_distance_not_allowed: entry(
    99,
    "Only a trailing stop takes a distance",
    "Leave `trailingDistance` out, or send a trailing stop",
  ),
  trigger_side_not_allowed: entry(
    99,
    "The order waits for no trigger, so it takes no trigger side",
    "Leave `triggerSide` out",
  ),
  price_bound_not_allowed: entry(
    99,
    "Only an order that trades at the market takes a price bound",
    "Leave `priceBound` out; the price of a limit order is its bound",
  ),
  stop_loss_ambiguous: entry(
    99,
    "A stop-loss needs either a price or a distance",
    "Give `stopLossOnFill` one of `price` and `distance`",
  ),
  stop_loss_twice: entry(
    99,
    "An order takes a stop-loss or a guaranteed one, not both",
    "Leave `stopLossOnFill` or `guaranteedStopLossOnFill` out",
  ),
  guaranteed_stop_not_offered: entry(
    99,
    "Stops of the instrument are not guaranteed",
    "Use `stopLossOnFill`; GET /v1/instruments says where guarantees are offered",
  ),
  guaranteed_stop_required: entry(
    99,
    "In the instrument nothing is held without a guaranteed stop",
    "Add `guaranteedStopLossOnFill`; to be rid of a guaranteed stop close what it guards",
  ),
  guaranteed_stop_too_close: entry(
    99,
    "The guaranteed stop is nearer to the price than allowed",
    "Keep the instrument's `guaranteedStop.distanceMin` from the order's price, or from the market",
  ),
  guaranteed_stop_locked: entry(
    2,
    "A guaranteed stop is changed or canceled only while its market is open and has a price",
    "Wait for a quote whose status is live or quiet",
  ),
  take_profit_on_wrong_side: entry(
    99,
    "The take-profit lies on the losing side of the order's price",
    "Put it above the price of a buy, below the price of a sell",
  ),
  stop_loss_on_wrong_side: entry(
    99,
    "The stop-loss lies on the winning side of the order's price",
    "Put it below the price of a buy, above the price of a sell",
  ),
  on_fill_not_allowed: entry(
    99,
    "A reduce-only order opens nothing, so it takes no exits",
    "Leave the exits out, or leave `positionFill` out",
  ),
  client_order_id_reserved: entry(
    6,
    "Client order ids that begin with `sw:` are the platform's",
    "Choose another clientOrderId",
  ),
  group_refused: entry(
    0,
    "Another order of the group was refused, and a group stands or falls together",
    "Read the reason of the other order",
  ),
  order_held: entry(
    0,
    "The order waits for another to fill, so it cannot be replaced yet",
    "Cancel it, or wait until it is released",
  ),
  reduce_only_would_open: entry(
    3,
    "The order is reduce-only and larger than the position against it",
    "Send at most the units of the open position, on the other side",
  ),
  open_only_would_reduce: entry(
    3,
    "The order is open-only and would reduce the position",
    "Close the position first, or leave `positionFill` out",
  ),
  close_lot_not_allowed: entry(
    99,
    "The account nets, so its lots are not closed by name",
    "Leave `closeLotId` out; a netting account closes the oldest lot first",
  ),
  close_lot_needs_reduce_only: entry(
    99,
    "An order that names a lot closes it, so it can only be reduce-only",
    "Leave `positionFill` out, or send `reduce_only`",
  ),
  lot_unknown: entry(
    5,
    "The account has no open lot of that id against the order",
    "Take an id from GET …/lots of the same symbol, on the other side",
  ),
  too_many_lots: entry(
    3,
    "The position has the most lots allowed",
    "Close some of it before adding to it",
  ),
  price_malformed: entry(
    99,
    "The price is not a plain decimal number",
    'Send a text such as "1.14321"',
  ),
  price_not_positive: entry(99, "The price is zero or negative", "Send a positive price"),
  price_precision: entry(
    99,
    "The price has too many decimals",
    "Round it to the instrument's pricePrecision",
  ),
  time_in_force_not_allowed: entry(
    11,
    "The time in force does not go with the order type",
    "Use FOK or IOC for market orders, any for limit orders, GTC, GTD or DAY for the others",
  ),
  expire_time_missing: entry(99, "A GTD order needs an expiry", "Add `expireTime`"),
  expire_time_not_allowed: entry(
    99,
    "Only a GTD order takes an expiry",
    "Leave `expireTime` out, or send GTD",
  ),
  expire_time_passed: entry(99, "The expiry has passed", "Send an `expireTime` in the future"),
  account_unknown: entry(15, "The account does not exist", "Check the account id"),
  conversion_rate_missing: entry(
    99,
    "No rate is known between the instrument's currency and the account's",
    "Retry when a price of the connecting pair has arrived",
  ),
  insufficient_margin: entry(
    3,
    "The account has too little margin for the order",
    "Reduce the units, or close a position",
  ),
  too_many_open_orders: entry(
    3,
    "The account has the most open orders allowed",
    "Cancel orders before sending more",
  ),
  duplicate_client_order_id: entry(
    6,
    "The client order id was used for a different order",
    "Choose a new clientOrderId",
  ),
  order_unknown: entry(5, "The order does not exist in this account", "Check the order id"),
  order_not_open: entry(
    0,
    "The order is no longer open",
    "Read the order: it is filled, canceled or rejected",
  ),
  order_of_stop_out: entry(
    0,
    "The platform closes a position by the order, so it can be neither canceled nor replaced",
    "Wait for it to end",
  ),
  order_being_canceled: entry(
    0,
    "The order's cancel is on its way",
    "Wait for the cancel's answer, then place a new order",
  ),
  order_not_replaceable: entry(
    11,
    "The order trades at once or not at all, so it cannot be replaced",
    "Place a new order",
  ),
  units_already_filled: entry(
    13,
    "As much as the new size is filled already",
    "Send a larger size, or cancel the order; what is filled counts",
  ),
  already_triggered: entry(
    0,
    "The order was set off, so its trigger no longer changes",
    "Leave `triggerPrice` and `trailingDistance` as they are",
  ),
  too_many_replacements: entry(
    3,
    "The order has the most replaces under way allowed",
    "Wait for the venue's answers",
  ),
  venue_rejected: entry(0, "The venue refused the order", "Read the order's text for its reason"),
  ...riskRejects,
} as const satisfies Record<string, RejectEntry>;

export type RejectReason = keyof typeof rejects;

export const rejectReasons = Object.keys(rejects) as RejectReason[];
