/** The refusals that rules of risk give: part of the catalogue in `../orders/rejects.ts`. */

import { entry, type RejectEntry } from "../orders/reject_entry.ts";

export const riskRejects = {
  trading_halted: entry(
    0,
    "Trading is halted for the platform, the tenant, the account or the instrument",
    "Cancel what you must; wait for trading to be released",
  ),
  trading_reduce_only: entry(
    0,
    "Only orders that shrink a position are taken now",
    'Send at most the units of the open position on the other side, as `positionFill` "reduce_only"',
  ),
  symbol_not_allowed: entry(
    1,
    "The account may not trade the symbol",
    "Trade one of the symbols in GET /v1/accounts/{accountId}/risk",
  ),
  order_size_above_limit: entry(
    13,
    "The order is larger than one order may be",
    "Send at most orderUnitsMax units, in several orders if need be",
  ),
  order_notional_above_limit: entry(
    3,
    "The order is worth more than one order may be",
    "Send fewer units: notional at mid is at most orderNotionalMax",
  ),
  price_outside_collar: entry(
    99,
    "A price of the order is too far from the market",
    "Check the price for a slip, and keep it within the collar around mid",
  ),
  position_above_limit: entry(
    3,
    "The position, with the orders that wait, would be larger than allowed",
    "Send fewer units, or cancel waiting orders on the same side",
  ),
  exposure_above_limit: entry(
    3,
    "The account's positions and waiting orders would be worth more than allowed",
    "Close a position, cancel waiting orders, or send fewer units",
  ),
  daily_loss_reached: entry(
    3,
    "The account has lost as much as it may in a day",
    "Only closing is taken until 17:00 New York",
  ),
  order_rate_above_limit: entry(
    3,
    "The account sends orders faster than it may",
    "Wait a moment, then send it under a new clientOrderId",
  ),
  total_position_above_limit: entry(
    3,
    "All accounts of the level together would hold more of the symbol than allowed",
    "Send fewer units, or wait until others have closed theirs; the text names the level",
  ),
  total_exposure_above_limit: entry(
    3,
    "The positions and waiting orders of all accounts of the level would be worth more than allowed",
    "Send fewer units, or close a position; the text names the level",
  ),
  total_open_orders_above_limit: entry(
    3,
    "All accounts of the level together have the most open orders allowed",
    "Cancel orders, or wait until others have ended; the text names the level",
  ),
  total_daily_loss_reached: entry(
    3,
    "All accounts of the level together have lost as much as they may in a day",
    "Only closing is taken until 17:00 New York; the text names the level",
  ),
  total_order_rate_above_limit: entry(
    3,
    "All accounts of the level together send orders faster than they may",
    "Wait a moment, then send it under a new clientOrderId; the text names the level",
  ),
  duplicate_order: entry(
    6,
    "The same order was sent a moment ago under another client order id",
    "Check whether it was meant twice; if so, wait and send it under a new clientOrderId",
  ),
} as const satisfies Record<string, RejectEntry>;
